package dev.perdure.guard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.perdure.core.Shape;
import dev.perdure.core.TensorData;
import dev.perdure.guard.DriftReport.Evidence;
import dev.perdure.model.DriftReference;
import dev.perdure.model.GuardProfile;
import dev.perdure.reliability.Mahalanobis;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** What an inner layer says of inputs: how often it is wrong about usual ones, and what it finds. */
class InnerTest {
    private static final int NUMBERS = 16;
    private static final int CLASSES = 4;

    /** What a layer of rectified numbers might give: each class moves some of them. */
    private static double[] row(Random chance, int of) {
        double[] row = new double[NUMBERS];
        double common = chance.nextGaussian();
        for (int i = 0; i < NUMBERS; i++) {
            double mean = i % CLASSES == of ? 6 : 1;
            row[i] = Math.max(0, mean + 0.7 * common + chance.nextGaussian());
        }
        return row;
    }

    private static double[][] rows(Random chance, int count) {
        double[][] rows = new double[count][];
        Arrays.setAll(rows, _ -> row(chance, chance.nextInt(CLASSES)));
        return rows;
    }

    private static Optional<InnerMaker.Learned> learned(long seed, int trained, int heldOut) {
        var chance = new Random(seed);
        int[] classes = new int[trained];
        Arrays.setAll(classes, i -> i % CLASSES);
        double[][] rows = new double[trained][];
        Arrays.setAll(rows, i -> row(chance, classes[i]));
        return InnerMaker.learn("fc2", "inner", rows, classes, rows(chance, heldOut));
    }

    private static BitSet first(int count) {
        var bits = new BitSet();
        bits.set(0, count);
        return bits;
    }

    private static int abnormal(GuardProfile.Inner inner, double[][] rows) {
        Mahalanobis distances = inner.distances();
        double[] measured = Arrays.stream(rows).mapToDouble(distances::distance).toArray();
        return new InnerGuard(inner, GuardPolicy.standard())
                .judge(measured, first(rows.length))
                .map(found -> found.finding().samples())
                .orElse(0);
    }

    /** Learned anew each time, also from few rows: the rate is that of the whole procedure. */
    @Test
    void usualInputsAreCalledAbnormalAtMostAsOftenAsStated() {
        for (int heldOut : new int[] {99, 150, 600}) {
            int found = 0;
            int runs = 200;
            int each = 200;
            for (int seed = 0; seed < runs; seed++) {
                GuardProfile.Inner inner =
                        learned(seed, 40, heldOut).orElseThrow().inner();
                assertThat(inner.rate()).isEqualTo(0.01);
                assertThat(inner.heldOut()).isEqualTo(heldOut);
                found += abnormal(inner, rows(new Random(10_000 + seed), each));
            }
            double share = (double) found / (runs * each);
            // what is learned from so few varies by about the rate itself from one time to the next
            double slack =
                    3 * 0.01 / Math.sqrt(runs) * Math.sqrt(100.0 / heldOut) + 3 * Math.sqrt(0.01 / (runs * each));
            assertThat(share).as("%d held out", heldOut).isBetween(0.002, 0.01 + slack);
        }
    }

    @Test
    void whatLooksLikeNoClassIsFoundThoughEachNumberIsUsual() {
        GuardProfile.Inner inner = learned(1, 2000, 500).orElseThrow().inner();
        double[][] mixed = new double[500][];
        var chance = new Random(2);
        Arrays.setAll(mixed, i -> {
            double[] one = row(chance, i % CLASSES);
            double[] other = row(chance, (i + 1) % CLASSES);
            double[] mix = new double[NUMBERS];
            Arrays.setAll(mix, n -> n < NUMBERS / 2 ? one[n] : other[n]);
            return mix;
        });
        assertThat(abnormal(inner, mixed)).isGreaterThan(450);
    }

    @Test
    void fewerThan99HeldOutGiveNoThresholdAndWhatDoesNotScatterNone() {
        assertThat(learned(1, 100, 98)).isEmpty();
        assertThat(learned(1, 100, 99)).isPresent();
        double[][] same = new double[200][NUMBERS];
        assertThat(InnerMaker.learn("fc2", "inner", same, new int[200], same)).isEmpty();
    }

    @Test
    void theSameNumbersGiveTheSameBytesAndTheReferenceIsOfWhatWasHeldOut() {
        InnerMaker.Learned one = learned(1, 300, 300).orElseThrow();
        InnerMaker.Learned again = learned(1, 300, 300).orElseThrow();
        assertThat(one.inner()
                        .whitening()
                        .data()
                        .mismatch(again.inner().whitening().data()))
                .isEqualTo(-1);
        assertThat(one.inner().centres().data().mismatch(again.inner().centres().data()))
                .isEqualTo(-1);
        assertThat(one.inner().threshold()).isEqualTo(again.inner().threshold()).isPositive();
        assertThat(one.rows().shape()).isEqualTo(Shape.of(256, NUMBERS));
        var chance = new Random(1);
        for (int i = 0; i < 300; i++) {
            row(chance, i % CLASSES);
        }
        assertThat((double) one.rows().data().getAtIndex(ValueLayout.JAVA_FLOAT_UNALIGNED, 0))
                .isCloseTo(rows(chance, 1)[0][0], within(1e-6));
    }

    @Test
    void aFindingNamesTheLayerTheDistanceAndTheItemsThatWereMeasured() {
        GuardProfile.Inner inner = learned(1, 300, 300).orElseThrow().inner();
        double far = 2 * inner.threshold();
        double[] distances = {0, far, far, inner.threshold(), Double.NaN};
        var measured = first(5);
        measured.clear(1);
        InnerGuard.Abnormal found = new InnerGuard(inner, GuardPolicy.standard())
                .judge(distances, measured)
                .orElseThrow();
        assertThat(found.items().stream()).containsExactly(2, 4);
        assertThat(found.rejected()).isFalse();
        assertThat(found.finding().words())
                .matches(
                        "inner layer fc2: a distance of [0-9.]+ in sample 2 \\(expected: a distance from training's inputs"
                                + " of at most [0-9.]+\\): let pass; 2 samples in all");
        GuardPolicy strict = GuardPolicy.standard().with("inner layer fc2", Surprise.ABNORMAL, Action.REJECT);
        assertThat(new InnerGuard(inner, strict).judge(distances, measured).map(InnerGuard.Abnormal::rejected))
                .contains(true);
        assertThat(new InnerGuard(inner, strict).judge(distances, first(1))).isEmpty();
    }

    @Test
    void aPolicyForTheLayerIsReadByItsName() {
        var profiles = new LinkedHashMap<String, Optional<GuardProfile>>();
        GuardProfile profile = Tables.learned(500, 1).profile().orElseThrow();
        profiles.put(
                "people",
                Optional.of(profile.with(learned(1, 300, 300).orElseThrow().inner())));
        GuardPolicies read = GuardPolicies.read(
                "guard.yaml", "models: {people: {features: {inner layer fc2: {abnormal: reject}}}}", profiles);
        assertThat(read.of("people").action("inner layer fc2", Surprise.ABNORMAL))
                .isEqualTo(Action.REJECT);
        assertThat(read.of("people").action("inner layer fc1", Surprise.ABNORMAL))
                .isEqualTo(Action.PASS);
    }

    private static DriftDetector detector(InnerMaker.Learned learned, double alpha) {
        ProfileMaker people = Tables.learned(2000, 11);
        DriftReference reference = people.reference().orElseThrow();
        var embeddings = new LinkedHashMap<>(reference.embeddings());
        embeddings.put("fc2", learned.rows());
        return DriftDetector.of(
                        people.profile().orElseThrow().with(learned.inner()),
                        new DriftReference(reference.features(), embeddings),
                        Tables.STEPS,
                        Tables.SAMPLE,
                        new DriftSettings(200, alpha, false, 1))
                .orElseThrow();
    }

    private static TensorData people(long seed) {
        var chance = new Random(seed);
        float[][] people = new float[200][];
        Arrays.setAll(people, _ -> Tables.person(chance));
        return Tables.taken(people);
    }

    private static TensorData given(double[][] rows) {
        float[] values = new float[rows.length * NUMBERS];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) rows[i / NUMBERS][i % NUMBERS];
        }
        return TensorData.of(Shape.of(rows.length, NUMBERS), values);
    }

    private static List<Evidence> ofLayer(List<DriftReport> reports) {
        return reports.stream()
                .flatMap(report -> report.evidence().stream())
                .filter(evidence -> evidence.feature().equals("inner layer fc2"))
                .toList();
    }

    @Test
    void theLayersTestAlarmsAtMostAsOftenAsStated() {
        double alpha = 0.2;
        int alarms = 0;
        int windows = 300;
        var monitor = new DriftMonitor(detector(learned(0, 500, 400).orElseThrow(), alpha));
        for (int i = 0; i < windows; i++) {
            if (i % 10 == 0) {
                monitor = new DriftMonitor(detector(learned(i, 500, 400).orElseThrow(), alpha));
            }
            monitor.addInner(given(rows(new Random(70_000 + i), 100)));
            List<Evidence> evidence = ofLayer(monitor.add(people(i)));
            assertThat(evidence).hasSize(1);
            assertThat(evidence.getFirst().level())
                    .as("a quarter, as two tests share a half")
                    .isEqualTo(alpha / 4);
            alarms += evidence.getFirst().alarm() ? 1 : 0;
        }
        double rate = alpha / 4;
        assertThat(alarms).isLessThanOrEqualTo((int) (windows * rate + 3 * Math.sqrt(windows * rate * (1 - rate))));
    }

    @Test
    void aLayerThatGivesOtherNumbersThanInTrainingIsFoundThoughInputsAreAsTheyWere() {
        for (int seed = 0; seed < 10; seed++) {
            var monitor = new DriftMonitor(detector(learned(seed, 500, 400).orElseThrow(), 0.001));
            var chance = new Random(seed);
            double[][] rows = new double[100][];
            Arrays.setAll(rows, _ -> row(chance, 0)); // one class alone
            monitor.addInner(given(rows));
            List<DriftReport> reports = monitor.add(people(seed));
            assertThat(reports.getFirst().alarms())
                    .extracting(Evidence::feature)
                    .containsExactly("inner layer fc2");
        }
    }

    @Test
    void tooFewRowsWaitForTheNextWindowAndNoneAreMissed() {
        var monitor = new DriftMonitor(detector(learned(0, 500, 400).orElseThrow(), 0.001));
        monitor.addInner(given(rows(new Random(1), 60)));
        assertThat(ofLayer(monitor.add(people(1)))).isEmpty();
        monitor.addInner(given(rows(new Random(2), 60)));
        assertThat(ofLayer(monitor.add(people(2)))).hasSize(1);
        assertThat(ofLayer(monitor.add(people(3))))
                .as("each row is compared once")
                .isEmpty();
    }
}
