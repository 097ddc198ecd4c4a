package dev.perdure.reliability;

import static org.assertj.core.api.Assertions.assertThat;

import dev.perdure.reliability.OutlierWatch.Scale;
import dev.perdure.reliability.ReplicaDigests.Comparison;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Losses, storage times, error logs, digests. */
class ValueWatchTest {

    private static EvidenceKind kind(Verdict verdict) {
        assertThat(verdict).isInstanceOf(Verdict.Alarm.class);
        return ((Verdict.Alarm) verdict).evidence().kind();
    }

    @Test
    void steadyLossesSpikeNoMoreOftenThanStated() {
        for (Scale scale : Scale.values()) {
            int alarms = 0;
            int judged = 0;
            for (int run = 0; run < 200; run++) {
                var random = new Random(run);
                var watch = LossWatch.of(0.005, scale, 32, 16);
                for (int step = 0; step < 400; step++) {
                    double noise = 0.2 * random.nextGaussian();
                    Observed<LossWatch> next = watch.after(scale == Scale.LOG ? Math.exp(noise) : noise, 1);
                    alarms += next.verdict().isAlarm() ? 1 : 0;
                    judged += next.verdict() instanceof Verdict.Learning ? 0 : 1;
                    watch = next.state();
                }
            }
            // neighbouring losses share a window, so alarms come in clumps: allow for twice the variance
            int most = Simulations.mostByChance(judged / 2, 0.005) * 2;
            assertThat(alarms).as("%s of %s", scale, judged).isBetween(judged / 2000, most);
        }
    }

    @Test
    void aTrainingThatGoesWellRaisesNoAlarm() {
        for (long seed = 0; seed < 100; seed++) {
            var random = new Random(seed);
            var watch = LossWatch.usual();
            for (int step = 0; step < 600; step++) {
                double loss = (2.3 * Math.exp(-step / 80.0) + 0.03) * Math.exp(0.25 * random.nextGaussian());
                Observed<LossWatch> next = watch.after(loss, 1);
                assertThat(next.verdict().isAlarm())
                        .as("seed %d step %d: %s", seed, step, next.verdict().reason())
                        .isFalse();
                watch = next.state();
            }
        }
    }

    @Test
    void aSpikeIsFoundAtOnceAndDivergenceAfterTheStepsStated() {
        for (long seed = 0; seed < 100; seed++) {
            var random = new Random(seed);
            var watch = LossWatch.usual();
            for (int step = 0; step < 100; step++) {
                watch = watch.after(0.5 * Math.exp(0.1 * random.nextGaussian()), 1)
                        .state();
            }
            for (int step = 1; step <= 20; step++) {
                Observed<LossWatch> next = watch.after(5 * Math.exp(0.1 * random.nextGaussian()), 1);
                EvidenceKind expected = step < 16 ? EvidenceKind.LOSS_SPIKE : EvidenceKind.LOSS_DIVERGING;
                assertThat(kind(next.verdict()))
                        .as("seed %d step %d", seed, step)
                        .isEqualTo(expected);
                watch = next.state();
            }
        }
    }

    @Test
    void whatIsNotFiniteIsFoundAtTheFirstStepAndNotLearned() {
        var watch = LossWatch.usual();
        for (double bad : new double[] {Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY}) {
            assertThat(kind(watch.after(bad, 1).verdict())).isEqualTo(EvidenceKind.NOT_FINITE);
            assertThat(kind(watch.after(1, bad).verdict())).isEqualTo(EvidenceKind.NOT_FINITE);
            assertThat(watch.after(bad, 1).state()).isEqualTo(watch);
        }
    }

    @Test
    void healthyStorageIsCalledSlowNoMoreOftenThanStated() {
        var usual = OutlierWatch.Options.storage();
        var options = new OutlierWatch.Options(usual.kind(), usual.name(), Scale.LOG, 0.002, 3, 16, 64, 0.1);
        int alarms = 0;
        int judged = 0;
        var random = new Random(6);
        var watch = OutlierWatch.of(options);
        for (int i = 0; i < 60_000; i++) {
            Observed<OutlierWatch> next = watch.after(0.01 * Math.exp(0.5 * random.nextGaussian()));
            alarms += next.verdict().isAlarm() ? 1 : 0;
            judged++;
            watch = next.state();
        }
        int most = Simulations.mostByChance(judged / 3, 0.002) * 3; // alarms in a row come in clumps of up to three
        assertThat(alarms).isBetween(judged / 5000, most);
    }

    @Test
    void slowStorageIsFoundAtTheThirdSlowOperation() {
        var random = new Random(6);
        var watch = OutlierWatch.of(OutlierWatch.Options.storage());
        for (int i = 0; i < 100; i++) {
            watch = watch.after(0.01 * Math.exp(0.2 * random.nextGaussian())).state();
        }
        for (int slow = 1; slow <= 3; slow++) {
            Observed<OutlierWatch> next = watch.after(0.2);
            assertThat(next.verdict().isAlarm()).isEqualTo(slow == 3);
            watch = next.state();
        }
        for (int i = 0; i < 64; i++) {
            watch = watch.after(0.2 * Math.exp(0.2 * random.nextGaussian())).state();
        }
        assertThat(watch.after(0.2).verdict()).as("the new level").isInstanceOf(Verdict.Healthy.class);
    }

    @Test
    void errorLogsAtTheHealthyRateAlarmNoMoreOftenThanStatedAndAtTheFaultyOneSoon() {
        var test = SequentialRateTest.of(0.02, 0.2, 0.01, 0.01);
        int alarms = 0;
        int tests = 0;
        var random = new Random(12);
        var watch = new ErrorLogWatch(test, 0);
        for (long second = 1; second < 400_000; second++) {
            Observed<ErrorLogWatch> next = watch.after(RatesTest.poisson(random, 0.02), second * 1_000_000_000);
            alarms += next.verdict().isAlarm() ? 1 : 0;
            tests += next.verdict() instanceof Verdict.Learning ? 0 : 1;
            watch = next.state();
        }
        assertThat(tests).isGreaterThan(5000);
        assertThat(alarms).isLessThanOrEqualTo(Simulations.mostByChance(tests, 0.01));
        assertThat(watch.falseAlarms().perHour(3600 / test.expectedTimeWhenHealthy()))
                .isLessThan(2);

        int late = 0;
        for (int run = 0; run < 500; run++) {
            late += secondsToAlarm(test, random) > 100 ? 1 : 0;
        }
        assertThat(late).as("not found within 100 s").isLessThan(10);
    }

    private static long secondsToAlarm(SequentialRateTest test, Random random) {
        var watch = new ErrorLogWatch(test, 0);
        for (long second = 1; ; second++) {
            Observed<ErrorLogWatch> next = watch.after(RatesTest.poisson(random, 0.2), second * 1_000_000_000);
            if (next.verdict().isAlarm()) {
                assertThat(kind(next.verdict())).isEqualTo(EvidenceKind.ERROR_LOGS);
                return second;
            }
            watch = next.state();
        }
    }

    @Test
    void theMajorityNamesTheReplicaThatDiffers() {
        Comparison found = ReplicaDigests.compare(40, Map.of("a", "x", "b", "y", "c", "x"));
        assertThat(found).isInstanceOf(Comparison.Culprits.class);
        assertThat(((Comparison.Culprits) found).workers()).containsExactly("b");
        assertThat(found.reason()).isEqualTo("step 40: weights of [b] differ from those of [a, c]");
    }

    @Test
    void twoThatDifferAreUndecidedAndAMicrobatchComputedAgainDecides() {
        Comparison found = ReplicaDigests.compare(40, Map.of("a", "x", "b", "y"));
        assertThat(found).isInstanceOf(Comparison.Undecided.class);
        assertThat(((Comparison.Undecided) found).camps()).containsExactly(Set.of("a"), Set.of("b"));
        assertThat(found.reason()).contains("compute a microbatch again");
        Comparison settled = ReplicaDigests.settle(40, Map.of("a", "g", "b", "h"), "g");
        assertThat(((Comparison.Culprits) settled).workers()).containsExactly("b");
        assertThat(ReplicaDigests.settle(40, Map.of("a", "g"), "g")).isInstanceOf(Comparison.Agree.class);
    }

    @Test
    void replicasThatAgreeAreNeverSuspectedAndHalfIsNoMajority() {
        assertThat(ReplicaDigests.compare(1, Map.of())).isInstanceOf(Comparison.Agree.class);
        assertThat(ReplicaDigests.compare(1, Map.of("a", "x", "b", "x"))).isInstanceOf(Comparison.Agree.class);
        assertThat(ReplicaDigests.compare(1, Map.of("a", "x", "b", "x", "c", "y", "d", "y")))
                .isInstanceOf(Comparison.Undecided.class);
        assertThat(ReplicaDigests.compare(1, Map.of("a", "x", "b", "y", "c", "z")))
                .isInstanceOf(Comparison.Undecided.class);
    }

    @Test
    void aRobustWindowForgetsTheOldestAndIgnoresAMinority() {
        var window = RobustWindow.of(5);
        assertThat(window.median()).isNaN();
        assertThat(window.upperBound(0.01, 0)).isInfinite();
        for (double value : new double[] {100, 1, 2, 3, 1e9, 1e9}) {
            window = window.plus(value);
        }
        assertThat(window.size()).isEqualTo(5);
        assertThat(window.median()).isEqualTo(3);
        assertThat(window.deviation()).isLessThan(5);
        assertThat(window)
                .isEqualTo(window.plus(1).plus(1).plus(2).plus(3).plus(1e9).plus(1e9));
    }
}
