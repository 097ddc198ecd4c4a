package dev.perdure.data;

import dev.perdure.data.DataSettings.Normalise;
import dev.perdure.data.DataSettings.Preparation;
import java.util.ArrayList;
import java.util.List;

/** What besides samples and targets decides what a model sees, line by line: part of the content's digest. */
final class Description {
    private Description() {}

    static List<String> of(Records records, Preparation preparation) {
        var lines = new ArrayList<String>();
        lines.add("perdure data 1");
        addLayout(lines, records.layout());
        addTargets(lines, records.targets());
        addNormalise(lines, preparation.normalise());
        lines.add("validation " + preparation.split().validation());
        lines.add("test " + preparation.split().test());
        preparation.split().fold().ifPresent(fold -> lines.add("fold %d of %d".formatted(fold.number(), fold.of())));
        lines.add("test from " + records.testFrom());
        lines.add("samples " + records.samples().count());
        return lines;
    }

    private static void addLayout(List<String> lines, Layout layout) {
        switch (layout) {
            case Layout.Pixels pixels -> lines.add((pixels.eightBit() ? "u8 " : "f32 ") + pixels.shape());
            case Layout.Table(List<Layout.Column> columns) ->
                columns.forEach(column -> {
                    switch (column) {
                        case Layout.Column.Numeric(String name) -> lines.addAll(List.of("numeric", name));
                        case Layout.Column.Categorical(String name, List<String> texts, boolean given) -> {
                            lines.addAll(List.of("categorical", name, given ? "given" : "learned"));
                            lines.addAll(texts);
                        }
                    }
                });
        }
    }

    private static void addTargets(List<String> lines, Targets targets) {
        switch (targets) {
            case Targets.Classes classes -> {
                lines.add("classes " + classes.outputs());
                lines.addAll(classes.names());
            }
            case Targets.Numbers numbers -> lines.add("numbers " + numbers.outputs());
        }
    }

    private static void addNormalise(List<String> lines, Normalise normalise) {
        lines.add(
                switch (normalise) {
                    case Normalise.None _ -> "none";
                    case Normalise.Unit _ -> "unit";
                    case Normalise.Standard _ -> "standard";
                    case Normalise.Fixed(List<Double> mean, List<Double> deviation) -> "fixed " + mean + deviation;
                });
    }
}
