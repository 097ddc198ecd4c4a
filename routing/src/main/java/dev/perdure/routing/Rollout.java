package dev.perdure.routing;

import dev.perdure.reliability.AlwaysValidShareTest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.random.RandomGenerator;

/**
 * Whether a new version takes over, on the evidence of its predictions: a value that takes what was seen and gives its
 * successor.
 *
 * <pre>
 * Shadow      becomes Canary      when enough requests were computed by both versions, and nothing was found
 * Canary      becomes Canary      with the next share of requests, when it had enough, and nothing was found
 *             becomes Promoted    after the last share
 * Shadow, Canary become RolledBack when something was found, or somebody wants it
 * </pre>
 *
 * <p>What is looked for, each by a sequential test that may be looked at after every request
 * ({@link AlwaysValidShareTest}):
 * <ul>
 *   <li>disagreement: outputs for the same input differ in more than {@code disagreementMax} of cases;
 *   <li>errors: of requests that failed, more are the canary's than its share of requests;
 *   <li>slowness: it takes longer than {@code slowerMax} times the stable version in more than half of all pairs;
 *   <li>distribution of outputs, by the bin that each falls in: of outputs in a bin, more or fewer are the canary's than
 *       its share. Randomised assignment gives both versions the same inputs, so this needs no labels and no pairs;
 *   <li>outcomes reported later: of predictions found wrong, more are the canary's than its share.
 * </ul>
 * Where shares are compared, the odds may be {@code oddsMax} times what they should be, since a new version need not be
 * the same.
 *
 * <p>False alarms: the chance {@code alpha} that a version which keeps these limits is ever rolled back, in the whole
 * rollout, is spent in equal parts over all tests. Assumes that requests are assigned by chance as {@link #route} does, that
 * each brings one piece of evidence of a kind, and that outcomes are reported regardless of the version.
 *
 * @param stage where it is
 * @param tests what was seen, by name
 * @param stableLatency of a request of the stable version that has not been compared, nothing if there is none
 */
public record Rollout(
        Options options, Stage stage, Map<String, AlwaysValidShareTest> tests, Optional<Long> stableLatency) {
    /** A latency that is not looked at, such as that of a version that has just begun. */
    public static final long NO_PACE = -1;

    /**
     * Settings.
     *
     * @param shadowShare share of requests computed by both in the shadow, > 0 to 1
     * @param shadowMin how many before the canary, >= 0
     * @param shares of requests that the canary gets, rising, > 0 and < 1
     * @param requestsMin requests of the canary in each step, >= 1
     * @param stepMin how long the shadow and each step last at least
     * @param compareShare share of the canary's requests that the stable version computes too
     * @param alpha chance that a good version is rolled back
     * @param disagreementMax share of inputs on which it may disagree, > 0 and < 1
     * @param slowerMax how much longer it may take, >= 1
     * @param oddsMax how much its odds may differ, >= 1
     * @param bins into which outputs fall: classes, or ranges of a number; 0 if they are not looked at
     */
    public record Options(
            double shadowShare,
            int shadowMin,
            List<Double> shares,
            int requestsMin,
            Duration stepMin,
            double compareShare,
            double alpha,
            double disagreementMax,
            double slowerMax,
            double oddsMax,
            int bins) {
        public Options {
            shares = List.copyOf(shares);
            Checks.share("shadowShare", shadowShare);
            Checks.atLeast("shadowMin", shadowMin, 0);
            Checks.atLeast("shares", shares.size(), 1);
            shares.forEach(share -> inside("share", share));
            Checks.atLeast("requestsMin", requestsMin, 1);
            Checks.notNegative("stepMin", stepMin);
            Checks.share("compareShare", compareShare);
            inside("alpha", alpha);
            inside("disagreementMax", disagreementMax);
            Checks.atLeast("slowerMax", slowerMax, 1);
            Checks.atLeast("oddsMax", oddsMax, 1);
            Checks.atLeast("bins", bins, 0);
        }

        private static void inside(String name, double share) {
            if (!(share > 0 && share < 1)) {
                throw new IllegalArgumentException("%s: %s (expected: > 0 and < 1)".formatted(name, share));
            }
        }

        /** Returns the same, where outputs fall into so many bins. */
        public Options withBins(int other) {
            return new Options(
                    shadowShare,
                    shadowMin,
                    shares,
                    requestsMin,
                    stepMin,
                    compareShare,
                    alpha,
                    disagreementMax,
                    slowerMax,
                    oddsMax,
                    other);
        }

        /**
         * Returns the usual: two hundred in the shadow, then a twentieth, a quarter and a half of the requests; one good
         * version in a hundred is rolled back.
         *
         * @param bins into which outputs fall
         */
        public static Options usual(int bins) {
            return new Options(
                    1, 200, List.of(0.05, 0.25, 0.5), 200, Duration.ofSeconds(5), 0.2, 0.01, 0.02, 1.5, 1.25, bins);
        }
    }

    /** Where a rollout is. */
    public sealed interface Stage {
        /** Requests are answered by the stable version, and computed by both. */
        record Shadow(long since, int requests) implements Stage {}

        /** It answers a share of requests. */
        record Canary(int step, long since, int requests) implements Stage {}

        /** It answers all requests. */
        record Promoted() implements Stage {}

        /** It answers none, for this reason. */
        record RolledBack(String reason) implements Stage {}
    }

    /** Which version. */
    public enum Arm {
        STABLE,
        CANARY
    }

    /**
     * Where a request goes.
     *
     * @param arm whose answer the client gets
     * @param both whether the other computes it too
     * @param share of the canary in what is compared with this request: to be given back with what it showed
     */
    public record Route(Arm arm, boolean both, double share) {}

    /** What a request showed. */
    public sealed interface Seen {
        /** Both versions computed the same input; their outputs agree within the model's tolerance, or do not. */
        record Compared(boolean agree) implements Seen {}

        /**
         * One version computed a request. In the shadow, this is told of both of the two or of neither; of a canary's
         * request that the stable version computes too, of the canary only.
         *
         * @param route as it was given
         * @param failed whether it gave an error, or NaN or infinity
         * @param latencyNanos or {@link #NO_PACE}
         * @param bin of its output, from 0; -1 if it has none
         */
        record Ended(Arm by, Route route, boolean failed, long latencyNanos, int bin) implements Seen {}

        /** The truth about a prediction was reported. */
        record Outcome(Arm by, Route route, boolean isRight) implements Seen {}
    }

    public Rollout {
        tests = Collections.unmodifiableMap(new TreeMap<>(tests));
    }

    /** Returns a rollout at its begin. */
    public static Rollout of(Options options, long now) {
        return new Rollout(options, new Stage.Shadow(now, 0), Map.of(), Optional.empty());
    }

    /** Returns where the next request goes. */
    public Route route(RandomGenerator random) {
        return switch (stage) {
            case Stage.Shadow _ -> new Route(Arm.STABLE, random.nextDouble() < options.shadowShare(), 0.5);
            case Stage.Canary canary -> {
                double share = options.shares().get(canary.step());
                yield random.nextDouble() < share
                        ? new Route(Arm.CANARY, random.nextDouble() < options.compareShare(), share)
                        : new Route(Arm.STABLE, false, share);
            }
            case Stage.Promoted _ -> new Route(Arm.CANARY, false, 1);
            case Stage.RolledBack _ -> new Route(Arm.STABLE, false, 0);
        };
    }

    /** Takes in what a request showed; once it has ended nothing changes any more. */
    public Rollout after(Seen seen, long now) {
        if (isOver()) {
            return this;
        }
        Rollout told = switch (seen) {
            case Seen.Compared compared -> test("disagreement", !compared.agree(), options.disagreementMax());
            case Seen.Ended ended -> ended(ended);
            case Seen.Outcome outcome ->
                outcome.isRight()
                        ? this
                        : test(
                                "outcomes",
                                outcome.by() == Arm.CANARY,
                                most(outcome.route().share()));
        };
        return told.judged().orElseGet(() -> told.counted(seen, now));
    }

    private Rollout ended(Seen.Ended ended) {
        boolean isCanary = ended.by() == Arm.CANARY;
        double share = ended.route().share();
        if (share <= 0 || share >= 1) {
            return this;
        }
        if (ended.failed()) {
            return test("errors", isCanary, most(share));
        }
        Rollout told = ended.latencyNanos() == NO_PACE ? this : paced(ended);
        return ended.bin() < 0 || ended.bin() >= options.bins()
                ? told
                : told.test("more outputs in bin " + ended.bin(), isCanary, most(share))
                        .test("fewer outputs in bin " + ended.bin(), !isCanary, most(1 - share));
    }

    /** Each pair is used once, so pairs are independent. */
    private Rollout paced(Seen.Ended ended) {
        if (ended.by() == Arm.STABLE) {
            return new Rollout(options, stage, tests, Optional.of(ended.latencyNanos()));
        }
        if (stableLatency.isEmpty()) {
            return this;
        }
        boolean slower = ended.latencyNanos() > options.slowerMax() * stableLatency.get();
        return new Rollout(options, stage, tests, Optional.empty()).test("slowness", slower, 0.5);
    }

    private double most(double share) {
        double odds = options.oddsMax();
        return odds * share / (1 - share + odds * share);
    }

    private Rollout test(String name, boolean happens, double limit) {
        var next = new TreeMap<>(tests);
        next.merge(name, AlwaysValidShareTest.begin().after(happens, limit), (known, _) -> known.after(happens, limit));
        return new Rollout(options, stage, next, stableLatency);
    }

    /** Returns the part of alpha that each test may spend. */
    public double level() {
        int tests = 4 + 2 * options.bins();
        return options.alpha() / tests;
    }

    private Optional<Rollout> judged() {
        var found = new ArrayList<String>();
        tests.forEach((name, test) -> {
            if (test.rejectsAt(level())) {
                found.add("%s: in %d of %d cases (p = %.2g, bound %.2g)"
                        .formatted(name, test.happened(), test.cases(), test.pValue(), level()));
            }
        });
        return found.isEmpty() ? Optional.empty() : Optional.of(rolledBack(String.join("; ", found)));
    }

    private Rollout counted(Seen seen, long now) {
        boolean counts = seen instanceof Seen.Ended ended && ended.by() == Arm.CANARY;
        Stage next = switch (stage) {
            case Stage.Shadow shadow -> {
                int requests = shadow.requests() + (counts ? 1 : 0);
                yield requests >= options.shadowMin() && lasted(shadow.since(), now)
                        ? new Stage.Canary(0, now, 0)
                        : new Stage.Shadow(shadow.since(), requests);
            }
            case Stage.Canary canary -> {
                int requests = canary.requests() + (counts ? 1 : 0);
                boolean isDone = requests >= options.requestsMin() && lasted(canary.since(), now);
                if (!isDone) {
                    yield new Stage.Canary(canary.step(), canary.since(), requests);
                }
                int step = canary.step() + 1;
                yield step == options.shares().size() ? new Stage.Promoted() : new Stage.Canary(step, now, 0);
            }
            case Stage.Promoted _, Stage.RolledBack _ -> stage;
        };
        return new Rollout(options, next, tests, stableLatency);
    }

    private boolean lasted(long since, long now) {
        return now - since >= options.stepMin().toNanos();
    }

    /** Returns the rollout rolled back, for a reason of somebody's own. */
    public Rollout rolledBack(String reason) {
        return isOver() ? this : new Rollout(options, new Stage.RolledBack(reason), tests, stableLatency);
    }

    /** Returns whether nothing changes any more. */
    public boolean isOver() {
        return stage instanceof Stage.Promoted || stage instanceof Stage.RolledBack;
    }
}
