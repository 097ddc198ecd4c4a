package dev.perdure.data;

import dev.perdure.core.BadSettingException;
import dev.perdure.core.Shape;
import dev.perdure.data.DataSettings.Augmentation;
import dev.perdure.data.DataSettings.Augmentation.Noise;
import dev.perdure.data.DataSettings.Normalise;
import dev.perdure.data.DataSettings.Preparation;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/** Encodes the lines of a table: numbers scaled column by column, categories one-hot, in the order of the columns. */
final class TableEncoder implements Encoder {
    private static final int EXAMPLES = 3;

    private final List<RawForm.Column> columns;
    private final List<Field> fields;
    private final int width;
    private final Scaling scaling;
    private final double noise;
    private final List<String> warnings;

    private sealed interface Field {
        int width();

        /**
         * @param number its place among the numeric columns
         * @param fill what stands in for a missing value
         */
        record Numeric(int number, double fill) implements Field {
            @Override
            public int width() {
                return 1;
            }
        }

        /** @param places for each code its place among those the model sees, or -1 */
        record OneHot(int[] places, int width) implements Field {}
    }

    private TableEncoder(
            List<RawForm.Column> columns, List<Field> fields, Scaling scaling, double noise, List<String> warnings) {
        this.columns = List.copyOf(columns);
        this.fields = List.copyOf(fields);
        this.width = fields.stream().mapToInt(Field::width).sum();
        this.scaling = scaling;
        this.noise = noise;
        this.warnings = List.copyOf(warnings);
    }

    static TableEncoder fit(Layout.Table table, Samples samples, int[] train, Preparation preparation) {
        var numeric = new ArrayList<Integer>();
        for (int i = 0; i < table.columns().size(); i++) {
            if (table.columns().get(i) instanceof Layout.Column.Numeric) {
                numeric.add(i);
            }
        }
        Scaling raw = Statistics.ofColumns(samples, numeric, train);
        Scaling measured = raw.withoutZeros();
        var fields = new ArrayList<Field>();
        var warnings = new ArrayList<String>();
        warnConstant(table, numeric, raw, warnings);
        for (int i = 0; i < table.columns().size(); i++) {
            fields.add(
                    switch (table.columns().get(i)) {
                        case Layout.Column.Numeric _ ->
                            new Field.Numeric(
                                    numeric.indexOf(i), measured.mean().get(numeric.indexOf(i)));
                        case Layout.Column.Categorical column -> oneHot(column, i, samples, train, warnings);
                    });
        }
        return new TableEncoder(
                columns(table, fields),
                fields,
                scaling(preparation.normalise(), measured),
                noise(preparation.augment()),
                warnings);
    }

    private static List<RawForm.Column> columns(Layout.Table table, List<Field> fields) {
        return IntStream.range(0, fields.size())
                .mapToObj(i -> switch (table.columns().get(i)) {
                    case Layout.Column.Numeric(String name) -> new RawForm.Column(name, true, List.of());
                    case Layout.Column.Categorical(String name, List<String> texts, boolean _) ->
                        new RawForm.Column(name, false, seen(texts, (Field.OneHot) fields.get(i)));
                })
                .toList();
    }

    private static List<String> seen(List<String> texts, Field.OneHot field) {
        String[] inOrder = new String[field.width()];
        for (int code = 0; code < texts.size(); code++) {
            if (field.places()[code] >= 0) {
                inOrder[field.places()[code]] = texts.get(code);
            }
        }
        return List.of(inOrder);
    }

    private static Scaling scaling(Normalise normalise, Scaling measured) {
        int columns = measured.mean().size();
        return switch (normalise) {
            case Normalise.None _ -> Scaling.none();
            case Normalise.Unit _ ->
                throw new BadSettingException(
                        "data.normalise: unit (expected: none, standard or fixed, as the data are a table)");
            case Normalise.Standard _ -> measured;
            case Normalise.Fixed(List<Double> mean, List<Double> deviation) -> {
                if (mean.size() != 1 && mean.size() != columns) {
                    throw new BadSettingException(
                            "data.normalise.fixed: %d numbers (expected: 1, or 1 for each of %d numeric columns)"
                                    .formatted(mean.size(), columns));
                }
                yield new Scaling(mean, deviation).spread(columns);
            }
        };
    }

    private static double noise(List<Augmentation> augment) {
        double noise = 0;
        for (Augmentation augmentation : augment) {
            if (!(augmentation instanceof Noise(double deviation))) {
                throw new BadSettingException(
                        "data.augment: %s (expected: noise alone, as the data are a table)".formatted(augmentation));
            }
            noise = deviation;
        }
        return noise;
    }

    private static Field oneHot(
            Layout.Column.Categorical column, int index, Samples samples, int[] train, List<String> warnings) {
        boolean[] seen = new boolean[column.texts().size()];
        if (column.given()) {
            Arrays.fill(seen, true);
        } else {
            markSeen(samples, train, index, seen);
        }
        warnUnseen(column, seen, warnings);
        int[] byPlace = IntStream.range(0, seen.length)
                .filter(code -> seen[code])
                .boxed()
                .sorted(column.given() ? Comparator.naturalOrder() : Comparator.comparing(column.texts()::get))
                .mapToInt(Integer::intValue)
                .toArray();
        int[] places = new int[seen.length];
        Arrays.fill(places, -1);
        for (int place = 0; place < byPlace.length; place++) {
            places[byPlace[place]] = place;
        }
        return new Field.OneHot(places, byPlace.length);
    }

    private static void warnUnseen(Layout.Column.Categorical column, boolean[] seen, List<String> warnings) {
        List<String> unseen = IntStream.range(0, seen.length)
                .filter(code -> !seen[code])
                .mapToObj(code -> "'" + column.texts().get(code) + "'")
                .toList();
        if (!unseen.isEmpty()) {
            String examples = String.join(", ", unseen.subList(0, Math.min(EXAMPLES, unseen.size())));
            warnings.add(
                    "column %s: %d categories do not occur in the training part (%s%s); the model sees none of the categories there."
                            .formatted(column.name(), unseen.size(), examples, unseen.size() > EXAMPLES ? ", …" : ""));
        }
    }

    private static void warnConstant(Layout.Table table, List<Integer> numeric, Scaling raw, List<String> warnings) {
        for (int i = 0; i < numeric.size(); i++) {
            if (raw.deviation().get(i) == 0) {
                warnings.add("column %s: the same value in all training samples; the model can learn nothing from it."
                        .formatted(table.columns().get(numeric.get(i)).name()));
            }
        }
    }

    private static void markSeen(Samples samples, int[] train, int column, boolean[] seen) {
        byte[] stored = new byte[samples.bytes()];
        for (int id : train) {
            samples.read(id, stored);
            float code = value(stored, column);
            if (!Float.isNaN(code)) {
                seen[(int) code] = true;
            }
        }
    }

    private static float value(byte[] stored, int column) {
        return (float) Statistics.FLOATS.get(stored, column * Float.BYTES);
    }

    @Override
    public Shape shape() {
        return Shape.of(width);
    }

    @Override
    public RawForm rawForm() {
        return new RawForm.Table(columns);
    }

    @Override
    public void raw(byte[] stored, float[] into) {
        for (int column = 0; column < fields.size(); column++) {
            float value = value(stored, column);
            into[column] = switch (fields.get(column)) {
                case Field.Numeric _ -> value;
                case Field.OneHot oneHot -> {
                    int place = Float.isNaN(value) ? -1 : oneHot.places()[(int) value];
                    yield place < 0 ? Float.NaN : place;
                }
            };
        }
    }

    @Override
    public Scaling scaling() {
        return scaling;
    }

    @Override
    public List<String> warnings() {
        return warnings;
    }

    @Override
    public void encode(byte[] stored, float[] into, Optional<SplitMix> chance) {
        Arrays.fill(into, 0);
        int at = 0;
        for (int column = 0; column < fields.size(); column++) {
            float value = value(stored, column);
            switch (fields.get(column)) {
                case Field.Numeric(int number, double fill) -> into[at] = number(number, value, fill, chance);
                case Field.OneHot oneHot -> mark(into, at, oneHot.places(), value);
            }
            at += fields.get(column).width();
        }
    }

    private float number(int number, float value, double fill, Optional<SplitMix> chance) {
        double scaled = scaling.apply(number, Float.isNaN(value) ? fill : value);
        return (float)
                (noise > 0 && chance.isPresent() ? scaled + noise * chance.get().gaussian() : scaled);
    }

    private static void mark(float[] into, int at, int[] places, float code) {
        int place = Float.isNaN(code) ? -1 : places[(int) code];
        if (place >= 0) {
            into[at + place] = 1;
        }
    }
}
