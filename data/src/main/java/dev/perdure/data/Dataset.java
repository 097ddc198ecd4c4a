package dev.perdure.data;

import dev.perdure.core.DType;
import dev.perdure.core.Seeds;
import dev.perdure.core.Shape;
import dev.perdure.core.TensorData;
import dev.perdure.engine.Batch;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * Samples: opened, validated, split and normalised. Immutable, and safe for use by several threads.
 *
 * <p>A sample's id is its place among the good records, in the order of the files: IDX by index; images by class folder
 * and file name, in the order of their UTF-16 code units; CSV by line; files of a test part of their own come last.
 *
 * <p><b>Memory.</b> Files are held outside the heap up to {@code memory-bytes} each; a larger one is mapped (plain IDX) or put
 * into a mapped temporary file as it is unpacked or parsed (gzipped IDX, CSV). Images are held decoded up to {@code
 * memory-bytes}; the others are decoded when a batch wants them. All of it gives the same bits, as long
 * as mapped files and such images do not change; images that do are noticed. On the heap there are
 * targets, and some tens of bytes for each sample. Memory is freed when the data set is no longer reachable.
 */
public final class Dataset {
    private final Records records;
    private final Encoder encoder;
    private final Part[] parts;
    private final Map<Part, int[]> ids;
    private final String digest;
    private final DataReport report;

    private Dataset(
            Records records, Encoder encoder, Part[] parts, Map<Part, int[]> ids, String digest, DataReport report) {
        this.records = records;
        this.encoder = encoder;
        this.parts = parts;
        this.ids = ids;
        this.digest = digest;
        this.report = report;
    }

    /**
     * Reads all records once.
     *
     * @param seed the run's seed: decides the split
     * @throws dev.perdure.core.BadSettingException if a file is missing, or a setting does not suit the data
     * @throws BadDataException if a file is damaged, or more records are bad than allowed
     * @throws IOException if reading fails otherwise
     */
    public static Dataset open(DataSettings settings, long seed) throws IOException {
        DataSettings.Preparation preparation = settings.preparation();
        var quarantine = new Quarantine(preparation.badRecordsMax());
        Records records = Sources.read(settings, quarantine);
        quarantine.check();
        Part[] parts = Parts.divide(strata(records), records.testFrom(), preparation.split(), seed);
        Map<Part, int[]> ids = new EnumMap<>(Part.class);
        for (Part part : Part.values()) {
            ids.put(part, Parts.of(parts, part));
        }
        requireTraining(ids(ids, Part.TRAIN));
        requireFold(preparation.split(), ids);
        Encoder encoder = Encoder.fit(records, ids(ids, Part.TRAIN), preparation);
        Fingerprints prints =
                Fingerprints.of(Description.of(records, preparation), records.samples(), records.targets());
        DataReport report = Reports.make(records, parts, quarantine, encoder, preparation, prints);
        return new Dataset(records, encoder, parts, ids, prints.digest(), report);
    }

    private static int[] strata(Records records) {
        return IntStream.range(0, records.samples().count())
                .map(records.targets()::stratum)
                .toArray();
    }

    private static void requireTraining(int[] train) {
        if (train.length == 0) {
            throw new BadDataException("no samples are left to train on (expected: at least 1). Check the data files.");
        }
    }

    private static void requireFold(DataSettings.Split split, Map<Part, int[]> ids) {
        if (split.fold().isPresent() && ids(ids, Part.VALIDATION).length == 0) {
            throw new BadDataException("fold %d of %d has no samples (expected: at most %d folds, one for each sample)."
                    .formatted(split.fold().get().number(), split.fold().get().of(), ids(ids, Part.TRAIN).length));
        }
    }

    private static int[] ids(Map<Part, int[]> ids, Part part) {
        return ids.getOrDefault(part, new int[0]);
    }

    /** Returns the shape of a sample as the model sees it, such as {@code [1, 28, 28]} or {@code [13]}. */
    public Shape sampleShape() {
        return encoder.shape();
    }

    /** Returns how many numbers the model has to give: the classes, or the target columns. */
    public int outputs() {
        return records.targets().outputs();
    }

    /** Returns the names of the classes in the order of their numbers, or nothing where there are none. */
    public List<String> classNames() {
        return switch (records.targets()) {
            case Targets.Classes classes -> classes.names();
            case Targets.Numbers _ -> List.of();
        };
    }

    /**
     * Returns the SHA-256 of the content, in hexadecimal: decoded samples and targets in order, and the settings that decide
     * what the model sees of them (shape, classes, columns, normalisation, split). Where the files are, how they are packed
     * and what augmentation does are no part of it.
     */
    public String digest() {
        return digest;
    }

    /** Returns whether samples are images of 8-bit values, which scaling takes for shares of 255. */
    public boolean eightBitPixels() {
        return records.layout() instanceof Layout.Pixels pixels && pixels.eightBit();
    }

    /** Returns what a sample's values are before anything is done to them. */
    public RawForm rawForm() {
        return encoder.rawForm();
    }

    /**
     * Gives a sample's values before anything is done to them.
     *
     * @param into of as many values as {@link #rawForm} has; overwritten
     * @throws BadDataException if a file that is read now is no longer what it was when the data set was opened
     */
    public void raw(int id, float[] into) {
        byte[] stored = new byte[records.samples().bytes()];
        records.samples().read(id, stored);
        encoder.raw(stored, into);
    }

    /** Returns the ids of a part's samples, ascending. */
    public int[] ids(Part part) {
        return ids(ids, part).clone();
    }

    public DataReport report() {
        return report;
    }

    /** Makes room for a batch of so many samples, in memory that lives as long as {@code arena}. */
    public Batch allocate(int samples, Arena arena) {
        long[] sizes = new long[sampleShape().dimensions() + 1];
        sizes[0] = samples;
        System.arraycopy(sampleShape().toArray(), 0, sizes, 1, sizes.length - 1);
        return new Batch(
                TensorData.allocate(arena, DType.F32, Shape.of(sizes)),
                records.targets().allocate(samples, arena));
    }

    /**
     * Makes a batch: inputs normalised, targets I64 {@code [samples]} for classes and F32 {@code [samples, outputs]}
     * otherwise.
     *
     * @param augment applies to training samples; others are never augmented
     * @throws BadDataException if a file that is read now is no longer what it was when the data set was opened
     */
    public Batch batch(int[] ids, Augment augment, Arena arena) {
        Batch batch = allocate(ids.length, arena);
        fill(ids, augment, batch);
        return batch;
    }

    /**
     * As {@link #batch}, into memory that is there already.
     *
     * @param into of as many samples as there are ids, made by {@link #allocate}
     */
    public void fill(int[] ids, Augment augment, Batch into) {
        if (into.samples() != ids.length) {
            throw new IllegalArgumentException(
                    "batch: room for %d samples (expected: %d)".formatted(into.samples(), ids.length));
        }
        if (IntStream.of(ids).allMatch(records.samples()::resident)) {
            fill(ids, 0, ids.length, augment, into);
        } else {
            IntStream.range(0, ids.length).parallel().forEach(i -> fill(ids, i, i + 1, augment, into));
        }
    }

    private void fill(int[] ids, int from, int to, Augment augment, Batch into) {
        byte[] stored = new byte[records.samples().bytes()];
        float[] values = new float[Math.toIntExact(encoder.shape().elements())];
        for (int i = from; i < to; i++) {
            records.samples().read(ids[i], stored);
            encoder.encode(stored, values, chance(ids[i], i, augment));
            long at = (long) i * values.length * Float.BYTES;
            MemorySegment.copy(values, 0, into.inputs().data(), ValueLayout.JAVA_FLOAT, at, values.length);
            records.targets().write(ids[i], into.targets(), i);
        }
    }

    private Optional<SplitMix> chance(int id, int position, Augment augment) {
        return switch (augment) {
            case Augment.Seeded(long seed)
            when parts[id] == Part.TRAIN ->
                Optional.of(new SplitMix(Seeds.derive(seed, Seeds.Purpose.AUGMENTATION, position)));
            case Augment.Seeded _, Augment.None _ -> Optional.empty();
        };
    }

    /** Returns the first samples of a batch, over the same memory. */
    static Batch first(Batch batch, int samples) {
        return new Batch(first(batch.inputs(), samples), first(batch.targets(), samples));
    }

    private static TensorData first(TensorData tensor, int samples) {
        long[] sizes = tensor.shape().toArray();
        sizes[0] = samples;
        Shape shape = Shape.of(sizes);
        return new TensorData(
                tensor.dtype(),
                shape,
                tensor.data().asSlice(0, shape.elements() * tensor.dtype().bytes()));
    }
}
