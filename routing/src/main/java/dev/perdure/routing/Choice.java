package dev.perdure.routing;

import dev.perdure.core.Seeds;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;

/**
 * Which of several replicas is sent a request. Pure but for the chance handed in.
 *
 * <ul>
 *   <li><em>Power of two choices</em>: of two drawn by weight, the one that will be done first, by {@code (in flight + 1) ×
 *       latency / weight} (Mitzenmacher: The power of two choices in randomized load balancing, IEEE TPDS 12(10), 2001).
 *       The fullest replica is then only {@code ln ln n} fuller than the mean, and a stale picture does no harm.
 *   <li><em>Rendezvous hashing with bounded load</em> for requests with an affinity key: each replica has a hash with the
 *       key, and the highest takes it (Thaler, Ravishankar: Using name-based mappings to increase hit rates, IEEE/ACM ToN
 *       6(1), 1998), unless it already has {@value #BOUND} times the mean load, when the next highest does (Mirrokni,
 *       Thorup, Zadimoghaddam: Consistent hashing with bounded loads, SODA 2018). When a replica goes, only its keys move.
 * </ul>
 */
public final class Choice {
    /** No replica with an affinity key gets more than this many times the mean load. */
    public static final double BOUND = 1.25;

    private Choice() {}

    /** Returns one of the candidates by power of two choices; nothing if there is none. */
    public static Optional<Candidate> ofTwo(List<Candidate> candidates, RandomGenerator random) {
        if (candidates.size() < 2) {
            return candidates.stream().findFirst();
        }
        Candidate first = byWeight(candidates, random);
        List<Candidate> others = candidates.stream()
                .filter(candidate -> !candidate.id().equals(first.id()))
                .toList();
        Candidate second = byWeight(others, random);
        double unknown = typical(candidates);
        return Optional.of(cost(second, unknown) < cost(first, unknown) ? second : first);
    }

    private static Candidate byWeight(List<Candidate> candidates, RandomGenerator random) {
        double sum = candidates.stream().mapToDouble(Candidate::weight).sum();
        double left = random.nextDouble() * sum;
        for (Candidate candidate : candidates) {
            left -= candidate.weight();
            if (left < 0) {
                return candidate;
            }
        }
        return candidates.getLast();
    }

    /** A replica that has not answered yet is taken to be like the others. */
    private static double typical(Collection<Candidate> candidates) {
        return candidates.stream()
                .mapToDouble(Candidate::latencyNanos)
                .filter(nanos -> nanos > 0)
                .average()
                .orElse(1);
    }

    private static double cost(Candidate candidate, double unknown) {
        double latency = candidate.latencyNanos() > 0 ? candidate.latencyNanos() : unknown;
        return (candidate.inFlight() + 1) * latency / candidate.weight();
    }

    /**
     * Returns the candidate that an affinity key belongs to, passing over those that are full; nothing if there is none.
     *
     * @param key what requests that belong together share
     */
    public static Optional<Candidate> ofKey(List<Candidate> candidates, String key) {
        double total = candidates.stream().mapToInt(Candidate::inFlight).sum() + 1.0;
        double weights = candidates.stream().mapToDouble(Candidate::weight).sum();
        return candidates.stream()
                .filter(candidate ->
                        candidate.inFlight() + 1 <= Math.ceil(BOUND * total * candidate.weight() / weights))
                .max(Comparator.<Candidate>comparingLong(candidate -> hash(key, candidate.id()) >>> 1)
                        .thenComparing(Candidate::id));
    }

    private static long hash(String key, ReplicaId replica) {
        long seed = Seeds.mix(fold(key));
        return Seeds.mix(seed ^ Seeds.mix(fold(replica.version()) + replica.number()));
    }

    /** FNV-1a over the characters (Fowler, Noll, Vo 1991): strings' own hash has too few bits. */
    private static long fold(String text) {
        long hash = 0xcbf29ce484222325L;
        for (int i = 0; i < text.length(); i++) {
            hash = (hash ^ text.charAt(i)) * 0x100000001b3L;
        }
        return hash;
    }
}
