package dev.perdure.training;

import dev.perdure.reliability.Decision;
import dev.perdure.reliability.FaultKind;
import java.util.Comparator;
import java.util.List;
import java.util.Map;

/** Puts decisions into the words of a run's story. */
final class Choices {
    private static final int BELIEFS_TOLD = 3;
    private static final double WORTH_TELLING = 0.01;

    private Choices() {}

    /** Returns what was believed to be wrong: the three likeliest, as far as they are worth telling. */
    static List<Incident.Belief> beliefs(Decision decision) {
        return decision.diagnosis().chances().entrySet().stream()
                .sorted(Map.Entry.<FaultKind, Double>comparingByValue().reversed())
                .limit(BELIEFS_TOLD)
                .filter(entry -> entry.getValue() >= WORTH_TELLING)
                .map(entry -> new Incident.Belief(entry.getKey().words(), rounded(entry.getValue())))
                .toList();
    }

    /** Returns what was weighed: what was chosen, then what was possible by cost for its chance, then what was refused. */
    static List<Incident.Alternative> alternatives(Decision decision) {
        return decision.alternatives().stream()
                .sorted(Comparator.<Decision.Alternative>comparingInt(
                                a -> a.strategy().equals(decision.chosen())
                                        ? 0
                                        : a.refused().isEmpty() ? 1 : 2)
                        .thenComparingDouble(Decision.Alternative::secondsPerSuccess))
                .map(a -> new Incident.Alternative(
                        a.strategy().words(),
                        rounded(a.seconds()),
                        rounded(a.success()),
                        a.refused().orElse(""),
                        a.strategy().equals(decision.chosen())))
                .toList();
    }

    /** A thousandth is all that a person, and what is known, can use. */
    private static double rounded(double value) {
        return Math.round(value * 1e3) / 1e3;
    }
}
