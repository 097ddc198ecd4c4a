package dev.perdure.reliability;

import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;

/**
 * What a plan is to answer.
 *
 * @param level of every interval, such as 0.95
 * @param workers how many are to train together, >= 1
 * @param ratePerSecond the rate of a worker's failures if it is known for certain; it takes the place of the estimate
 * @param withinSeconds a stretch of time, of which the chance of {@code atLeast} failures is asked
 * @param atLeast failures in it
 * @param needed how many must work
 * @param wanted the share of time in which as many are to work
 * @param load how many requests there are
 * @param costPerHour of one worker or replica, in any money
 * @param intervalSeconds of work between checkpoints, as it is now
 * @param stepSeconds of a step
 */
public record PlanQuestions(
        double level,
        int workers,
        OptionalDouble ratePerSecond,
        OptionalDouble withinSeconds,
        int atLeast,
        OptionalInt needed,
        OptionalDouble wanted,
        Optional<Load> load,
        OptionalDouble costPerHour,
        OptionalDouble intervalSeconds,
        OptionalDouble stepSeconds) {

    /**
     * Requests for a service.
     *
     * @param requestsPerSecond in all, > 0
     * @param perReplica requests a second that one takes, > 0
     */
    public record Load(double requestsPerSecond, double perReplica) {
        public Load {
            Checks.positive("requestsPerSecond", requestsPerSecond);
            Checks.positive("perReplica", perReplica);
        }
    }

    public PlanQuestions {
        Checks.share("level", level, false);
        Checks.atLeast("workers", workers, 1);
        Checks.atLeast("atLeast", atLeast, 1);
        ratePerSecond.ifPresent(rate -> Checks.positive("ratePerSecond", rate));
        withinSeconds.ifPresent(time -> Checks.positive("withinSeconds", time));
        needed.ifPresent(count -> Checks.atLeast("needed", count, 1));
        wanted.ifPresent(share -> Checks.share("wanted", share, false));
        costPerHour.ifPresent(cost -> Checks.notNegative("costPerHour", cost));
        intervalSeconds.ifPresent(time -> Checks.positive("intervalSeconds", time));
        stepSeconds.ifPresent(time -> Checks.positive("stepSeconds", time));
    }

    /** Returns no question beyond what a plan always answers. */
    public static PlanQuestions of(int workers) {
        return new PlanQuestions(
                0.95,
                workers,
                OptionalDouble.empty(),
                OptionalDouble.empty(),
                1,
                OptionalInt.empty(),
                OptionalDouble.empty(),
                Optional.empty(),
                OptionalDouble.empty(),
                OptionalDouble.empty(),
                OptionalDouble.empty());
    }
}
