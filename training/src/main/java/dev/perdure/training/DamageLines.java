package dev.perdure.training;

import dev.perdure.checkpoint.CheckpointName;
import dev.perdure.checkpoint.Damage;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.SequencedSet;

/** Tells damage in one line a checkpoint: the first places in full, the others by number. */
final class DamageLines {
    private static final int SHOWN_MAX = 2;

    private DamageLines() {}

    static List<String> of(List<Damage> damages) {
        Map<CheckpointName, SequencedSet<String>> places = new LinkedHashMap<>();
        for (Damage damage : damages) {
            places.computeIfAbsent(damage.checkpoint(), _ -> new LinkedHashSet<>())
                    .add(damage.toString());
        }
        return places.values().stream().map(DamageLines::line).toList();
    }

    private static String line(SequencedSet<String> places) {
        String shown = String.join("; ", places.stream().limit(SHOWN_MAX).toList());
        int others = places.size() - SHOWN_MAX;
        return others <= 0 ? shown : "%s; and %d more".formatted(shown, others);
    }
}
