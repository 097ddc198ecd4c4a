package dev.perdure.guard;

import dev.perdure.core.Shape;
import dev.perdure.core.TensorData;
import dev.perdure.guard.DriftReport.Evidence;
import dev.perdure.model.Bundle;
import dev.perdure.model.DriftReference;
import dev.perdure.model.GuardProfile;
import dev.perdure.model.GuardProfile.Feature;
import dev.perdure.model.Preprocessing;
import dev.perdure.reliability.AlphaSpending;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Compares windows of inputs with a bundle's reference: every number's distribution (Kolmogorov-Smirnov, with the population
 * stability index as a measure of size) and how often it is missing (Fisher), every category's shares (chi-square) and how often there is none (Fisher), all
 * numbers together (maximum mean discrepancy), and in the same way what an inner layer gives, where the reference has one.
 *
 * <p><b>False alarms.</b> A window is one look at samples seen in no other. The chance that any of its tests alarms although
 * samples are independent and come from where the reference came from is at most {@link DriftSettings#alpha}: half of it goes
 * to the tests of many numbers together, the other half in equal parts to the others (Bonferroni). In a day of {@code n} windows
 * expect at most {@code n × alpha} false alarms; or let {@link DriftSettings#ever} hold it for all windows together. Requests
 * of one client at a time are not independent: windows long enough to mix them are the user's choice.
 *
 * <p>Immutable, and safe for use by several threads; windows are not.
 */
public final class DriftDetector {
    private final Watched watched;
    private final Placement placement;
    private final int values;
    private final List<Integer> places;
    private final List<NumberDrift> numbers;
    private final List<CategoryDrift> categories;
    private final List<Integer> marks;
    private final Optional<RowsDrift> rows;
    private final Optional<RowsDrift> inner;
    private final DriftSettings settings;

    private DriftDetector(
            Watched watched,
            Placement placement,
            int values,
            List<Integer> places,
            List<NumberDrift> numbers,
            List<CategoryDrift> categories,
            List<Integer> marks,
            Optional<RowsDrift> rows,
            Optional<RowsDrift> inner,
            DriftSettings settings) {
        this.watched = watched;
        this.placement = placement;
        this.values = values;
        this.places = List.copyOf(places);
        this.numbers = List.copyOf(numbers);
        this.categories = List.copyOf(categories);
        this.marks = List.copyOf(marks);
        this.rows = rows;
        this.inner = inner;
        this.settings = settings;
    }

    /** Returns a bundle's detector, or nothing where it has no reference or no {@link InputGuard}. */
    public static Optional<DriftDetector> of(Bundle bundle, DriftSettings settings) {
        if (bundle.drift().isEmpty() || InputGuard.absence(bundle).isPresent()) {
            return Optional.empty();
        }
        return of(
                bundle.guard().orElseThrow(),
                bundle.drift().orElseThrow(),
                bundle.preprocessing().orElseThrow(),
                bundle.signature().inputs().getFirst().sample(),
                settings);
    }

    /**
     * Returns a detector, or nothing where there is nothing to compare.
     *
     * @param sample the shape of what the model takes
     */
    public static Optional<DriftDetector> of(
            GuardProfile profile,
            DriftReference reference,
            Preprocessing preprocessing,
            Shape sample,
            DriftSettings settings) {
        return Placement.of(preprocessing, sample)
                .map(placement -> make(profile, reference, placement, sample, settings))
                .filter(detector -> detector.tests() > 0);
    }

    private static DriftDetector make(
            GuardProfile profile, DriftReference reference, Placement placement, Shape sample, DriftSettings settings) {
        Map<String, Feature> known = new HashMap<>();
        profile.features().forEach(feature -> known.put(feature.name(), feature));
        List<Preprocessing.Column> columns =
                placement.columns().isEmpty() ? TableJudge.asTheyAre(profile.features()) : placement.columns();
        Watched watched =
                profile.image().isPresent() ? watchedOf(sample, placement) : Watched.ofTable(columns, false, placement);
        List<Integer> places = new ArrayList<>();
        List<NumberDrift> numbers = new ArrayList<>();
        for (int i = 0; i < watched.names().size(); i++) {
            String name = watched.names().get(i);
            var sketch = reference.features().get(name);
            if (sketch != null) {
                Feature feature = known.get(name);
                double missing = feature == null ? 0 : feature.missingRate();
                places.add(i);
                numbers.add(NumberDrift.of(name, sketch, watched.magnitude(i), missing, profile.samples()));
            }
        }
        List<CategoryDrift> categories = new ArrayList<>();
        List<Integer> marks = new ArrayList<>();
        int place = 0;
        for (Preprocessing.Column column : profile.image().isPresent() ? List.<Preprocessing.Column>of() : columns) {
            if (known.get(column.name()) instanceof Feature.Categorical categorical) {
                categories.add(CategoryDrift.of(categorical, column.categories(), profile.samples()));
                marks.add(place);
            }
            place += Placement.width(column);
        }
        var kept = reference.embeddings().get(ProfileMaker.INPUT_ROWS);
        Optional<RowsDrift> rows = kept == null
                ? Optional.empty()
                : RowsDrift.of(RowsDrift.ALL, kept, watched.names().size(), settings.window(), settings.seed());
        Optional<RowsDrift> inner = profile.inner().flatMap(layer -> innerOf(layer, reference, settings));
        return new DriftDetector(
                watched, placement, (int) sample.elements(), places, numbers, categories, marks, rows, inner, settings);
    }

    private static Optional<RowsDrift> innerOf(
            GuardProfile.Inner inner, DriftReference reference, DriftSettings settings) {
        return Optional.ofNullable(reference.embeddings().get(inner.layer()))
                .flatMap(kept -> RowsDrift.of(
                        InnerGuard.feature(inner), kept, inner.numbers(), settings.window(), settings.seed()));
    }

    private static Watched watchedOf(Shape sample, Placement placement) {
        return sample.dimensions() == 3
                ? Watched.ofImages((int) sample.size(0), (int) sample.size(1), (int) sample.size(2), placement)
                : Watched.ofImages(1, 1, (int) sample.elements(), placement);
    }

    /** Returns how many tests a window is put to. */
    public int tests() {
        return single() + together();
    }

    private int single() {
        return 2 * numbers.size() + 2 * categories.size();
    }

    private int together() {
        return (rows.isPresent() ? 1 : 0) + (inner.isPresent() ? 1 : 0);
    }

    /** Returns how many samples make a window. */
    public int window() {
        return settings.window();
    }

    /** Returns an empty window. */
    public DriftWindow open() {
        int kept = rows.map(all -> all.discrepancy().rows()).orElse(0);
        int[] sizes = categories.stream()
                .mapToInt(category -> category.names().size())
                .toArray();
        return new DriftWindow(
                watched.names().size(), sizes, kept, innerRows(), Math.max(1, settings.window() / Math.max(1, kept)));
    }

    private int innerRows() {
        return inner.map(layer -> layer.discrepancy().rows()).orElse(0);
    }

    /** Adds what an inner layer gave for some samples, F32 {@code [samples, numbers]}; of fewer numbers than its reference has, nothing. */
    void addInner(DriftWindow window, TensorData given) {
        int columns = Math.toIntExact(given.shape().size(1));
        boolean fits = inner.isPresent() && columns >= inner.get().mean().length;
        for (int i = 0; fits && i < given.shape().size(0); i++) {
            double[] row = new double[columns];
            for (int c = 0; c < columns; c++) {
                row[c] = given.data().getAtIndex(ValueLayout.JAVA_FLOAT_UNALIGNED, (long) i * columns + c);
            }
            window.addInner(row);
        }
    }

    /**
     * Adds samples to a window, as they came: before a guard changes them.
     *
     * @param input F32 {@code [samples, …]} of the model's shape, as the guard takes it
     * @param from the first sample that is added
     * @param to the first one after it that is not
     */
    public void add(DriftWindow window, TensorData input, int from, int to) {
        float[] sample = new float[values];
        double[] numbersOfSample = new double[watched.names().size()];
        int[] marked = new int[categories.size()];
        for (int i = from; i < to; i++) {
            MemorySegment.copy(
                    input.data(), ValueLayout.JAVA_FLOAT_UNALIGNED, (long) i * values * Float.BYTES, sample, 0, values);
            watched.of(sample, numbersOfSample);
            for (int n = 0; n < numbers.size(); n++) {
                int at = places.get(n);
                numbersOfSample[at] = numbers.get(n).cells().middle(numbersOfSample[at]);
            }
            for (int c = 0; c < marked.length; c++) {
                marked[c] =
                        marked(sample, marks.get(c), categories.get(c).names().size() - 1);
            }
            window.add(numbersOfSample, marked);
        }
    }

    /** Returns the place of what is marked, or else how many places there are. */
    private int marked(float[] sample, int from, int count) {
        for (int i = 0; i < count; i++) {
            if (placement.raw(from + i, sample[from + i]) > 0.5) {
                return i;
            }
        }
        return count;
    }

    /**
     * Compares a window with the reference. Nothing is changed.
     *
     * @param number which window it is, from 1
     * @param window with at least one sample
     */
    public DriftReport compare(long number, DriftWindow window) {
        double alpha = settings.ever() ? new AlphaSpending(settings.alpha()).levelOf(number) : settings.alpha();
        double all = (single() == 0 ? alpha : alpha / 2) / Math.max(1, together());
        double each = (together() > 0 ? alpha / 2 : alpha) / Math.max(1, single());
        List<Evidence> evidence = new ArrayList<>();
        for (int i = 0; i < numbers.size(); i++) {
            evidence.add(numbers.get(i).distribution(window, places.get(i), each));
            evidence.add(numbers.get(i).missing(window, places.get(i), each));
        }
        for (int i = 0; i < categories.size(); i++) {
            evidence.add(categories.get(i).compare(window, i, each));
            evidence.add(categories.get(i).none(window, i, each));
        }
        rows.flatMap(test -> test.compare(window.rows(), all)).ifPresent(evidence::add);
        inner.flatMap(test -> test.compare(window.innerRows(), all)).ifPresent(evidence::add);
        evidence.sort(Comparator.comparing((Evidence of) -> !of.alarm()).thenComparingDouble(Evidence::pValue));
        return new DriftReport(number, window.samples(), alpha, evidence);
    }
}
