package dev.perdure.data;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;

/**
 * What was found when the data were opened.
 *
 * @param records how many records there are, bad ones included
 * @param samples how many samples each part has
 * @param badRecords how many records were quarantined
 * @param quarantined the first {@link #QUARANTINED_MAX} of them
 * @param classes for each class its samples in each part; empty where there are no classes
 * @param mean what was subtracted, for each channel or numeric column; empty without such normalisation
 * @param deviation what was divided by
 * @param warnings what a person should look at, as sentences
 */
public record DataReport(
        long records,
        Map<Part, Integer> samples,
        long badRecords,
        List<BadRecord> quarantined,
        SequencedMap<String, Map<Part, Integer>> classes,
        List<Double> mean,
        List<Double> deviation,
        List<String> warnings) {

    public DataReport {
        samples = Map.copyOf(samples);
        quarantined = List.copyOf(quarantined);
        var copy = new LinkedHashMap<String, Map<Part, Integer>>();
        classes.forEach((name, counts) -> copy.put(name, Map.copyOf(counts)));
        classes = Collections.unmodifiableSequencedMap(copy);
        mean = List.copyOf(mean);
        deviation = List.copyOf(deviation);
        warnings = List.copyOf(warnings);
    }

    /** How many quarantined records are listed, the others being counted only. */
    public static final int QUARANTINED_MAX = 1000;

    /**
     * A record that is not used.
     *
     * @param file as the settings name it, or below the folder they name
     * @param at the line (from 1) of a CSV file, the index (from 0) in an IDX file, -1 for the file as a whole
     * @param reason the value and what was expected
     */
    public record BadRecord(String file, long at, String reason) {
        @Override
        public String toString() {
            return at < 0 ? "%s: %s".formatted(file, reason) : "%s:%d: %s".formatted(file, at, reason);
        }
    }
}
