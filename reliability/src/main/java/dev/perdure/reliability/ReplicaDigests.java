package dev.perdure.reliability;

import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Replicas that should hold the same bits, compared by digest. False alarms: none, since training is bit-identical; a
 * collision of digests can only hide a difference.
 */
public final class ReplicaDigests {
    private ReplicaDigests() {}

    /** What a comparison found. */
    public sealed interface Comparison {
        /** Returns the reason in words. */
        String reason();

        /** All are the same; of one replica or none, there is nothing to compare. */
        record Agree(String reason) implements Comparison {}

        /** More than half agree; the others are wrong. */
        record Culprits(Set<String> workers, Evidence evidence) implements Comparison {
            public Culprits {
                workers = Collections.unmodifiableSet(new TreeSet<>(workers));
            }

            @Override
            public String reason() {
                return evidence.words();
            }
        }

        /**
         * They differ and no camp has the majority: have a microbatch that each computed computed again by another worker, and
         * hand the digests to {@link #settle}.
         */
        record Undecided(List<Set<String>> camps, String reason) implements Comparison {
            public Undecided {
                camps = List.copyOf(camps);
            }
        }
    }

    /**
     * Compares the weights after a step.
     *
     * @param digests by worker
     */
    public static Comparison compare(long step, Map<String, String> digests) {
        var camps = new TreeMap<String, Set<String>>();
        digests.forEach((worker, digest) ->
                camps.computeIfAbsent(digest, d -> new TreeSet<>()).add(worker));
        if (camps.size() <= 1) {
            return new Comparison.Agree("step %s: %s replicas agree".formatted(step, digests.size()));
        }
        for (var camp : camps.entrySet()) {
            if (2 * camp.getValue().size() > digests.size()) {
                return culprits(step, camp.getValue(), digests.keySet());
            }
        }
        var named = List.copyOf(camps.values());
        return new Comparison.Undecided(
                named,
                "step %s: weights differ between %s and none is the majority; compute a microbatch again elsewhere"
                        .formatted(step, named));
    }

    private static Comparison culprits(long step, Set<String> majority, Set<String> all) {
        var others = new TreeSet<>(all);
        others.removeAll(majority);
        String words = "step %s: weights of %s differ from those of %s".formatted(step, others, majority);
        return new Comparison.Culprits(
                others, new Evidence(EvidenceKind.DIGEST_DIFFERS, majority.size(), all.size() / 2.0, words));
    }

    /**
     * Decides by a microbatch computed again: whoever claimed another result was wrong.
     *
     * @param claimed the digest of the microbatch's gradient as each had it
     * @param recomputed that of the one computed again, by a worker that is not in question
     */
    public static Comparison settle(long step, Map<String, String> claimed, String recomputed) {
        var wrong = new TreeSet<String>();
        claimed.forEach((worker, digest) -> {
            if (!digest.equals(recomputed)) {
                wrong.add(worker);
            }
        });
        if (wrong.isEmpty()) {
            return new Comparison.Agree("step %s: computed again, the microbatch is the same".formatted(step));
        }
        String words = "step %s: computed again, the microbatch of %s comes out different".formatted(step, wrong);
        return new Comparison.Culprits(wrong, new Evidence(EvidenceKind.MICROBATCH_DIFFERS, wrong.size(), 0, words));
    }
}
