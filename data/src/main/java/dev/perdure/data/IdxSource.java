package dev.perdure.data;

import dev.perdure.data.DataSettings.Idx;
import dev.perdure.data.DataSettings.IdxPair;
import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;
import java.util.stream.IntStream;

/** Reads images and labels in the IDX format. */
final class IdxSource {
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);
    private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);
    private static final int CLASSES_MAX = 1 << 20;

    private final Idx settings;
    private final Quarantine quarantine;

    IdxSource(Idx settings, Quarantine quarantine) {
        this.settings = settings;
        this.quarantine = quarantine;
    }

    private record Pair(IdxFile images, IdxFile labels) {
        int label(int record) {
            return switch (labels.type()) {
                case U8 -> Byte.toUnsignedInt(labels.values().get(ValueLayout.JAVA_BYTE, record));
                case I32 -> labels.values().get(INT, 4L * record);
                case F32 -> throw new AssertionError("labels are whole numbers");
            };
        }
    }

    Records read() throws IOException {
        Pair train = open(settings.train(), "data.images", "data.labels");
        Layout.Pixels layout = layout(train.images());
        if (settings.test().isEmpty()) {
            return records(train, layout, classes(List.of(train)));
        }
        Pair test = open(settings.test().get(), "data.test.images", "data.test.labels");
        requireSameSizes(train.images(), test.images());
        int classes = classes(List.of(train, test));
        Records first = records(train, layout, classes);
        Records second = records(test, layout, classes);
        return new Records(
                new JoinedSamples(first.samples(), second.samples()),
                ((Targets.Classes) first.targets()).join((Targets.Classes) second.targets()),
                layout,
                first.samples().count());
    }

    private Pair open(IdxPair paths, String imagesKey, String labelsKey) throws IOException {
        Sources.requireFile(paths.images(), imagesKey);
        Sources.requireFile(paths.labels(), labelsKey);
        long memory = settings.preparation().memoryBytes();
        var pair = new Pair(IdxFile.open(paths.images(), memory), IdxFile.open(paths.labels(), memory));
        requireMatch(pair);
        quarantine.read(pair.images().records());
        return pair;
    }

    private static void requireMatch(Pair pair) {
        IdxFile images = pair.images();
        IdxFile labels = pair.labels();
        if (labels.sizes().length != 1 || labels.type() == IdxFile.Type.F32) {
            throw new BadDataException(
                    "%s: %s %s (expected: one whole number for each image). Is it the file of labels?"
                            .formatted(labels.path(), labels.type(), Arrays.toString(labels.sizes())));
        }
        if (images.sizes().length < 2 || images.type() == IdxFile.Type.I32) {
            throw new BadDataException(
                    "%s: %s %s (expected: bytes or floats in 2 to 4 dimensions). Is it the file of images?"
                            .formatted(images.path(), images.type(), Arrays.toString(images.sizes())));
        }
        if (images.records() != labels.records()) {
            throw new BadDataException(
                    "%s: %d images, but %s: %d labels (expected: equally many). Is it the right pair?"
                            .formatted(images.path(), images.records(), labels.path(), labels.records()));
        }
    }

    private static void requireSameSizes(IdxFile train, IdxFile test) {
        int[] sizes = test.sizes().clone();
        sizes[0] = train.records();
        if (!Arrays.equals(train.sizes(), sizes) || train.type() != test.type()) {
            throw new BadDataException("%s: %s %s (expected: records as in %s, %s %s)"
                    .formatted(
                            test.path(),
                            test.type(),
                            Arrays.toString(test.sizes()),
                            train.path(),
                            train.type(),
                            Arrays.toString(train.sizes())));
        }
    }

    private static Layout.Pixels layout(IdxFile images) {
        int[] sizes = images.sizes();
        boolean eightBit = images.type() == IdxFile.Type.U8;
        return switch (sizes.length) {
            case 2 -> new Layout.Pixels(1, 1, sizes[1], eightBit, true);
            case 3 -> new Layout.Pixels(1, sizes[1], sizes[2], eightBit, false);
            default -> new Layout.Pixels(sizes[1], sizes[2], sizes[3], eightBit, false);
        };
    }

    private int classes(List<Pair> pairs) {
        if (settings.classes().isPresent()) {
            return settings.classes().getAsInt();
        }
        OptionalInt largest = pairs.stream()
                .flatMapToInt(
                        pair -> IntStream.range(0, pair.labels().records()).map(pair::label))
                .filter(label -> label < CLASSES_MAX)
                .max();
        return Math.max(0, largest.orElse(0)) + 1;
    }

    private Records records(Pair pair, Layout.Pixels layout, int classes) {
        IdxFile images = pair.images();
        int[] good = IntStream.range(0, images.records())
                .filter(record -> isGood(pair, record, layout, classes))
                .toArray();
        int[] labels = IntStream.of(good).map(pair::label).toArray();
        List<String> names =
                IntStream.range(0, classes).mapToObj(Integer::toString).toList();
        var samples = new SegmentSamples(
                images.values(),
                good.length,
                layout.bytes(),
                good.length == images.records() ? null : good,
                !layout.eightBit());
        return new Records(samples, new Targets.Classes(labels, names), layout, good.length);
    }

    private boolean isGood(Pair pair, int record, Layout.Pixels layout, int classes) {
        int label = pair.label(record);
        if (label < 0 || label >= classes) {
            quarantine.add(
                    pair.labels().path().toString(),
                    record,
                    "label %d (expected: 0 to %d)".formatted(label, classes - 1));
            return false;
        }
        return layout.eightBit() || isFinite(pair.images(), record, layout);
    }

    private boolean isFinite(IdxFile images, int record, Layout.Pixels layout) {
        long start = (long) record * layout.bytes();
        for (int i = 0; i < layout.values(); i++) {
            float value = images.values().get(FLOAT, start + 4L * i);
            if (!Float.isFinite(value)) {
                quarantine.add(
                        images.path().toString(),
                        record,
                        "value %d is %s (expected: a finite number)".formatted(i, value));
                return false;
            }
        }
        return true;
    }
}
