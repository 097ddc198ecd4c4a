package dev.perdure.reliability;

import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * How often each host has failed, and which are lemons: hosts whose rate is far above the fleet's.
 *
 * <p>A host's rate is believed to be Gamma-distributed about the mean of the other hosts (shape 1/2, a wide
 * spread: one host in twelve is thought to be a lemon), and its own
 * failures are Poisson, so the posterior is Gamma again: a host with little time is judged like the fleet, one with much by its
 * own record (Robbins: An empirical Bayes approach to statistics, 1956). The others' mean has a prior of one failure in a week,
 * so that the first failure of a new fleet makes nobody a lemon.
 *
 * @param records by host
 */
public record Fleet(Map<String, FailureCount> records) {
    /** A lemon fails this many times as often as the others. */
    public static final double TIMES_OTHERS = 3;

    /** How sure one must be to avoid a host. */
    public static final double LEMON_CHANCE = 0.9;

    private static final double PRIOR_FAILURES = 1;
    private static final double PRIOR_HOURS = 7 * 24;
    private static final double SHAPE = 0.5;

    public Fleet {
        records = Collections.unmodifiableMap(new TreeMap<>(records));
    }

    /** Returns a fleet of which nothing is known. */
    public static Fleet empty() {
        return new Fleet(Map.of());
    }

    /** Returns the fleet after a host has run for more hours, > 0, and failed this many times in them. */
    public Fleet after(String host, int failures, double hours) {
        Checks.atLeast("failures", failures, 0);
        var copy = new TreeMap<>(records);
        copy.merge(
                host,
                new FailureCount(failures, hours),
                (a, b) -> new FailureCount(a.failures() + b.failures(), a.time() + b.time()));
        return new Fleet(copy);
    }

    /** Returns the rate of a host's failures that is believed, per hour. */
    public double ratePerHour(String host) {
        return posterior(host).perSecond();
    }

    /** Returns the chance that the host is a lemon. Of an unknown host it is that of any host, 0.083. */
    public double lemonChance(String host) {
        return posterior(host).chanceAbove(TIMES_OTHERS * othersPerHour(host));
    }

    /** The gamma distribution of {@link FailureRate}, with hours for seconds. */
    private FailureRate posterior(String host) {
        FailureCount own = records.get(host);
        double failures = own == null ? 0 : own.failures();
        double hours = own == null ? 0 : own.time();
        return new FailureRate(SHAPE + failures, SHAPE / othersPerHour(host) + hours);
    }

    private double othersPerHour(String host) {
        double failures = PRIOR_FAILURES;
        double hours = PRIOR_HOURS;
        for (var entry : records.entrySet()) {
            if (!entry.getKey().equals(host)) {
                failures += entry.getValue().failures();
                hours += entry.getValue().time();
            }
        }
        return failures / hours;
    }

    /** Returns whether the host should be avoided. */
    public boolean isLemon(String host) {
        return lemonChance(host) >= LEMON_CHANCE;
    }

    /** Returns the evidence against a host, if it is a lemon. */
    public Optional<Evidence> evidence(String host) {
        return isLemon(host)
                ? Optional.of(
                        new Evidence(EvidenceKind.HOST_FAILED_BEFORE, lemonChance(host), LEMON_CHANCE, words(host)))
                : Optional.empty();
    }

    /** Returns the host's record in words. */
    public String words(String host) {
        FailureCount own = records.get(host);
        return own == null
                ? host + " has no record"
                : "%s failed %s times in %s h, where others fail %s times (%s a lemon)"
                        .formatted(
                                host,
                                own.failures(),
                                Words.number(own.time()),
                                Words.number(othersPerHour(host) * own.time()),
                                Words.percent(lemonChance(host)));
    }

    /** Returns the hosts that are no lemons, the one believed to fail least first. */
    public List<String> choose(Collection<String> candidates) {
        return candidates.stream()
                .filter(host -> !isLemon(host))
                .sorted(Comparator.comparingDouble(this::ratePerHour).thenComparing(Comparator.naturalOrder()))
                .toList();
    }
}
