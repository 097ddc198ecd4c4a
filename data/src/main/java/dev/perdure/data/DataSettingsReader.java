package dev.perdure.data;

import dev.perdure.core.Settings;
import dev.perdure.core.Settings.Named;
import dev.perdure.core.Suggestions;
import dev.perdure.data.DataSettings.Augmentation;
import dev.perdure.data.DataSettings.Column;
import dev.perdure.data.DataSettings.Csv;
import dev.perdure.data.DataSettings.Fold;
import dev.perdure.data.DataSettings.Idx;
import dev.perdure.data.DataSettings.IdxPair;
import dev.perdure.data.DataSettings.Images;
import dev.perdure.data.DataSettings.Missing;
import dev.perdure.data.DataSettings.Normalise;
import dev.perdure.data.DataSettings.Preparation;
import dev.perdure.data.DataSettings.Size;
import dev.perdure.data.DataSettings.Split;
import dev.perdure.data.DataSettings.Task;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.SequencedMap;

/** Reads the {@code data:} section, see {@link DataSettings#read}. */
final class DataSettingsReader {
    private static final long MEMORY_BYTES = 2L << 30;
    private static final int PIXELS_MAX = 1 << 16;

    private enum Format {
        IDX,
        IMAGES,
        CSV
    }

    private final Settings section;
    private final Path base;

    DataSettingsReader(Settings section, Path base) {
        this.section = section;
        this.base = base;
    }

    DataSettings read() {
        var formats = new LinkedHashMap<String, Format>();
        formats.put("idx", Format.IDX);
        formats.put("images", Format.IMAGES);
        formats.put("csv", Format.CSV);
        return switch (section.choice("format", formats, Optional.empty())) {
            case IDX -> idx();
            case IMAGES -> images();
            case CSV -> csv();
        };
    }

    private Idx idx() {
        Optional<IdxPair> test = section.has("test") ? Optional.of(idxPair(section.section("test"))) : Optional.empty();
        int classes = section.integer("classes", 0, 1, 1 << 20);
        return new Idx(
                idxPair(section),
                test,
                classes == 0 ? OptionalInt.empty() : OptionalInt.of(classes),
                preparation(test.isPresent()));
    }

    private IdxPair idxPair(Settings from) {
        return new IdxPair(path(from, "images"), path(from, "labels"));
    }

    private Images images() {
        Settings folders = section.section("images");
        Optional<Path> test = folders.optionalText("test").map(base::resolve);
        int channels = section.integer("channels", 3, 1, 3);
        if (channels == 2) {
            section.reject("channels", "2 (expected: 1 for grey or 3 for colour)");
        }
        return new Images(path(folders, "dir"), test, size(section), channels, preparation(test.isPresent()));
    }

    private static Optional<Size> size(Settings from) {
        if (!from.has("width") && !from.has("height")) {
            return Optional.empty();
        }
        return Optional.of(
                new Size((int) from.whole("width", 1, PIXELS_MAX), (int) from.whole("height", 1, PIXELS_MAX)));
    }

    private Csv csv() {
        Optional<Path> test = section.optionalText("test").map(base::resolve);
        SequencedMap<String, Column> columns = columns();
        List<String> target = target(columns);
        Task task = section.choice("task", Task.CLASSIFICATION);
        if (task == Task.CLASSIFICATION && target.size() > 1) {
            section.reject("target", target + " (expected: one column for a classification)");
        }
        List<String> classes = section.texts("classes", List.of());
        if (task != Task.CLASSIFICATION && !classes.isEmpty()) {
            section.reject(
                    "classes",
                    "given for task %s (expected: only for classification). Leave it out."
                            .formatted(task.name().toLowerCase(Locale.ROOT)));
        }
        return new Csv(
                path(section, "file"),
                test,
                delimiter(),
                columns,
                target,
                task,
                classes,
                section.choice("missing", Missing.REJECT),
                section.texts("missing-texts", List.of("")),
                preparation(test.isPresent()));
    }

    private char delimiter() {
        String text = section.text("delimiter", ",");
        if (text.length() != 1 || text.equals("\"") || text.equals("\n") || text.equals("\r")) {
            section.reject("delimiter", "'%s' (expected: one character, such as ',' or ';')".formatted(text));
            return ',';
        }
        return text.charAt(0);
    }

    private SequencedMap<String, Column> columns() {
        var columns = new LinkedHashMap<String, Column>();
        Settings schema = section.section("columns");
        for (String name : schema.keys()) {
            schema.named(name).flatMap(type -> column(schema, name, type)).ifPresent(c -> columns.put(name, c));
        }
        if (schema.keys().isEmpty()) {
            section.reject(
                    "columns", "is missing or empty (expected: the columns the model sees). Add 'NAME: numeric'.");
        }
        return columns;
    }

    private static Optional<Column> column(Settings schema, String name, Named type) {
        return switch (type.name()) {
            case "numeric" -> Optional.of(new Column.Numeric());
            case "categorical" ->
                Optional.of(new Column.Categorical(type.settings().texts("values", List.of())));
            default -> {
                schema.reject(name, unknown(type.name(), List.of("numeric", "categorical")));
                yield Optional.empty();
            }
        };
    }

    private List<String> target(SequencedMap<String, Column> columns) {
        List<String> target = section.texts("target", List.of());
        if (target.isEmpty()) {
            section.reject("target", "is missing (expected: the column to learn). Add 'target: NAME'.");
        }
        for (String name : target) {
            if (columns.containsKey(name)) {
                section.reject("target", name + " is among the columns too: the model would see what it is to learn.");
            }
        }
        return target;
    }

    private Preparation preparation(boolean testFiles) {
        return new Preparation(
                split(testFiles),
                normalise(),
                augment(),
                section.real("bad-records-max", 0.01, 0, 1),
                section.whole("memory-bytes", MEMORY_BYTES, 0, Long.MAX_VALUE));
    }

    private Split split(boolean testFiles) {
        Settings split = section.section("split");
        double validation = split.real("validation", 0.1, 0, 1);
        double test = split.real("test", testFiles ? 0 : 0.1, 0, 1);
        if (validation + test >= 1) {
            split.reject(
                    "",
                    "validation %s and test %s (expected: a sum below 1). Leave samples to train on."
                            .formatted(validation, test));
        }
        if (testFiles && test > 0) {
            split.reject(
                    "test", test + " (expected: 0, as the test part has files of its own). Leave one of them out.");
        }
        return new Split(validation, test, fold(split));
    }

    private static Optional<Fold> fold(Settings split) {
        int folds = split.integer("folds", 0, 2, Fold.FOLDS_MAX);
        if (folds == 0) {
            if (split.has("fold")) {
                split.reject("fold", "given without folds (expected: both or neither). Add 'folds: N'.");
            }
            return Optional.empty();
        }
        return Optional.of(new Fold((int) split.whole("fold", 1, folds), folds));
    }

    private Normalise normalise() {
        Optional<Named> named = section.named("normalise");
        if (named.isEmpty()) {
            return new Normalise.Standard();
        }
        return switch (named.get().name()) {
            case "none" -> new Normalise.None();
            case "unit" -> new Normalise.Unit();
            case "standard" -> new Normalise.Standard();
            case "fixed" -> fixed(named.get().settings());
            default -> {
                section.reject("normalise", unknown(named.get().name(), List.of("none", "unit", "standard", "fixed")));
                yield new Normalise.None();
            }
        };
    }

    private static Normalise fixed(Settings settings) {
        List<Double> mean = settings.reals("mean", List.of());
        List<Double> deviation = settings.reals("std", List.of());
        if (mean.isEmpty() || mean.size() != deviation.size()) {
            settings.reject("", "mean %s, std %s (expected: equally many numbers in both)".formatted(mean, deviation));
        }
        if (deviation.stream().anyMatch(d -> !(d > 0))) {
            settings.reject("std", deviation + " (expected: numbers above 0)");
        }
        return new Normalise.Fixed(mean, deviation);
    }

    private List<Augmentation> augment() {
        var list = new ArrayList<Augmentation>();
        var seen = new HashSet<String>();
        for (Named named : section.namedList("augment")) {
            if (!seen.add(named.name())) {
                section.reject("augment", named.name() + " is given twice. Keep one of the two.");
            }
            augmentation(named).ifPresent(list::add);
        }
        return list;
    }

    private Optional<Augmentation> augmentation(Named named) {
        Settings settings = named.settings();
        return switch (named.name()) {
            case "shift" -> Optional.of(new Augmentation.Shift((int) settings.whole("pixels", 1, PIXELS_MAX)));
            case "flip" -> Optional.of(new Augmentation.Flip(settings.real("probability", 0.5, 0, 1)));
            case "crop" ->
                Optional.of(new Augmentation.Crop(size(settings), settings.integer("padding", 0, 0, PIXELS_MAX)));
            case "noise" ->
                Optional.of(new Augmentation.Noise(settings.real("sigma", 0.1, 0, Double.POSITIVE_INFINITY)));
            default -> {
                section.reject("augment", unknown(named.name(), List.of("shift", "flip", "crop", "noise")));
                yield Optional.empty();
            }
        };
    }

    private static String unknown(String name, List<String> known) {
        return "%s (expected: one of %s) %s"
                .formatted(name, String.join(", ", known), Suggestions.didYouMean(name, known))
                .stripTrailing();
    }

    private Path path(Settings from, String key) {
        return base.resolve(from.text(key));
    }
}
