package dev.perdure.data;

import dev.perdure.data.DataSettings.Preparation;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;

/** Puts together what was found when the data were opened. */
final class Reports {
    private Reports() {}

    static DataReport make(
            Records records,
            Part[] parts,
            Quarantine quarantine,
            Encoder encoder,
            Preparation preparation,
            Fingerprints prints) {
        Map<Part, Integer> samples = count(parts);
        SequencedMap<String, Map<Part, Integer>> classes = classes(records.targets(), parts);
        var warnings = new ArrayList<String>();
        if (quarantine.bad() > 0) {
            warnings.add("%d of %d records are bad and not used.".formatted(quarantine.bad(), quarantine.records()));
        }
        warnings.addAll(Warnings.ofCounts(samples, classes, preparation.split()));
        warnings.addAll(Warnings.ofLeaks(Duplicates.leaks(prints.keys(), parts)));
        warnings.addAll(encoder.warnings());
        return new DataReport(
                quarantine.records(),
                samples,
                quarantine.bad(),
                quarantine.first(),
                classes,
                encoder.scaling().mean(),
                encoder.scaling().deviation(),
                warnings);
    }

    private static Map<Part, Integer> count(Part[] parts) {
        Map<Part, Integer> counts = new EnumMap<>(Part.class);
        for (Part part : Part.values()) {
            counts.put(part, 0);
        }
        for (Part part : parts) {
            counts.merge(part, 1, Integer::sum);
        }
        return counts;
    }

    private static SequencedMap<String, Map<Part, Integer>> classes(Targets targets, Part[] parts) {
        if (!(targets instanceof Targets.Classes(int[] labels, List<String> names))) {
            return Collections.emptyNavigableMap();
        }
        var counts = new LinkedHashMap<String, Map<Part, Integer>>();
        names.forEach(name -> counts.put(name, count(new Part[0])));
        for (int i = 0; i < labels.length; i++) {
            counts.getOrDefault(names.get(labels[i]), Map.of()).merge(parts[i], 1, Integer::sum);
        }
        return counts;
    }
}
