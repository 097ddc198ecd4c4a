package dev.perdure.reliability;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.perdure.reliability.HeartbeatWatch.Options;
import java.util.Random;
import org.junit.jupiter.api.Test;

class HeartbeatWatchTest {
    private static final long MS = 1_000_000;
    private static final Options STRICT = new Options(100 * MS, MS, 0, 2, 200);

    private static HeartbeatWatch after(HeartbeatWatch watch, int beats, long nanos) {
        for (int i = 0; i < beats; i++) {
            watch = watch.heartbeat(watch.lastNanos() + nanos);
        }
        return watch;
    }

    /** Workers of every age, regular as their configuration says or less: the chance stated is per heartbeat. */
    @Test
    void aHealthyWorkerIsSuspectedNoMoreOftenThanStated() {
        for (double deviation : new double[] {5, 25, 60}) {
            int alarms = 0;
            int beats = 0;
            for (int worker = 0; worker < 200; worker++) {
                var random = new Random(worker);
                var watch = HeartbeatWatch.of(STRICT, 0);
                for (int beat = 0; beat < 300; beat++) {
                    long next =
                            watch.lastNanos() + Math.max(1, Math.round((400 + deviation * random.nextGaussian()) * MS));
                    alarms += beat >= 50 && watch.check(next).isAlarm() ? 1 : 0;
                    beats += beat >= 50 ? 1 : 0;
                    watch = watch.heartbeat(next);
                }
            }
            double stated = HeartbeatWatch.of(STRICT, 0).falseAlarms().rate();
            assertThat(stated).isCloseTo(0.01, within(1e-12));
            assertThat(alarms)
                    .as("deviation %s ms", deviation)
                    .isLessThanOrEqualTo(Simulations.mostByChance(beats, stated));
        }
    }

    /** From the first heartbeat on, when the period is the configured one. */
    @Test
    void theFirstHeartbeatsRaiseNoMoreAlarmsThanLaterOnes() {
        int alarms = 0;
        int workers = 20_000;
        for (int worker = 0; worker < workers; worker++) {
            var random = new Random(worker);
            var watch = HeartbeatWatch.of(STRICT, 0);
            for (int beat = 0; beat < 5; beat++) {
                long next = watch.lastNanos() + Math.max(1, Math.round((100 + 25 * random.nextGaussian()) * MS));
                alarms += watch.check(next).isAlarm() ? 1 : 0;
                watch = watch.heartbeat(next);
            }
        }
        assertThat(alarms).isBetween(workers * 5 / 1000, Simulations.mostByChance(workers * 5, 0.01));
    }

    @Test
    void suspicionIsTheLogarithmOfTheChanceOnceMuchHasBeenSeen() {
        var random = new Random(4);
        var watch = HeartbeatWatch.of(new Options(100 * MS, 1, 0, 8, 1_000_000), 0);
        for (int beat = 0; beat < 50_000; beat++) {
            watch = watch.heartbeat(watch.lastNanos() + Math.round((100 + 10 * random.nextGaussian()) * MS));
        }
        // normal: P(Z > 3) = 1.35e-3, P(Z > 5) = 2.87e-7
        assertThat(watch.phi(watch.lastNanos() + 130 * MS)).isCloseTo(2.87, within(0.1));
        assertThat(watch.phi(watch.lastNanos() + 150 * MS)).isCloseTo(6.54, within(0.2));
    }

    @Test
    void aStoppedWorkerIsOutWithinTwoSecondsAtTheUsualSettings() {
        for (int beats : new int[] {0, 1, 5, 50, 1000}) {
            var watch = after(HeartbeatWatch.of(Options.of(100 * MS), 0), beats, 100 * MS);
            assertThat(watch.deadlineNanos() - watch.lastNanos())
                    .as("after %d heartbeats", beats)
                    .isBetween(600 * MS, 2000 * MS);
        }
    }

    @Test
    void theDeadlineIsWhereTheAlarmBegins() {
        for (long seed = 0; seed < 50; seed++) {
            var random = new Random(seed);
            var watch = HeartbeatWatch.of(Options.of(100 * MS), 0);
            for (int i = random.nextInt(40); i > 0; i--) {
                watch = watch.heartbeat(watch.lastNanos() + random.nextLong(50 * MS, 300 * MS));
            }
            long deadline = watch.deadlineNanos();
            assertThat(watch.check(deadline + MS).isAlarm()).as("seed %d", seed).isTrue();
            assertThat(watch.check(deadline - MS).isAlarm()).as("seed %d", seed).isFalse();
        }
    }

    @Test
    void perfectRegularityDoesNotMakeItNervous() {
        var watch = after(HeartbeatWatch.of(new Options(100 * MS, 10 * MS, 0, 8, 200), 0), 5000, 100 * MS);
        assertThat(watch.check(watch.lastNanos() + 150 * MS).isAlarm()).isFalse();
        assertThat(watch.check(watch.lastNanos() + 180 * MS).isAlarm()).isTrue();
    }

    @Test
    void onePauseDoesNotBlindIt() {
        var watch = after(HeartbeatWatch.of(Options.of(100 * MS), 0), 300, 100 * MS);
        long before = watch.deadlineNanos() - watch.lastNanos();
        var resumed = watch.heartbeat(watch.lastNanos() + 60_000 * MS);
        assertThat(resumed.deadlineNanos() - resumed.lastNanos()).isLessThan(2 * before);
    }

    @Test
    void itFollowsAWorkerThatBecomesSlower() {
        var watch = after(HeartbeatWatch.of(Options.of(100 * MS), 0), 300, 100 * MS);
        watch = after(watch, 400, 250 * MS);
        assertThat(watch.mean()).isCloseTo(250 * MS, within(25.0 * MS));
        assertThat(watch.check(watch.lastNanos() + 300 * MS).isAlarm()).isFalse();
    }

    @Test
    void aClockThatGoesBackIsNoReasonForAlarm() {
        var watch = after(HeartbeatWatch.of(Options.of(100 * MS), 0), 20, 100 * MS);
        var back = watch.heartbeat(watch.lastNanos() - 500 * MS);
        assertThat(back.lastNanos()).isEqualTo(watch.lastNanos());
        assertThat(back.check(back.lastNanos() - 500 * MS).isAlarm()).isFalse();
    }

    @Test
    void theReasonNamesSilenceAndPeriod() {
        var watch = after(HeartbeatWatch.of(Options.of(100 * MS), 0), 100, 100 * MS);
        Verdict verdict = watch.check(watch.lastNanos() + 3000 * MS);
        assertThat(verdict.isAlarm()).isTrue();
        assertThat(verdict.reason()).startsWith("no heartbeat for 3 s where one comes every 100 ms: suspicion");
        assertThatThrownBy(() -> new Options(0, 1, 0, 8, 200)).hasMessageContaining("periodNanos: 0");
    }
}
