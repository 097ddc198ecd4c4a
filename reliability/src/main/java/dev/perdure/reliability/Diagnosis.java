package dev.perdure.reliability;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;

/**
 * What is believed to be wrong: a chance for each fault kind, changed by evidence with Bayes' rule,
 * {@code P(fault | evidence) = P(evidence | fault) P(fault) / P(evidence)} (Bayes, Phil. Trans. 53, 1763).
 *
 * @param chances by fault, in the order of the kinds; they sum to 1
 * @param evidence that led here
 * @param absent evidence that was looked for and not found
 */
public record Diagnosis(Map<FaultKind, Double> chances, List<Evidence> evidence, Set<EvidenceKind> absent) {
    private static final double SUM_TOLERANCE = 1e-6;
    private static final double WORTH_MENTIONING = 0.01;

    /** How often each kind was the cause of an alarm, before anything is known of this system; HEALTHY: false alarms. */
    private static final Map<FaultKind, Double> STANDARD = Table.parse("""
            HEALTHY PROCESS OUT HANG SLOW NETWORK NOT DIVERG BAD SILENT STORAGE HOST
            causes  8 6 2 2 3 2 1 1 1 0.3 2 2
            """).getOrDefault("causes", Map.of());

    public Diagnosis {
        var copy = new EnumMap<FaultKind, Double>(FaultKind.class);
        chances.forEach((fault, chance) -> copy.put(fault, Checks.share("P(" + fault + ")", chance, true)));
        double sum = copy.values().stream().mapToDouble(chance -> chance).sum();
        if (!(Math.abs(sum - 1) < SUM_TOLERANCE)) {
            throw new IllegalArgumentException("chances of the faults: %s in all (expected: 1)".formatted(sum));
        }
        chances = Collections.unmodifiableMap(copy);
        evidence = List.copyOf(evidence);
        var looked = EnumSet.noneOf(EvidenceKind.class);
        looked.addAll(absent);
        absent = Collections.unmodifiableSet(looked);
    }

    /** Returns what is believed before there is evidence. */
    public static Diagnosis prior(Map<FaultKind, Double> chances) {
        return new Diagnosis(chances, List.of(), Set.of());
    }

    /**
     * Returns what is believed when an alarm has been raised: the standard shares of causes, together with the causes of
     * earlier incidents (the mean of a Dirichlet posterior).
     *
     * @param causes how many incidents each kind turned out to have caused
     */
    public static Diagnosis priorFrom(Map<FaultKind, Integer> causes) {
        var counts = new EnumMap<FaultKind, Double>(STANDARD);
        causes.forEach((fault, count) -> counts.merge(fault, (double) Checks.atLeast("count", count, 0), Double::sum));
        return prior(normalised(counts));
    }

    /** Returns the belief after evidence. Evidence of a kind already seen changes nothing: it comes from the same source. */
    public Diagnosis after(Evidence seen, Likelihoods likelihoods) {
        if (evidence.stream().anyMatch(earlier -> earlier.kind() == seen.kind())) {
            return this;
        }
        var longer = new ArrayList<>(evidence);
        longer.add(seen);
        return new Diagnosis(weighted(fault -> likelihoods.of(seen.kind(), fault)), longer, absent);
    }

    /** Returns the belief after looking for evidence in vain. */
    public Diagnosis afterAbsence(EvidenceKind kind, Likelihoods likelihoods) {
        if (absent.contains(kind)) {
            return this;
        }
        var more = EnumSet.of(kind);
        more.addAll(absent);
        return new Diagnosis(weighted(fault -> 1 - likelihoods.of(kind, fault)), evidence, more);
    }

    /** Returns the belief after a recovery that works with these chances did not work. */
    Diagnosis afterFailed(ToDoubleFunction<FaultKind> success) {
        return new Diagnosis(weighted(fault -> 1 - success.applyAsDouble(fault)), evidence, absent);
    }

    private Map<FaultKind, Double> weighted(ToDoubleFunction<FaultKind> weight) {
        var weighted = new EnumMap<FaultKind, Double>(FaultKind.class);
        chances.forEach((fault, chance) -> weighted.put(fault, chance * weight.applyAsDouble(fault)));
        return normalised(weighted);
    }

    private static Map<FaultKind, Double> normalised(Map<FaultKind, Double> weights) {
        double sum = weights.values().stream().mapToDouble(weight -> weight).sum();
        var shares = new EnumMap<FaultKind, Double>(FaultKind.class);
        weights.forEach((fault, weight) -> shares.put(fault, weight / sum));
        return shares;
    }

    /** Returns the chance of a fault, 0 for a kind that was never considered. */
    public double chance(FaultKind fault) {
        return chances.getOrDefault(fault, 0.0);
    }

    /** Returns the likeliest kind, the first of several. */
    public FaultKind mostLikely() {
        return ranked().getFirst().getKey();
    }

    private List<Map.Entry<FaultKind, Double>> ranked() {
        return chances.entrySet().stream()
                .sorted(Map.Entry.comparingByValue(Comparator.reverseOrder()))
                .toList();
    }

    /** Returns the belief in words: {@code a process died (93 %), a host is broken (5 %)}. */
    public String words() {
        return ranked().stream()
                .filter(entry -> entry.getValue() >= WORTH_MENTIONING)
                .limit(3)
                .map(entry -> "%s (%s)".formatted(entry.getKey().words(), Words.percent(entry.getValue())))
                .collect(Collectors.joining(", "));
    }
}
