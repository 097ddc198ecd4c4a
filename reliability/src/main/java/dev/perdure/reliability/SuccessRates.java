package dev.perdure.reliability;

import java.util.EnumMap;
import java.util.Map;
import java.util.TreeMap;

/**
 * How often each strategy works against each fault kind, learned from recorded outcomes.
 *
 * @param learned by {@link Strategy#key}, then fault; what is missing is believed as in the standard table
 */
public record SuccessRates(Map<String, Map<FaultKind, Beta>> learned) {
    /** How many tries a number of the standard table is worth. */
    private static final double WORTH = 4;

    /**
     * Judged from the mechanisms; recorded outcomes soon outweigh it. How to read a row: a restart in the same place helps
     * against a dead or hanging process, seldom against a broken host, and not against a diverging training.
     */
    private static final Map<String, Map<FaultKind, Double>> STANDARD = Table.parse("""
                             HEALTHY PROCESS OUT  HANG SLOW NETWORK NOT  DIVERG BAD  SILENT STORAGE HOST
            carry-on           0.99    0.01  0.01 0.05 0.20 0.20    0.05 0.05   0.05 0.02   0.20    0.01
            continue-without   0.99    0.97  0.80 0.95 0.95 0.70    0.02 0.01   0.02 0.70   0.10    0.95
            replace-from-spare 0.99    0.97  0.70 0.95 0.95 0.70    0.02 0.01   0.02 0.70   0.10    0.95
            restart-worker     0.99    0.90  0.50 0.90 0.40 0.30    0.02 0.01   0.02 0.20   0.10    0.10
            restart-elsewhere  0.99    0.95  0.60 0.92 0.90 0.70    0.02 0.01   0.02 0.60   0.30    0.95
            roll-back          0.99    0.30  0.10 0.20 0.02 0.05    0.30 0.30   0.05 0.60   0.10    0.05
            skip-batch         0.99    0.02  0.10 0.02 0.01 0.01    0.60 0.20   0.90 0.02   0.02    0.01
            roll-back-slower   0.99    0.20  0.10 0.15 0.02 0.05    0.70 0.75   0.05 0.40   0.05    0.05
            restart-all        0.99    0.90  0.50 0.85 0.30 0.50    0.05 0.05   0.02 0.30   0.20    0.30
            replay-recipe      0.99    0.85  0.40 0.80 0.30 0.40    0.20 0.40   0.05 0.60   0.20    0.30
            stop               0.99    0.99  0.99 0.99 0.99 0.99    0.99 0.99   0.99 0.99   0.99    0.99
            """);

    public SuccessRates {
        var copy = new TreeMap<String, Map<FaultKind, Beta>>();
        learned.forEach((key, row) -> copy.put(key, Map.copyOf(row)));
        learned = Map.copyOf(copy);
    }

    /** Returns what is believed before any outcome was recorded. */
    public static SuccessRates standard() {
        return new SuccessRates(Map.of());
    }

    /** Returns the belief about a strategy against a fault. */
    public Beta of(Strategy strategy, FaultKind fault) {
        Beta known = learned.getOrDefault(strategy.key(), Map.of()).get(fault);
        return known != null ? known : standard(strategy, fault);
    }

    private static Beta standard(Strategy strategy, FaultKind fault) {
        Double mean = STANDARD.getOrDefault(strategy.family(), Map.of()).get(fault);
        if (mean == null) {
            throw new IllegalStateException("the table has no row for " + strategy.family());
        }
        return Beta.of(mean, WORTH);
    }

    /** Returns the rates after an outcome against a fault that is known for certain. */
    public SuccessRates after(Strategy strategy, FaultKind fault, boolean succeeded) {
        return after(strategy, Diagnosis.prior(Map.of(fault, 1.0)), succeeded);
    }

    /** Returns the rates after so many outcomes against a fault that is known for certain. */
    public SuccessRates after(Strategy strategy, FaultKind fault, long successes, long failures) {
        return learning(strategy, Map.of(fault, of(strategy, fault).after(successes, failures)));
    }

    /** Returns the rates after an outcome; each fault learns from it in the measure of its chance. */
    public SuccessRates after(Strategy strategy, Diagnosis diagnosis, boolean succeeded) {
        var row = new EnumMap<FaultKind, Beta>(FaultKind.class);
        diagnosis
                .chances()
                .forEach((fault, chance) -> row.put(fault, of(strategy, fault).after(succeeded, chance)));
        return learning(strategy, row);
    }

    private SuccessRates learning(Strategy strategy, Map<FaultKind, Beta> more) {
        var row = new EnumMap<FaultKind, Beta>(FaultKind.class);
        row.putAll(learned.getOrDefault(strategy.key(), Map.of()));
        row.putAll(more);
        var copy = new TreeMap<>(learned);
        copy.put(strategy.key(), row);
        return new SuccessRates(copy);
    }

    /** Returns the chance that a strategy works, over all faults that it may be. */
    public double success(Strategy strategy, Diagnosis diagnosis) {
        return diagnosis.chances().entrySet().stream()
                .mapToDouble(
                        entry -> entry.getValue() * of(strategy, entry.getKey()).mean())
                .sum();
    }
}
