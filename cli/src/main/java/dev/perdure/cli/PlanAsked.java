package dev.perdure.cli;

import dev.perdure.core.BadSettingException;
import dev.perdure.reliability.PlanQuestions;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** What a person asks of a plan. */
final class PlanAsked {
    private static final double HOUR = 3600;

    @Option(names = "--within-hours", paramLabel = "H", description = "What is the chance of failures within H hours?")
    @Nullable
    Double withinHours;

    @Option(names = "--at-least", paramLabel = "K", description = "Of K failures or more in that time. Default: 1.")
    @Nullable
    Integer atLeast;

    @Option(
            names = "--availability",
            paramLabel = "PERCENT",
            description = "How many does it take so that enough work for so much of the time? Such as 99.99.")
    @Nullable
    Double availability;

    @Option(
            names = "--needed",
            paramLabel = "K",
            description = "How many must work. Default: what the requests need, or all workers.")
    @Nullable
    Integer needed;

    @Option(names = "--requests-per-second", paramLabel = "R", description = "Requests to a service in all.")
    @Nullable
    Double requests;

    @Option(names = "--per-replica", paramLabel = "R", description = "Requests a second that one replica takes.")
    @Nullable
    Double perReplica;

    @Option(names = "--cost-per-hour", paramLabel = "C", description = "What one of them costs an hour.")
    @Nullable
    Double cost;

    @Option(
            names = "--confidence",
            paramLabel = "PERCENT",
            description = "Of every interval that is printed. Default: 95.")
    @Nullable
    Double confidence;

    /** @throws BadSettingException with every problem there is */
    void check(PlanNumbers numbers) {
        var problems = new ArrayList<String>();
        numbers.check(problems);
        requirePositive(problems, "--within-hours", withinHours);
        requirePositive(problems, "--requests-per-second", requests);
        requirePositive(problems, "--per-replica", perReplica);
        requireTime(problems, "--cost-per-hour", cost);
        require(problems, "--at-least", atLeast, atLeast == null || atLeast >= 1, ">= 1");
        require(problems, "--needed", needed, needed == null || (needed >= 1 && needed <= 50_000), "1 to 50000");
        requirePercent(problems, "--availability", availability, "99.99");
        requirePercent(problems, "--confidence", confidence, "95");
        if ((requests == null) != (perReplica == null)) {
            problems.add("%s (expected: --requests-per-second and --per-replica together)"
                    .formatted(
                            requests == null
                                    ? "--per-replica without --requests-per-second"
                                    : "--requests-per-second without --per-replica"));
        }
        if (requests != null && perReplica != null && !(requests / perReplica <= 50_000)) {
            problems.add("--requests-per-second: %s (expected: at most 50000 times --per-replica, which is %s)"
                    .formatted(requests, perReplica));
        }
        requireQuestion(problems, "--at-least", atLeast, "--within-hours", withinHours);
        requireQuestion(problems, "--needed", needed, "--availability", availability);
        requireQuestion(problems, "--requests-per-second", requests, "--availability", availability);
        requireQuestion(problems, "--cost-per-hour", cost, "--availability", availability);
        if (!problems.isEmpty()) {
            throw new BadSettingException(problems);
        }
    }

    /** @param workersRecorded how many trained together in the runs that are looked at */
    PlanQuestions questions(PlanNumbers numbers, int workersRecorded) {
        return new PlanQuestions(
                confidence == null ? 0.95 : confidence / 100,
                numbers.workers == null ? workersRecorded : numbers.workers,
                optional(numbers.ratePerHour, 1 / HOUR),
                optional(withinHours, HOUR),
                atLeast == null ? 1 : atLeast,
                needed == null ? OptionalInt.empty() : OptionalInt.of(needed),
                optional(availability, 0.01),
                requests == null || perReplica == null
                        ? Optional.empty()
                        : Optional.of(new PlanQuestions.Load(requests, perReplica)),
                optional(cost, 1),
                optional(numbers.interval, 1),
                optional(numbers.step, 1));
    }

    private static OptionalDouble optional(@Nullable Double value, double unit) {
        return value == null ? OptionalDouble.empty() : OptionalDouble.of(value * unit);
    }

    private static void requireQuestion(
            List<String> problems, String name, @Nullable Object value, String question, @Nullable Object asked) {
        if (value != null && asked == null) {
            problems.add("%s: %s without %s (expected: both). Add %s.".formatted(name, value, question, question));
        }
    }

    private static void requirePercent(List<String> problems, String name, @Nullable Double value, String example) {
        require(
                problems,
                name,
                value,
                value == null || (value > 0 && value < 100),
                "a percentage, > 0 and < 100, such as " + example);
    }

    static void requirePositive(List<String> problems, String name, @Nullable Double value) {
        require(
                problems,
                name,
                value,
                value == null || (value > 0 && value < Double.POSITIVE_INFINITY),
                "a number > 0");
    }

    static void requireTime(List<String> problems, String name, @Nullable Double value) {
        require(
                problems,
                name,
                value,
                value == null || (value >= 0 && value < Double.POSITIVE_INFINITY),
                "a number >= 0");
    }

    static void require(List<String> problems, String name, @Nullable Object value, boolean good, String expected) {
        if (!good) {
            problems.add("%s: %s (expected: %s)".formatted(name, value, expected));
        }
    }
}
