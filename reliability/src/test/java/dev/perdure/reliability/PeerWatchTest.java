package dev.perdure.reliability;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.perdure.reliability.PeerWatch.Judged;
import dev.perdure.reliability.PeerWatch.Options;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class PeerWatchTest {
    private static Map<String, Double> pace(int workers, Random random, double spread) {
        var pace = new HashMap<String, Double>();
        for (int i = 0; i < workers; i++) {
            pace.put("w" + i, 0.2 * Math.exp(spread * random.nextGaussian()));
        }
        return pace;
    }

    private static Map<String, Double> step(Map<String, Double> pace, Random random, double noise) {
        double all = Math.exp(0.2 * random.nextGaussian()); // a step that is long for everybody
        var step = new HashMap<String, Double>();
        pace.forEach((worker, seconds) -> step.put(worker, seconds * all * Math.exp(noise * random.nextGaussian())));
        return step;
    }

    private static Judged window(PeerWatch watch, Map<String, Double> pace, Random random, double noise) {
        Judged judged = watch.after(step(pace, random, noise));
        while (judged.verdicts().isEmpty()) {
            judged = judged.state().after(step(pace, random, noise));
        }
        return judged;
    }

    @Test
    void healthyWorkersAreCalledSlowNoMoreOftenThanStated() {
        var options = new Options(0.01, 8, 1, 0.05, 10);
        for (int workers : new int[] {2, 3, 5, 16}) {
            for (double noise : new double[] {0.01, 0.2}) {
                int alarms = 0;
                int judged = 0;
                for (int run = 0; judged < 10_000; run++) {
                    var random = new Random(run);
                    var verdicts = window(PeerWatch.of(options), pace(workers, random, 0.05), random, noise)
                            .verdicts();
                    alarms += (int)
                            verdicts.values().stream().filter(Verdict::isAlarm).count();
                    judged += workers;
                }
                assertThat(alarms)
                        .as("%d workers, noise %s", workers, noise)
                        .isLessThanOrEqualTo(Simulations.mostByChance(judged, 0.01))
                        .isGreaterThan(0);
            }
        }
    }

    @Test
    void aWorkerThatTakesTwiceAsLongIsNamedAfterThreeWindows() {
        for (int workers : new int[] {2, 3, 4, 8}) {
            for (long seed = 0; seed < 50; seed++) {
                String run = workers + " workers, seed " + seed;
                var random = new Random(seed);
                Map<String, Double> pace = pace(workers, random, 0.05);
                pace.put("w1", 0.4);
                var watch = PeerWatch.of(Options.usual());
                for (int window = 1; window <= 3; window++) {
                    Judged judged = window(watch, pace, random, 0.05);
                    boolean third = window == 3;
                    judged.verdicts()
                            .forEach((worker, verdict) -> assertThat(verdict.isAlarm())
                                    .as("%s, %s", run, worker)
                                    .isEqualTo(third && worker.equals("w1")));
                    watch = judged.state();
                }
            }
        }
    }

    @Test
    void oneSlowWindowIsForgiven() {
        var random = new Random(1);
        Map<String, Double> healthy = pace(4, random, 0.01);
        var slow = new HashMap<>(healthy);
        slow.put("w2", 2.0);
        var watch = PeerWatch.of(Options.usual());
        for (int window = 0; window < 12; window++) {
            Judged judged = window(watch, window % 3 == 2 ? healthy : slow, random, 0.02);
            assertThat(judged.verdicts().values()).noneMatch(Verdict::isAlarm);
            watch = judged.state();
        }
    }

    @Test
    void wherePacesDifferMuchADifferenceIsNoAlarm() {
        var random = new Random(3);
        var options = Options.usual();
        Map<String, Double> uneven = Map.of("a", 0.1, "b", 0.2, "c", 0.4, "d", 0.8, "e", 0.15, "f", 0.6, "g", 0.3);
        var watch = PeerWatch.of(options);
        for (int window = 0; window < 5; window++) {
            Judged judged = window(watch, uneven, random, 0.02);
            assertThat(judged.verdicts().values()).noneMatch(Verdict::isAlarm);
            watch = judged.state();
        }
    }

    @Test
    void onlyWorkersPresentThroughoutAreJudgedAndOneAloneHasNoPeers() {
        var options = new Options(1e-3, 3, 1, 0.05, 10);
        Judged judged = PeerWatch.of(options)
                .after(Map.of("a", 1.0, "b", 1.0))
                .state()
                .after(Map.of("a", 1.0))
                .state()
                .after(Map.of("a", 1.0, "b", 9.0, "c", 9.0));
        assertThat(judged.verdicts()).containsOnlyKeys("a");
        assertThat(judged.verdicts().get("a")).isInstanceOf(Verdict.Learning.class);
        assertThatThrownBy(() -> PeerWatch.of(options).after(Map.of("a", 0.0))).hasMessageContaining("seconds of a");
    }
}
