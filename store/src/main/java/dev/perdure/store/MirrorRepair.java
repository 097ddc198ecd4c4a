package dev.perdure.store;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What a repair of a {@link MirroredObjectStore} came to. All names in ascending order.
 *
 * @param toPrimary objects that the primary lacked and has now
 * @param toMirror objects that the mirror lacked and has now
 * @param deleted objects that the mirror had yet to delete and has now
 * @param different objects that both sides have with different bytes: whoever knows which are right puts them in place
 *     with {@link ObjectStore#replaceDamaged} on one of {@link ObjectStore#copies}
 * @param failed objects that could not be compared or copied, and why
 */
public record MirrorRepair(
        List<String> toPrimary,
        List<String> toMirror,
        List<String> deleted,
        List<String> different,
        SortedMap<String, IOException> failed) {
    public MirrorRepair {
        toPrimary = List.copyOf(toPrimary);
        toMirror = List.copyOf(toMirror);
        deleted = List.copyOf(deleted);
        different = List.copyOf(different);
        failed = new TreeMap<>(Map.copyOf(failed));
    }

    /** Returns whether both sides hold the same now, as far as they were compared. */
    public boolean isWhole() {
        return different.isEmpty() && failed.isEmpty();
    }
}
