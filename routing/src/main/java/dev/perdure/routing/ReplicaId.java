package dev.perdure.routing;

import java.util.Comparator;

/**
 * One life of a replica's process. A process that is started again is another replica, so that nothing an earlier life
 * says can be taken for the later one's.
 *
 * @param version the model version that it answers for, not blank
 * @param number never used twice for a version, >= 1
 */
public record ReplicaId(String version, long number) implements Comparable<ReplicaId> {
    private static final Comparator<ReplicaId> ORDER =
            Comparator.comparing(ReplicaId::version).thenComparingLong(ReplicaId::number);

    public ReplicaId {
        if (version.isBlank()) {
            throw new IllegalArgumentException("version: '" + version + "' (expected: not blank)");
        }
        Checks.atLeast("number", number, 1);
    }

    @Override
    public int compareTo(ReplicaId other) {
        return ORDER.compare(this, other);
    }

    @Override
    public String toString() {
        return version + "/" + number;
    }
}
