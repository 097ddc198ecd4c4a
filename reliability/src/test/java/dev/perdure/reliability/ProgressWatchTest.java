package dev.perdure.reliability;

import static org.assertj.core.api.Assertions.assertThat;

import dev.perdure.reliability.Holdup.Place;
import dev.perdure.reliability.ProgressWatch.Options;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class ProgressWatchTest {
    private static final long MS = 1_000_000;

    private static ProgressWatch steps(ProgressWatch watch, int steps, Random random) {
        for (int step = 0; step < steps; step++) {
            watch = watch.entered(Phase.COMPUTING, watch.sinceNanos() + stay(random, 5));
            watch = watch.entered(Phase.COLLECTIVE, watch.sinceNanos() + stay(random, 400));
            watch = watch.entered(Phase.LOADING, watch.sinceNanos() + stay(random, 30));
        }
        return watch;
    }

    private static long stay(Random random, double millis) {
        return Math.round(millis * MS * Math.exp(0.3 * random.nextGaussian()));
    }

    @Test
    void aWorkerThatStepsIsCalledStuckNoMoreOftenThanStated() {
        var options = new Options(0.01, 10, 64, 0, 1_000 * MS);
        for (int seen : new int[] {10, 64}) {
            int alarms = 0;
            int stays = 6000;
            for (int worker = 0; worker < stays; worker++) {
                var random = new Random(worker);
                var watch = steps(ProgressWatch.of(options, Phase.LOADING, 0), seen, random)
                        .entered(Phase.COMPUTING, 1_000_000 * MS);
                alarms += watch.check(watch.sinceNanos() + stay(random, 400)).isAlarm() ? 1 : 0;
            }
            assertThat(alarms)
                    .as("after %d steps", seen)
                    .isBetween(stays / 1000, Simulations.mostByChance(stays, 0.01));
        }
    }

    @Test
    void aStuckWorkerIsFoundInEveryPhaseAndThePhaseIsNamed() {
        var watch = steps(ProgressWatch.of(Options.usual(), Phase.LOADING, 0), 50, new Random(1));
        for (Phase phase : new Phase[] {Phase.LOADING, Phase.COMPUTING, Phase.COLLECTIVE}) {
            var stuck = watch.entered(phase, watch.sinceNanos() + 5 * MS);
            assertThat(stuck.check(stuck.sinceNanos() + 450 * MS).isAlarm()).isFalse();
            Verdict verdict = stuck.check(stuck.sinceNanos() + 4_000 * MS);
            assertThat(verdict).isInstanceOf(Verdict.Alarm.class);
            assertThat(((Verdict.Alarm) verdict).evidence().kind()).isEqualTo(phase.whenStuck());
            assertThat(verdict.reason()).contains("4 s in " + phase);
        }
    }

    @Test
    void theFirstStaysMayBeSlowButNotEndless() {
        var watch = ProgressWatch.of(Options.usual(), Phase.COMPUTING, 0);
        assertThat(watch.check(100_000 * MS)).isInstanceOf(Verdict.Learning.class);
        assertThat(watch.check(121_000 * MS).isAlarm()).isTrue();
    }

    @Test
    void wildStaysExcuseNoEndlessOne() {
        var random = new Random(3);
        var watch = ProgressWatch.of(new Options(1e-6, 24, 64, 5_000 * MS, 60_000 * MS), Phase.COLLECTIVE, 0);
        for (int i = 0; i < 30; i++) {
            watch = watch.entered(
                    Phase.COLLECTIVE, watch.sinceNanos() + Math.round(100 * MS * Math.exp(random.nextGaussian())));
        }
        assertThat(watch.deadlineNanos() - watch.sinceNanos()).isLessThan(8_000 * MS);
    }

    @Test
    void aFewLongStaysDoNotHideAStuckWorker() {
        var random = new Random(9);
        var watch = steps(ProgressWatch.of(Options.usual(), Phase.LOADING, 0), 60, random);
        long before = watch.entered(Phase.COMPUTING, watch.sinceNanos()).deadlineNanos() - watch.sinceNanos();
        for (int i = 0; i < 10; i++) {
            watch = watch.entered(Phase.COMPUTING, watch.sinceNanos())
                    .entered(Phase.LOADING, watch.sinceNanos() + 30_000 * MS);
        }
        long after = watch.entered(Phase.COMPUTING, watch.sinceNanos()).deadlineNanos() - watch.sinceNanos();
        assertThat(after).isLessThan(4 * before);
    }

    @Test
    void theOneThatHasNotComeHoldsUpTheOthers() {
        var waiting = new Place(7, Phase.COLLECTIVE);
        assertThat(Holdup.culprits(Map.of("a", waiting, "b", new Place(7, Phase.LOADING), "c", waiting)))
                .containsExactly("b");
        assertThat(Holdup.culprits(Map.of("a", waiting, "b", new Place(6, Phase.SAVING))))
                .containsExactly("b");
        assertThat(Holdup.culprits(Map.of("a", waiting, "b", waiting))).isEmpty();
        assertThat(Holdup.culprits(Map.of())).isEmpty();
    }
}
