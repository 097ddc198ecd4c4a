package dev.perdure.reliability;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Numbers for each row and fault kind, written as text: a first line of kinds, then a line for each row with its name first.
 * Kinds are shortened to what tells them apart; their order is the enum's.
 */
final class Table {
    private Table() {}

    static Map<String, Map<FaultKind, Double>> parse(String text) {
        List<String> lines = new ArrayList<>(text.strip().lines().toList());
        check(lines.removeFirst());
        var rows = new LinkedHashMap<String, Map<FaultKind, Double>>();
        for (String line : lines) {
            String[] words = line.strip().split("\\s+");
            rows.put(words[0], row(line, Arrays.copyOfRange(words, 1, words.length)));
        }
        return rows;
    }

    private static void check(String header) {
        String[] names = header.strip().split("\\s+");
        FaultKind[] kinds = FaultKind.values();
        for (int i = 0; i < kinds.length; i++) {
            if (names.length != kinds.length || !kinds[i].name().startsWith(names[i])) {
                throw new IllegalArgumentException(
                        "columns: %s (expected: %s)".formatted(header.strip(), Arrays.toString(kinds)));
            }
        }
    }

    private static Map<FaultKind, Double> row(String line, String[] numbers) {
        FaultKind[] kinds = FaultKind.values();
        if (numbers.length != kinds.length) {
            throw new IllegalArgumentException("row: %s (expected: %s numbers)".formatted(line, kinds.length));
        }
        var row = new EnumMap<FaultKind, Double>(FaultKind.class);
        for (int i = 0; i < kinds.length; i++) {
            row.put(kinds[i], Double.valueOf(numbers[i]));
        }
        return row;
    }
}
