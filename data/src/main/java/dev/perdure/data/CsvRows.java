package dev.perdure.data;

import dev.perdure.data.DataSettings.Column;
import dev.perdure.data.DataSettings.Csv;
import dev.perdure.data.DataSettings.Missing;
import dev.perdure.data.DataSettings.Task;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.commons.csv.CSVRecord;

/** Turns the lines of a table into cells and targets, one after the other. Not thread-safe. */
final class CsvRows {
    private static final int CATEGORIES_MAX = 4096;

    private final Csv settings;
    private final List<String> names;
    private final List<Column> types;
    private final List<Map<String, Integer>> codes;
    private final Map<String, Integer> labelCodes = new LinkedHashMap<>();
    private final Set<String> missing;
    private final ByteBuffer cells;
    private float[] targets = new float[1024];
    private int targetsSize;

    CsvRows(Csv settings) {
        this.settings = settings;
        this.names = List.copyOf(settings.columns().sequencedKeySet());
        this.types = List.copyOf(settings.columns().sequencedValues());
        this.codes = types.stream().map(CsvRows::givenCodes).toList();
        this.missing = new HashSet<>(settings.missingTexts());
        this.cells = ByteBuffer.allocate(Math.multiplyExact(names.size(), Float.BYTES))
                .order(ByteOrder.LITTLE_ENDIAN);
        settings.classes().forEach(name -> labelCodes.putIfAbsent(name, labelCodes.size()));
    }

    private static Map<String, Integer> givenCodes(Column type) {
        var given = new LinkedHashMap<String, Integer>();
        if (type instanceof Column.Categorical(List<String> values)) {
            values.forEach(value -> given.putIfAbsent(value, given.size()));
        }
        return given;
    }

    /**
     * Takes a line of the right width: {@link #cells} are its cells then, and its target is kept.
     *
     * @param positions where the columns and then the targets are
     * @return why the line cannot be used, or nothing; nothing of it was kept then
     */
    String take(CSVRecord line, int[] positions) {
        String problem = "";
        for (int i = 0; i < names.size() && problem.isEmpty(); i++) {
            problem = checkCell(i, text(line, positions[i]));
        }
        for (int i = 0; i < settings.target().size() && problem.isEmpty(); i++) {
            problem = checkTarget(settings.target().get(i), text(line, positions[names.size() + i]));
        }
        if (problem.isEmpty()) {
            keep(line, positions);
        }
        return problem;
    }

    /** Returns the cells of the line last taken, as little-endian floats. */
    byte[] cells() {
        return cells.array();
    }

    private static String text(CSVRecord line, int position) {
        return line.get(position).strip();
    }

    private String checkCell(int column, String text) {
        if (missing.contains(text)) {
            return settings.missing() == Missing.FILL
                    ? ""
                    : "%s is missing (expected: a value, or data.missing: fill)".formatted(names.get(column));
        }
        return switch (types.get(column)) {
            case Column.Numeric _ -> checkNumber(names.get(column), text);
            case Column.Categorical(List<String> values) ->
                values.isEmpty() || codes.get(column).containsKey(text)
                        ? ""
                        : "%s: %s (expected: one of %s)".formatted(names.get(column), text, String.join(", ", values));
        };
    }

    private String checkTarget(String name, String text) {
        if (missing.contains(text) || text.isEmpty()) {
            return "target %s is missing (expected: a value)".formatted(name);
        }
        return switch (settings.task()) {
            case CLASSIFICATION ->
                settings.classes().isEmpty() || labelCodes.containsKey(text)
                        ? ""
                        : "label %s (expected: one of %s)".formatted(text, String.join(", ", settings.classes()));
            case REGRESSION -> checkNumber(name, text);
            case BINARY -> {
                String problem = checkNumber(name, text);
                boolean bit = problem.isEmpty() && (number(text) == 0 || number(text) == 1);
                yield bit ? "" : "%s: %s (expected: 0 or 1)".formatted(name, text);
            }
        };
    }

    private static String checkNumber(String name, String text) {
        try {
            return Float.isFinite(number(text))
                    ? ""
                    : "%s: %s (expected: a finite 32-bit number)".formatted(name, text);
        } catch (NumberFormatException e) {
            return "%s: %s (expected: a number)".formatted(name, text);
        }
    }

    private static float number(String text) {
        if (text.endsWith("f") || text.endsWith("F") || text.endsWith("d") || text.endsWith("D")) {
            throw new NumberFormatException("Java's suffixes are not part of a number");
        }
        return (float) Double.parseDouble(text);
    }

    private void keep(CSVRecord line, int[] positions) {
        cells.clear();
        for (int i = 0; i < names.size(); i++) {
            cells.putFloat(cell(i, text(line, positions[i])));
        }
        for (int i = 0; i < settings.target().size(); i++) {
            String text = text(line, positions[names.size() + i]);
            addTarget(settings.task() == Task.CLASSIFICATION ? code("target", labelCodes, text) : number(text));
        }
    }

    private float cell(int column, String text) {
        if (missing.contains(text)) {
            return Float.NaN;
        }
        return switch (types.get(column)) {
            case Column.Numeric _ -> number(text);
            case Column.Categorical _ -> code(names.get(column), codes.get(column), text);
        };
    }

    private static int code(String column, Map<String, Integer> codes, String text) {
        Integer known = codes.get(text);
        if (known != null) {
            return known;
        }
        if (codes.size() == CATEGORIES_MAX) {
            throw new BadDataException(
                    "column %s has more than %d different texts. Is it an identifier, or a number (numeric; task: regression)?"
                            .formatted(column, CATEGORIES_MAX));
        }
        codes.put(text, codes.size());
        return codes.size() - 1;
    }

    private void addTarget(float value) {
        if (targetsSize == targets.length) {
            targets = Arrays.copyOf(targets, Math.multiplyExact(targetsSize, 2));
        }
        targets[targetsSize++] = value;
    }

    List<Layout.Column> columns() {
        var columns = new ArrayList<Layout.Column>();
        for (int i = 0; i < names.size(); i++) {
            columns.add(
                    switch (types.get(i)) {
                        case Column.Numeric _ -> new Layout.Column.Numeric(names.get(i));
                        case Column.Categorical(List<String> values) ->
                            new Layout.Column.Categorical(
                                    names.get(i), List.copyOf(codes.get(i).keySet()), !values.isEmpty());
                    });
        }
        return columns;
    }

    Targets targets() {
        if (settings.task() != Task.CLASSIFICATION) {
            return new Targets.Numbers(
                    Arrays.copyOf(targets, targetsSize), settings.target().size());
        }
        List<String> found = List.copyOf(labelCodes.keySet());
        List<String> classes =
                settings.classes().isEmpty() ? found.stream().sorted().toList() : found;
        int[] byCode = found.stream().mapToInt(classes::indexOf).toArray();
        int[] labels = new int[targetsSize];
        for (int i = 0; i < targetsSize; i++) {
            labels[i] = byCode[(int) targets[i]];
        }
        return new Targets.Classes(labels, classes);
    }
}
