package dev.perdure.supervision;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What the members of one generation say of their states. Equal positions are equal states, so whoever differs from more
 * than half is wrong; where nobody has more than half behind it, nobody knows who is.
 */
final class Witnesses {
    private static final int POSITIONS_MAX = 8;

    private final int members;
    private final TreeMap<Long, Map<WorkerId, String>> said = new TreeMap<>();

    /** What follows from what was said of one position. */
    sealed interface Verdict {
        record Waiting() implements Verdict {}

        record Agreed(String digest) implements Verdict {}

        record Culprits(List<WorkerId> workers, String evidence) implements Verdict {}

        record Undecided(String evidence) implements Verdict {}
    }

    Witnesses(int members) {
        this.members = members;
    }

    Verdict said(WorkerId worker, long position, String digest) {
        Map<WorkerId, String> here = said.computeIfAbsent(position, _ -> new LinkedHashMap<>());
        here.put(worker, digest);
        while (said.size() > POSITIONS_MAX) {
            said.pollFirstEntry();
        }
        var votes = new HashMap<String, Integer>();
        here.values().forEach(value -> votes.merge(value, 1, Integer::sum));
        if (votes.size() == 1) {
            if (here.size() < members) {
                return new Verdict.Waiting();
            }
            said.headMap(position, true).clear();
            return new Verdict.Agreed(digest);
        }
        String most =
                Collections.max(votes.entrySet(), Map.Entry.comparingByValue()).getKey();
        if (votes.getOrDefault(most, 0) * 2 > members) {
            return new Verdict.Culprits(others(here, most), evidence(position, here));
        }
        return here.size() < members ? new Verdict.Waiting() : new Verdict.Undecided(evidence(position, here));
    }

    private static List<WorkerId> others(Map<WorkerId, String> here, String most) {
        var others = new ArrayList<WorkerId>();
        here.forEach((worker, digest) -> {
            if (!digest.equals(most)) {
                others.add(worker);
            }
        });
        return others;
    }

    private static String evidence(long position, Map<WorkerId, String> here) {
        return "%s the states' digests are %s"
                .formatted(position == Long.MAX_VALUE ? "at the end" : "at position " + position, here);
    }
}
