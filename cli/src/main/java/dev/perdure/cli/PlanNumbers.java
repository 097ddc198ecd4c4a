package dev.perdure.cli;

import dev.perdure.reliability.Experience;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Numbers that take the place of what was recorded. */
final class PlanNumbers {
    private static final double HOUR = 3600;

    @Option(names = "--failures", paramLabel = "N", description = "Failures of workers that were counted.")
    @Nullable
    Integer failures;

    @Option(names = "--hours", paramLabel = "H", description = "The hours over which they were counted.")
    @Nullable
    Double hours;

    @Option(
            names = "--setbacks",
            paramLabel = "N",
            description = "How many of them went back to a checkpoint. Default: all with one worker, none with more.")
    @Nullable
    Integer setbacks;

    @Option(
            names = "--rate-per-hour",
            paramLabel = "R",
            description = "A worker's failures an hour, if they are known for certain.")
    @Nullable
    Double ratePerHour;

    @Option(
            names = "--workers",
            paramLabel = "N",
            description = "How many workers train together. Default: as the last RUN, or 1.")
    @Nullable
    Integer workers;

    @Option(names = "--detect-seconds", paramLabel = "S", description = "From a failure until it is noticed.")
    @Nullable
    Double detect;

    @Option(names = "--recover-seconds", paramLabel = "S", description = "From there until training goes on.")
    @Nullable
    Double recover;

    @Option(
            names = "--replace-seconds",
            paramLabel = "S",
            description = "From a loss until another worker or replica has taken the place.")
    @Nullable
    Double replace;

    @Option(names = "--save-seconds", paramLabel = "S", description = "What a checkpoint costs the training.")
    @Nullable
    Double save;

    @Option(names = "--interval-seconds", paramLabel = "S", description = "The time between checkpoints in use.")
    @Nullable
    Double interval;

    @Option(names = "--step-seconds", paramLabel = "S", description = "What a step takes.")
    @Nullable
    Double step;

    boolean given() {
        return failures != null
                || ratePerHour != null
                || detect != null
                || recover != null
                || replace != null
                || save != null;
    }

    /** Refuses what cannot be; every problem is told. */
    void check(List<String> problems) {
        PlanAsked.require(problems, "--failures", failures, failures == null || failures >= 0, ">= 0");
        PlanAsked.require(problems, "--setbacks", setbacks, setbacks == null || setbacks >= 0, ">= 0");
        PlanAsked.require(problems, "--workers", workers, workers == null || workers >= 1, ">= 1");
        PlanAsked.requirePositive(problems, "--hours", hours);
        PlanAsked.requirePositive(problems, "--rate-per-hour", ratePerHour);
        PlanAsked.requirePositive(problems, "--interval-seconds", interval);
        PlanAsked.requirePositive(problems, "--step-seconds", step);
        PlanAsked.requireTime(problems, "--detect-seconds", detect);
        PlanAsked.requireTime(problems, "--recover-seconds", recover);
        PlanAsked.requireTime(problems, "--replace-seconds", replace);
        PlanAsked.requireTime(problems, "--save-seconds", save);
        if ((failures == null) != (hours == null)) {
            problems.add("%s (expected: --failures and --hours together). How many failures came in how many hours?"
                    .formatted(failures == null ? "--hours without --failures" : "--failures without --hours"));
        }
        if (failures != null && ratePerHour != null) {
            problems.add(
                    "--rate-per-hour: %s beside --failures (expected: one of them). Leave out what you know less well."
                            .formatted(ratePerHour));
        }
        if (setbacks != null && failures == null) {
            problems.add("--setbacks: %d without --failures (expected: both, with --hours)".formatted(setbacks));
        }
        if (setbacks != null && failures != null && setbacks > failures) {
            problems.add("--setbacks: %d (expected: at most the %d --failures)".formatted(setbacks, failures));
        }
    }

    /** Returns what was recorded, with these numbers in the place of its own. */
    Experience over(Experience recorded) {
        Experience counted = recorded;
        if (failures != null && hours != null) {
            int together = workers == null ? 1 : workers;
            double seconds = hours * HOUR;
            int back = setbacks != null ? setbacks : together == 1 ? failures : 0;
            counted = recorded.withCounts(failures, seconds * together, back, seconds);
        }
        return counted.withTimes(one(detect), one(recover), one(replace), one(save));
    }

    private static List<Double> one(@Nullable Double value) {
        return value == null ? List.of() : List.of(value);
    }
}
