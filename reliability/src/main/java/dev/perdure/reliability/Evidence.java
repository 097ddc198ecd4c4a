package dev.perdure.reliability;

/**
 * What a detector noticed, and on what ground.
 *
 * @param kind what
 * @param statistic the number that was too large
 * @param threshold what it was compared with
 * @param words the same for a person, with units
 */
public record Evidence(EvidenceKind kind, double statistic, double threshold, String words) {

    /** Returns evidence that needs no statistic, such as the exit of a process. */
    public static Evidence plain(EvidenceKind kind) {
        return new Evidence(kind, 1, 1, kind.words());
    }
}
