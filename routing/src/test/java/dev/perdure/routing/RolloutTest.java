package dev.perdure.routing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.perdure.routing.Rollout.Arm;
import dev.perdure.routing.Rollout.Options;
import dev.perdure.routing.Rollout.Route;
import dev.perdure.routing.Rollout.Seen;
import dev.perdure.routing.Rollout.Stage;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class RolloutTest {
    private static final int BINS = 3;

    /** How a version behaves. */
    private record Version(double errors, double disagrees, double latency, double[] bins, double wrong) {
        int bin(SplittableRandom random) {
            double left = random.nextDouble();
            for (int bin = 0; bin < bins.length; bin++) {
                left -= bins[bin];
                if (left < 0) {
                    return bin;
                }
            }
            return bins.length - 1;
        }
    }

    private static final double[] EVEN = {0.4, 0.4, 0.2};
    private static final Version GOOD = new Version(0.02, 0.01, 1, EVEN, 0.1);

    private record Ran(Rollout rollout, int requests, int computed) {}

    private static Options options(double alpha) {
        return new Options(1, 200, List.of(0.05, 0.25, 0.5), 200, Duration.ZERO, 0.2, alpha, 0.02, 1.5, 1.25, BINS);
    }

    private static Ran run(long seed, Version canary, Options options) {
        var random = new SplittableRandom(seed);
        Rollout rollout = Rollout.of(options, 0);
        int computed = 0;
        int requests = 0;
        while (!rollout.isOver()) {
            assertThat(requests++)
                    .as("seed %d goes on for ever: %s", seed, rollout.stage())
                    .isLessThan(100_000);
            Route route = rollout.route(random);
            if (route.arm() == Arm.STABLE) {
                rollout = ends(rollout, Arm.STABLE, GOOD, route, random);
            }
            if (route.arm() == Arm.CANARY || route.both()) {
                computed++;
                rollout = ends(rollout, Arm.CANARY, canary, route, random);
            }
            if (route.both()) {
                rollout = rollout.after(new Seen.Compared(random.nextDouble() >= canary.disagrees()), 0);
            }
        }
        return new Ran(rollout, requests, computed);
    }

    private static Rollout ends(Rollout rollout, Arm by, Version version, Route route, SplittableRandom random) {
        // in the shadow both have computed what the client asked, so an outcome is about both
        boolean failed = random.nextDouble() < version.errors();
        long latency = (long) (1e6 * version.latency() * Math.exp(0.3 * random.nextGaussian()));
        Rollout next = rollout.after(new Seen.Ended(by, route, failed, latency, failed ? -1 : version.bin(random)), 0);
        boolean reported = random.nextInt(4) == 0;
        return reported ? next.after(new Seen.Outcome(by, route, random.nextDouble() >= version.wrong()), 0) : next;
    }

    @Test
    void aGoodVersionIsPromotedAndRolledBackNoMoreOftenThanStated() {
        int runs = 100;
        int rolledBack = 0;
        for (long seed = 0; seed < runs; seed++) {
            Ran ran = run(seed, GOOD, options(0.1));
            rolledBack += ran.rollout().stage() instanceof Stage.RolledBack ? 1 : 0;
        }
        assertThat(rolledBack).as("of %d", runs).isLessThanOrEqualTo(runs / 10);
    }

    /** Also one that is just within every limit, in all that is looked at: the stated rate holds there too. */
    @Test
    void aVersionAtTheLimitsIsRolledBackNoMoreOftenThanStated() {
        int runs = 200;
        int rolledBack = 0;
        var atTheLimits = new Version(0.0245, 0.02, 1.5, EVEN, 0.12);
        for (long seed = 0; seed < runs; seed++) {
            rolledBack += run(seed, atTheLimits, options(0.1)).rollout().stage() instanceof Stage.RolledBack ? 1 : 0;
        }
        assertThat(rolledBack).as("of %d", runs).isLessThanOrEqualTo(runs / 10);
    }

    private static void foundWithin(int computedMax, double share, Version bad, String by) {
        int runs = 100;
        int found = 0;
        for (long seed = 0; seed < runs; seed++) {
            Ran ran = run(seed, bad, options(0.01));
            boolean isBack = ran.rollout().stage() instanceof Stage.RolledBack back
                    && back.reason().contains(by);
            found += isBack && ran.computed() <= computedMax ? 1 : 0;
        }
        assertThat(found).as("%s within %d", by, computedMax).isGreaterThanOrEqualTo((int) (runs * share));
    }

    @Test
    void aBadVersionIsRolledBackWithinTwoHundredRequests() {
        foundWithin(200, 0.99, new Version(0.02, 0.2, 1, EVEN, 0.1), "disagreement");
        foundWithin(200, 0.99, new Version(0.3, 0.01, 1, EVEN, 0.1), "errors");
        foundWithin(200, 0.99, new Version(0.02, 0.01, 3, EVEN, 0.1), "slowness");
        foundWithin(200, 0.99, new Version(0.02, 0.01, 1, new double[] {0.05, 0.05, 0.9}, 0.1), "outputs in bin");
        foundWithin(200, 0.9, new Version(0.02, 0.01, 1, EVEN, 0.9), "outcomes");
    }

    @Test
    void aVersionThatAlwaysFailsIsFoundWithinTwentyRequests() {
        foundWithin(20, 1, new Version(1, 1, 1, EVEN, 1), "disagreement");
    }

    @Test
    void whatIsSubtlyWorseIsMostlyFoundBeforeItIsPromoted() {
        foundWithin(2_000, 0.8, new Version(0.02, 0.08, 1, EVEN, 0.1), "disagreement");
        foundWithin(2_000, 0.8, new Version(0.12, 0.01, 1, EVEN, 0.1), "errors");
    }

    /**
     * Only truths, of every answer, and each some requests late. What is hard for one version is as hard for the other: in the shadow
     * both are wrong about the same inputs, or the canary alone.
     */
    private static Rollout byTruthsAlone(long seed, double wrong, double canaryWrong, double alpha) {
        var random = new SplittableRandom(seed);
        var options = new Options(1, 300, List.of(0.05, 0.25, 0.5), 300, Duration.ZERO, 0, alpha, 0.5, 100, 1.25, 0);
        Rollout rollout = Rollout.of(options, 0);
        var late = new ArrayDeque<Seen>();
        while (!rollout.isOver()) {
            Route route = rollout.route(random);
            double hard = random.nextDouble();
            if (route.arm() == Arm.STABLE) {
                late.add(new Seen.Outcome(Arm.STABLE, route, hard >= wrong));
            }
            if (route.arm() == Arm.CANARY || route.both()) {
                late.add(new Seen.Outcome(Arm.CANARY, route, hard >= canaryWrong));
                rollout = rollout.after(new Seen.Ended(Arm.CANARY, route, false, Rollout.NO_PACE, -1), 0);
            }
            while (late.size() > 50) {
                rollout = rollout.after(late.removeFirst(), 0);
            }
        }
        return rollout;
    }

    private static int rolledBackByTruths(int runs, double wrong, double canaryWrong, double alpha) {
        int rolledBack = 0;
        for (long seed = 0; seed < runs; seed++) {
            rolledBack += byTruthsAlone(seed, wrong, canaryWrong, alpha).stage() instanceof Stage.RolledBack ? 1 : 0;
        }
        return rolledBack;
    }

    /** A quarter of the rate is for the test of truths, as there are three others. */
    @Test
    void byTruthsAloneAVersionThatIsNotWorseIsRolledBackNoMoreOftenThanStated() {
        assertThat(rolledBackByTruths(1_000, 0.1, 0.1, 0.2)).as("of 1000").isLessThanOrEqualTo(50);
        assertThat(rolledBackByTruths(1_000, 0.1, 0.12, 0.2))
                .as("of 1000, at the limit")
                .isLessThanOrEqualTo(50);
    }

    @Test
    void byTruthsAloneAVersionThatIsOftenerWrongIsRolledBackBeforeItIsPromoted() {
        assertThat(rolledBackByTruths(200, 0.1, 0.3, 0.01)).as("of 200").isGreaterThanOrEqualTo(198);
        assertThat(rolledBackByTruths(200, 0.1, 0.2, 0.01)).as("of 200").isGreaterThanOrEqualTo(100);
    }

    @Test
    void itGoesThroughAllStepsAndNeverFaster() {
        Options slow = new Options(1, 10, List.of(0.1, 0.5), 10, Duration.ofSeconds(5), 0, 0.01, 0.02, 1.5, 1.25, 0);
        Rollout rollout = Rollout.of(slow, 0);
        var random = new SplittableRandom(1);
        long second = 1_000_000_000L;
        for (int i = 0; i < 100; i++) {
            Route route = rollout.route(random);
            assertThat(route.arm()).isEqualTo(Arm.STABLE);
            rollout = rollout.after(new Seen.Ended(Arm.CANARY, route, false, 5, 0), i * second / 25);
        }
        assertThat(rollout.stage()).isInstanceOf(Stage.Shadow.class);
        Route route = rollout.route(random);
        rollout = rollout.after(new Seen.Ended(Arm.CANARY, route, false, 5, 0), 5 * second);
        assertThat(rollout.stage()).isEqualTo(new Stage.Canary(0, 5 * second, 0));
        for (int i = 0; i < 10; i++) {
            rollout = rollout.after(new Seen.Ended(Arm.CANARY, rollout.route(random), false, 5, 0), 11 * second);
        }
        assertThat(rollout.stage()).isEqualTo(new Stage.Canary(1, 11 * second, 0));
        for (int i = 0; i < 10; i++) {
            rollout = rollout.after(new Seen.Ended(Arm.CANARY, rollout.route(random), false, 5, 0), 17 * second);
        }
        assertThat(rollout.stage()).isEqualTo(new Stage.Promoted());
        assertThat(rollout.route(random).arm()).isEqualTo(Arm.CANARY);
        assertThat(rollout.rolledBack("late")).isEqualTo(rollout);
    }

    @Test
    void aLatencyThatIsNotLookedAtSaysNothing() {
        Rollout rollout = Rollout.of(options(0.01), 0);
        Route route = rollout.route(new SplittableRandom(1));
        rollout = rollout.after(new Seen.Ended(Arm.STABLE, route, false, Rollout.NO_PACE, 0), 0);
        rollout = rollout.after(new Seen.Ended(Arm.CANARY, route, false, Rollout.NO_PACE, 0), 0);
        assertThat(rollout.tests()).containsKey("more outputs in bin 0").doesNotContainKey("slowness");
        assertThat(rollout.stableLatency()).isEmpty();
    }

    @Test
    void rolledBackItGetsNothing() {
        Rollout rollout = Rollout.of(options(0.01), 0).rolledBack("somebody wants it");
        assertThat(rollout.route(new SplittableRandom(1))).isEqualTo(new Route(Arm.STABLE, false, 0));
        assertThat(rollout.after(new Seen.Compared(false), 0)).isEqualTo(rollout);
    }

    @Test
    void settingsThatMakeNoSenseAreRefused() {
        assertThatThrownBy(() -> new Options(1, 1, List.of(1.0), 1, Duration.ZERO, 0, 0.01, 0.02, 1, 1, 0))
                .hasMessageContaining("share: 1.0");
        assertThatThrownBy(() -> new Options(1, 1, List.of(), 1, Duration.ZERO, 0, 0.01, 0.02, 1, 1, 0))
                .hasMessageContaining("shares: 0");
    }
}
