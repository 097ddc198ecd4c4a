package dev.perdure.reliability;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CheckpointIntervalTest {
    /**
     * Worked by hand: a save of 5 min, a failure a day: Young sqrt(2·300·86400) = 7200 s; d/2M = 1/576, so the factor is
     * 1 + 1/72 + 1/5184 and Daly 7200 · 1.0140818 − 300 = 7001.39 s.
     */
    @ParameterizedTest
    @CsvSource({
        "300, 86400, 7001.3889",
        "2, 1, 1",
        "5, 1, 1",
        "0, 1000, 0",
        "1, 50, 9.3444444",
    })
    void dalysIntervalIsThatOfThePaper(double cost, double mean, double expected) {
        assertThat(CheckpointInterval.daly(cost, mean)).isCloseTo(expected, within(1e-3));
    }

    /**
     * From first principles: with exponential failures, a segment of work w and a save d take (e^((w+d)/M) − 1) M on
     * average (restart time aside), so the loss per second of work is that over w. Daly's interval is within a few
     * thousandths of the best there is.
     */
    @Test
    void dalysIntervalLosesHardlyMoreThanTheBestFoundBySearch() {
        for (long seed = 0; seed < 200; seed++) {
            var random = new Random(seed);
            double mean = Math.exp(random.nextDouble() * 12);
            double cost = mean * Math.exp(-1 - 9 * random.nextDouble());
            double best = Double.POSITIVE_INFINITY;
            for (double work = cost / 10; work < 20 * mean; work *= 1.01) {
                best = Math.min(best, timePerWork(work, cost, mean));
            }
            double ours = timePerWork(CheckpointInterval.daly(cost, mean), cost, mean);
            assertThat(ours).as("seed %d: cost %s, mean %s", seed, cost, mean).isLessThan(best * 1.005);
        }
    }

    private static double timePerWork(double work, double cost, double mean) {
        return Math.expm1((work + cost) / mean) * mean / work;
    }

    @Test
    void withCrashesAloneTheModelIsDalysExpression() {
        double mean = 5000;
        var model = SegmentModel.ofCrashes(1 / mean, 40, 0, 90);
        double expected = mean * Math.exp(90 / mean) * Math.expm1((600 + 40) / mean);
        assertThat(model.expectedSeconds(600)).isCloseTo(expected, within(1e-6));
    }

    @Test
    void theNumericOptimumIsTheBestOfAGridAndNearDalys() {
        for (long seed = 0; seed < 200; seed++) {
            var random = new Random(seed);
            double mean = Math.exp(2 + random.nextDouble() * 12);
            double save = mean * Math.exp(-1 - 9 * random.nextDouble());
            double silent = random.nextBoolean() ? random.nextDouble() / mean : 0;
            var model = new SegmentModel(1 / mean, silent, save, save * random.nextDouble(), mean / 100, mean / 50);
            double best = model.usefulShare(model.bestWork());
            for (double work = save / 20; work < 20 * mean; work *= 1.02) {
                assertThat(model.usefulShare(work)).as("seed %d", seed).isLessThanOrEqualTo(best * (1 + 1e-9));
            }
            var crashes = SegmentModel.ofCrashes(1 / mean, save, mean / 100, mean / 50);
            assertThat(crashes.usefulShare(CheckpointInterval.daly(save, mean)))
                    .as("seed %d: Daly's", seed)
                    .isGreaterThan(crashes.usefulShare(crashes.bestWork()) * 0.995);
        }
    }

    @Test
    void detectionAndRestartDoNotMoveTheOptimumButErrorsFoundOnlyAtTheSaveDo() {
        double quick = SegmentModel.ofCrashes(1e-4, 5, 0, 0).bestWork();
        double slow = SegmentModel.ofCrashes(1e-4, 5, 120, 300).bestWork();
        assertThat(slow).isCloseTo(quick, within(1e-3 * quick));
        double silent = new SegmentModel(0, 1e-4, 5, 0, 0, 0).bestWork();
        assertThat(silent).isCloseTo(quick / Math.sqrt(2), within(0.03 * quick));
    }

    @Test
    void theExpectedTimeIsTheMeanOfSimulatedSegments() {
        var model = new SegmentModel(1 / 900.0, 1 / 1500.0, 30, 12, 20, 300);
        var random = new Random(3);
        int segments = 400_000;
        double sum = 0;
        double squares = 0;
        for (int i = 0; i < segments; i++) {
            double time = simulate(model, 400, random);
            sum += time;
            squares += time * time;
        }
        double mean = sum / segments;
        double error = Math.sqrt((squares / segments - mean * mean) / segments);
        assertThat(model.expectedSeconds(400)).isCloseTo(mean, within(4 * error));
    }

    /** One segment, event by event. */
    private static double simulate(SegmentModel model, double work, Random random) {
        double time = 0;
        while (true) {
            double crash = RatesTest.exponential(random, model.crashesPerSecond());
            double silent = RatesTest.exponential(random, model.silentPerSecond());
            double checked = work + model.checkSeconds();
            double end = silent < work ? checked : checked + model.saveSeconds();
            if (crash >= end && silent >= work) {
                return time + end;
            }
            time += Math.min(crash, end) + (crash < end ? model.detectSeconds() : 0);
            time += recovery(model, random);
        }
    }

    private static double recovery(SegmentModel model, Random random) {
        double time = 0;
        while (true) {
            double crash = RatesTest.exponential(random, model.crashesPerSecond());
            if (crash >= model.recoverSeconds()) {
                return time + model.recoverSeconds();
            }
            time += crash + model.detectSeconds();
        }
    }

    @Test
    void theEndsOfTheRangeHaveSensibleAnswers() {
        assertThat(SegmentModel.ofCrashes(0, 5, 1, 1).bestWork()).isInfinite();
        assertThat(SegmentModel.ofCrashes(0, 5, 1, 1).usefulShare(95)).isCloseTo(0.95, within(1e-12));
        assertThat(SegmentModel.ofCrashes(1, 0, 1, 1).bestWork()).isZero();
        var hopeless = SegmentModel.ofCrashes(1, 5000, 1, 1);
        assertThat(hopeless.bestWork()).isEqualTo(1);
        assertThat(hopeless.usefulShare(1)).isZero();
        assertThat(CheckpointInterval.young(300, 86400)).isCloseTo(7200, within(1e-9));
    }

    @Test
    void aLedgerThatTheModelExplainsIsSaidToBeAsExpected() {
        var model = SegmentModel.ofCrashes(1 / 3600.0, 4, 2, 30);
        double work = model.bestWork();
        var random = new Random(8);
        double wall = 0;
        int explained = 0;
        int runs = 300;
        for (int run = 0; run < runs; run++) {
            wall = 0;
            int segments = 0;
            while (wall < 200_000) {
                wall += simulate(new SegmentModel(1 / 3600.0, 1e-12, 4, 0, 2, 30), work, random);
                segments++;
            }
            var ledger = new Goodput.Ledger(segments * work, wall, (int) Math.round(wall / 3600));
            explained += Goodput.compare(model, work, ledger).reason().equals("as the model expects") ? 1 : 0;
        }
        assertThat(explained).as("of %d runs", runs).isGreaterThan(runs * 95 / 100);
    }

    @Test
    void aLedgerThatTheModelDoesNotExplainSaysWhy() {
        var model = SegmentModel.ofCrashes(1e-4, 4, 2, 30);
        var tooMany = Goodput.compare(model, 280, new Goodput.Ledger(600_000, 1_000_000, 1500));
        assertThat(tooMany.reason()).contains("100 crashes were expected and 1500 came");
        var tooDear = Goodput.compare(model, 280, new Goodput.Ledger(600_000, 1_000_000, 100));
        assertThat(tooDear.reason()).contains("costs more than given");
        var better = Goodput.compare(model, 280, new Goodput.Ledger(999_000, 1_000_000, 2));
        assertThat(better.reason()).contains("more was useful").contains("2 came");
    }
}
