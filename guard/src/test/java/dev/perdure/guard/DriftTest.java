package dev.perdure.guard;

import static org.assertj.core.api.Assertions.assertThat;

import dev.perdure.core.Shape;
import dev.perdure.core.TensorData;
import dev.perdure.guard.DriftReport.Evidence;
import dev.perdure.model.Preprocessing;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

/** What a watch on drift promises: how often it cries wolf, and what it finds how soon. */
class DriftTest {
    private static final ProfileMaker LEARNED = Tables.learned(5000, 11);

    private static DriftDetector detector(int window, double alpha, boolean ever) {
        return detector(LEARNED, window, alpha, ever);
    }

    private static DriftDetector detector(ProfileMaker learned, int window, double alpha, boolean ever) {
        return DriftDetector.of(
                        learned.profile().orElseThrow(),
                        learned.reference().orElseThrow(),
                        Tables.STEPS,
                        Tables.SAMPLE,
                        new DriftSettings(window, alpha, ever, 1))
                .orElseThrow();
    }

    private static TensorData people(int count, Random chance, UnaryOperator<float[]> changed) {
        float[][] people = new float[count][];
        for (int i = 0; i < count; i++) {
            people[i] = changed.apply(Tables.person(chance));
        }
        return Tables.taken(people);
    }

    private static DriftReport report(DriftDetector detector, TensorData people) {
        DriftWindow window = detector.open();
        detector.add(window, people, 0, (int) people.shape().size(0));
        return detector.compare(1, window);
    }

    private static float[] same(float[] person) {
        return person;
    }

    private static UnaryOperator<float[]> with(int column, java.util.function.DoubleUnaryOperator changed) {
        return person -> {
            person[column] = (float) changed.applyAsDouble(person[column]);
            return person;
        };
    }

    /** References learned anew every twenty windows, so that the rate is that of the whole procedure. */
    @Test
    void falseAlarmsAreAtMostAsOftenAsStated() {
        double alpha = 0.1;
        int windows = 400;
        int alarms = 0;
        DriftDetector detector = detector(200, alpha, false);
        for (int i = 0; i < windows; i++) {
            if (i % 20 == 0) {
                detector = detector(Tables.learned(2000, 1000 + i), 200, alpha, false);
            }
            alarms += report(detector, people(200, new Random(i), DriftTest::same))
                            .drifted()
                    ? 1
                    : 0;
        }
        assertThat(alarms).isLessThanOrEqualTo((int) (windows * alpha + 3 * Math.sqrt(windows * alpha * (1 - alpha))));
    }

    @Test
    void aColumnShiftedByHalfADeviationIsFoundInOneWindowOfFiveHundred() {
        DriftDetector detector = detector(500, 0.001, false);
        for (int seed = 0; seed < 30; seed++) {
            DriftReport report = report(detector, people(500, new Random(seed), with(0, age -> age + 5)));
            assertThat(report.drifted()).as("seed %d: %s", seed, report.words()).isTrue();
            assertThat(report.alarms())
                    .as("seed %d", seed)
                    .extracting(Evidence::feature)
                    .contains("age")
                    .isSubsetOf("age", RowsDrift.ALL);
        }
    }

    @Test
    void aShiftByTwoDeviationsIsFoundInFiftySamples() {
        DriftDetector detector = detector(50, 0.001, false);
        for (int seed = 0; seed < 30; seed++) {
            assertThat(report(detector, people(50, new Random(seed), with(0, age -> age + 20)))
                            .drifted())
                    .as("seed %d", seed)
                    .isTrue();
        }
    }

    @Test
    void theEvidenceSaysWhatItWasAndWhatItIs() {
        DriftReport report = report(detector(500, 0.001, false), people(500, new Random(1), with(0, age -> age + 20)));
        Evidence first = report.evidence().stream()
                .filter(evidence -> evidence.feature().equals("age") && evidence.alarm())
                .findFirst()
                .orElseThrow();
        assertThat(first.stability()).isGreaterThan(0.25);
        assertThat(first.words()).startsWith("age: median 6").contains("in training ", "Kolmogorov-Smirnov");
        assertThat(report.evidence().getFirst().alarm()).as("alarms come first").isTrue();
        assertThat(report.evidence().getLast().alarm()).isFalse();
        assertThat(report.words()).startsWith("window 1 of 500 samples: ").contains("tests alarm");
    }

    @Test
    void valuesThatBeginToBeMissingAreFound() {
        DriftReport report = report(
                detector(500, 0.001, false),
                people(500, new Random(1), person -> with(0, _ -> Float.NaN).apply(person)));
        assertThat(report.alarms()).anySatisfy(evidence -> {
            assertThat(evidence.feature()).isEqualTo("age");
            assertThat(evidence.detail()).isEqualTo("missing in 500 of 500 (in training 0 of 5000)");
        });
    }

    @Test
    void aCategoryThatBecomesFrequentAndOneNeverSeenAreFound() {
        DriftDetector detector = detector(500, 0.001, false);
        var chance = new Random(1);
        assertThat(report(
                                detector,
                                people(
                                        500,
                                        chance,
                                        person -> with(2, c -> chance.nextInt(4) == 0 ? 1 : c)
                                                .apply(person)))
                        .alarms())
                .extracting(Evidence::feature)
                .contains("city");
        assertThat(report(
                                detector,
                                people(
                                        500,
                                        chance,
                                        person -> with(2, c -> chance.nextInt(20) == 0 ? -1 : c)
                                                .apply(person)))
                        .alarms())
                .anySatisfy(evidence -> assertThat(evidence.detail())
                        .startsWith("none of the categories in ")
                        .endsWith(" of 500 (in training 0 of 5000)"));
    }

    /** Both columns keep their distributions; only that they hang together is new. */
    @Test
    void columnsThatBeginToDependOnEachOtherAreFoundTogether() {
        DriftDetector detector = detector(500, 0.01, false);
        int found = 0;
        for (int seed = 0; seed < 20; seed++) {
            DriftReport report = report(detector, people(500, new Random(seed), person -> {
                float deviations = (person[0] - 40) / 10;
                person[1] = (float) Math.exp(8 + 0.3 * deviations);
                return person;
            }));
            found += report.alarms().stream()
                            .anyMatch(evidence -> evidence.feature().equals(RowsDrift.ALL))
                    ? 1
                    : 0;
        }
        assertThat(found).isGreaterThanOrEqualTo(15);
    }

    @Test
    void aConstantColumnThatChangesIsFoundAndOneThatDoesNotIsNot() {
        DriftDetector detector = detector(200, 0.001, false);
        assertThat(report(detector, people(200, new Random(1), DriftTest::same)).alarms())
                .extracting(Evidence::feature)
                .doesNotContain("planet");
        assertThat(report(detector, people(200, new Random(1), with(3, _ -> 4))).alarms())
                .extracting(Evidence::feature)
                .contains("planet");
    }

    @Test
    void aWindowSaysTheSameInPartsAsInOnePiece() {
        DriftDetector detector = detector(500, 0.001, false);
        TensorData all = people(500, new Random(3), with(0, age -> age + 3));
        DriftWindow one = detector.open();
        detector.add(one, all, 0, 500);
        DriftWindow first = detector.open();
        DriftWindow second = detector.open();
        detector.add(first, all, 0, 250);
        detector.add(second, all, 250, 500);
        first.add(second);
        assertThat(first.samples()).isEqualTo(500);
        List<Evidence> apart = detector.compare(1, first).evidence();
        assertThat(apart).isEqualTo(detector.compare(1, one).evidence());
    }

    @Test
    void theMonitorReportsEachFullWindowHoweverBatchesAreCut() {
        var monitor = new DriftMonitor(detector(100, 0.001, false));
        List<DriftReport> reports = new ArrayList<>();
        var chance = new Random(5);
        for (int batch : new int[] {0, 1, 98, 1, 250, 49, 1}) {
            reports.addAll(monitor.add(people(batch, chance, DriftTest::same)));
        }
        assertThat(reports).extracting(DriftReport::number).containsExactly(1L, 2L, 3L, 4L);
        assertThat(reports).extracting(DriftReport::samples).containsOnly(100L);
        assertThat(monitor.lacking()).isEqualTo(100);
    }

    @Test
    void withOneAlphaForEverLaterWindowsNeedMore() {
        DriftDetector detector = detector(100, 0.01, true);
        TensorData people = people(100, new Random(5), DriftTest::same);
        DriftWindow window = detector.open();
        detector.add(window, people, 0, 100);
        double sum = 0;
        for (int number = 1; number <= 1000; number++) {
            sum += detector.compare(number, window).alpha();
        }
        assertThat(sum).isLessThan(0.01);
    }

    @Test
    void hostileValuesAreNoReasonToFail() {
        DriftDetector detector = detector(50, 0.001, false);
        float[] hostile = {Float.NaN, Float.POSITIVE_INFINITY, Float.MAX_VALUE, -Float.MAX_VALUE, Float.MIN_VALUE, -0f};
        for (int shift = 0; shift < 6; shift++) {
            float[] values = new float[6 * 50];
            for (int i = 0; i < values.length; i++) {
                values[i] = hostile[(i + shift + i / 6) % 6];
            }
            DriftReport report = report(detector, TensorData.of(Shape.of(50, 6), values));
            assertThat(report.drifted()).isTrue();
            assertThat(report.evidence())
                    .allSatisfy(evidence -> assertThat(evidence.pValue()).isBetween(0.0, 1.0));
        }
    }

    /** In 32 bits, standardised and back, a whole number is not quite whole, and half of all values are equal. */
    @Test
    void roundingInPreprocessingIsNoDrift() {
        var maker = ProfileMaker.ofTable(Tables.COLUMNS, 1);
        var chance = new Random(8);
        for (int i = 0; i < 3000; i++) {
            maker.add(whole(chance));
        }
        DriftDetector detector = detector(maker, 500, 0.01, false);
        int alarms = 0;
        for (int i = 0; i < 40; i++) {
            float[][] people = new float[500][];
            java.util.Arrays.setAll(people, _ -> whole(chance));
            DriftReport report = report(detector, Tables.taken(people));
            alarms += report.drifted() ? 1 : 0;
            assertThat(report.evidence()).noneMatch(evidence -> evidence.stability() > 0.25);
        }
        assertThat(alarms).isLessThanOrEqualTo(3);
    }

    private static float[] whole(Random chance) {
        return new float[] {chance.nextInt(4) * 10 + 17, chance.nextBoolean() ? 0 : chance.nextInt(7000), 0, 3};
    }

    @Test
    void anImageMovedToASideIsFound() {
        var maker = ProfileMaker.ofImages(1, 12, 12, 1);
        var chance = new Random(2);
        for (int i = 0; i < 1000; i++) {
            maker.add(blob(chance, 0));
        }
        DriftDetector detector = DriftDetector.of(
                        maker.profile().orElseThrow(),
                        maker.reference().orElseThrow(),
                        new Preprocessing(List.of(
                                new Preprocessing.Step.Divide(255),
                                new Preprocessing.Step.Standardise(List.of(0.1307), List.of(0.3081)))),
                        Shape.of(1, 12, 12),
                        new DriftSettings(200, 0.001, false, 1))
                .orElseThrow();
        assertThat(report(detector, images(chance, 0)).drifted()).isFalse();
        assertThat(report(detector, images(chance, 3)).alarms())
                .extracting(Evidence::feature)
                .contains("intensity of part 2, 2");
    }

    private static TensorData images(Random chance, int moved) {
        float[] values = new float[200 * 144];
        for (int i = 0; i < 200; i++) {
            float[] raw = blob(chance, moved);
            for (int p = 0; p < 144; p++) {
                values[i * 144 + p] = (float) ((raw[p] / 255 - 0.1307) / 0.3081);
            }
        }
        return TensorData.of(Shape.of(200, 1, 12, 12), values);
    }

    private static float[] blob(Random chance, int moved) {
        float[] pixels = new float[144];
        for (int y = 4; y < 8; y++) {
            for (int x = 4; x < 8; x++) {
                pixels[y * 12 + x + moved] = chance.nextInt(256);
            }
        }
        return pixels;
    }
}
