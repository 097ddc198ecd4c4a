package dev.perdure.reliability;

import dev.perdure.reliability.Decision.Alternative;
import dev.perdure.reliability.RecoveryBudget.Attempt;
import dev.perdure.reliability.RecoverySequence.Try;
import java.util.EnumMap;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Decides what to do about an incident: the first of the sequence that costs the least on average, by
 * {@link RecoverySequence#best}, over what is allowed. Pure: the same situation always gives the same decision.
 *
 * <p>Tries of this incident that failed change the diagnosis (they would have worked against some faults), and with it what is
 * best next. {@link RecoveryBudget} says what may not be tried again; restarting on a lemon host is refused.
 *
 * @param rates how often what works
 * @param budget how often to try
 * @param fleet which hosts to avoid
 */
public record RecoveryPlanner(SuccessRates rates, RecoveryBudget budget, Fleet fleet) {

    /**
     * What could be done.
     *
     * @param strategy what
     * @param seconds what it costs now: the time it was measured to take ({@link MeasuredCost}), and work redone or a slower
     *     pace afterwards
     * @param refused why it is out of the question here, if so; it is weighed all the same, for the record
     */
    public record Option(Strategy strategy, double seconds, Optional<String> refused) {
        public Option {
            Checks.notNegative("seconds", seconds);
            if (strategy instanceof Strategy.Stop) {
                throw new IllegalArgumentException("option: stop (expected: another; stopping is always possible)");
            }
        }

        public Option(Strategy strategy, double seconds) {
            this(strategy, seconds, Optional.empty());
        }
    }

    /**
     * What there is to decide on.
     *
     * @param incident its number, to tell its tries from earlier incidents'
     * @param target the worker concerned, or the run
     * @param host where that is
     * @param diagnosis what is believed to be wrong
     * @param options what could be done, stopping aside
     * @param attempts what was tried before, in this run
     * @param highestStep the highest step that the run has ever applied
     * @param stopSeconds what it costs to stop and wait for a person
     */
    public record Situation(
            long incident,
            String target,
            String host,
            Diagnosis diagnosis,
            List<Option> options,
            List<Attempt> attempts,
            long highestStep,
            double stopSeconds) {
        public Situation {
            options = List.copyOf(options);
            attempts = List.copyOf(attempts);
            Checks.notNegative("stopSeconds", stopSeconds);
        }
    }

    /** Decides. Stops when nothing else is allowed or worth it. */
    public Decision decide(Situation situation) {
        Diagnosis now = believed(situation);
        List<Alternative> alternatives = situation.options().stream()
                .map(option -> alternative(option, situation, now))
                .toList();
        Optional<String> spent = budget.spent(situation.attempts(), situation.highestStep());
        List<Try> allowed = alternatives.stream()
                .filter(alternative -> alternative.refused().isEmpty())
                .map(alternative -> tryOf(alternative.strategy(), alternative.seconds(), now))
                .toList();
        RecoverySequence best =
                RecoverySequence.best(spent.isPresent() ? List.of() : allowed, now, situation.stopSeconds());
        Strategy chosen =
                best.order().isEmpty() ? new Strategy.Stop() : best.order().getFirst();
        return new Decision(now, alternatives, chosen, best, reason(now, alternatives, best, spent, situation));
    }

    private Diagnosis believed(Situation situation) {
        Diagnosis now = situation.diagnosis();
        for (Attempt attempt : situation.attempts()) {
            if (attempt.incident() == situation.incident() && !attempt.succeeded()) {
                now = now.afterFailed(
                        fault -> rates.of(attempt.strategy(), fault).mean());
            }
        }
        return now;
    }

    private Alternative alternative(Option option, Situation situation, Diagnosis now) {
        Strategy strategy = option.strategy();
        Try attempt = tryOf(strategy, option.seconds(), now);
        Optional<String> refused = option.refused()
                .or(() -> budget.spentOn(strategy, situation.target(), situation.attempts(), situation.highestStep()))
                .or(() -> lemon(strategy, situation.host()));
        return new Alternative(
                strategy, option.seconds(), attempt.success(now), attempt.secondsPerSuccess(now), refused);
    }

    private Optional<String> lemon(Strategy strategy, String host) {
        return switch (strategy) {
            case Strategy.RestartWorker _ -> lemon(host);
            case Strategy.RestartElsewhere elsewhere -> lemon(elsewhere.host());
            case Strategy.CarryOn _,
                    Strategy.ContinueWithout _,
                    Strategy.ReplaceFromSpare _,
                    Strategy.RollBack _,
                    Strategy.SkipBatch _,
                    Strategy.RollBackSlower _,
                    Strategy.RestartAll _,
                    Strategy.ReplayRecipe _,
                    Strategy.Stop _ -> Optional.empty();
        };
    }

    private Optional<String> lemon(String host) {
        return fleet.isLemon(host) ? Optional.of(fleet.words(host)) : Optional.empty();
    }

    private Try tryOf(Strategy strategy, double seconds, Diagnosis now) {
        var success = new EnumMap<FaultKind, Double>(FaultKind.class);
        now.chances()
                .keySet()
                .forEach(fault -> success.put(fault, rates.of(strategy, fault).mean()));
        return new Try(strategy, seconds, success);
    }

    private static String reason(
            Diagnosis now,
            List<Alternative> alternatives,
            RecoverySequence best,
            Optional<String> spent,
            Situation situation) {
        String belief = "Most likely " + now.words() + ". ";
        if (best.order().isEmpty()) {
            return belief + "Stop: " + spent.orElseGet(() -> whyNothing(alternatives, situation)) + ".";
        }
        String plan = best.order().stream().map(Strategy::words).collect(Collectors.joining(", then "));
        String refused = alternatives.stream()
                .filter(alternative -> alternative.refused().isPresent())
                .map(alternative -> " Not " + alternative.strategy().words() + ": "
                        + alternative.refused().orElseThrow() + ".")
                .collect(Collectors.joining());
        return "%sPlan: %s; %s on average, works in %s, then stop (%s).%s"
                .formatted(
                        belief,
                        plan,
                        Words.seconds(best.expectedSeconds()),
                        Words.percent(best.success()),
                        Words.seconds(situation.stopSeconds()),
                        refused);
    }

    private static String whyNothing(List<Alternative> alternatives, Situation situation) {
        return alternatives.isEmpty()
                ? "nothing else can be done"
                : "nothing allowed costs less for its chance than waiting for a person (%s): %s"
                        .formatted(
                                Words.seconds(situation.stopSeconds()),
                                alternatives.stream().map(Alternative::words).collect(Collectors.joining(", ")));
    }
}
