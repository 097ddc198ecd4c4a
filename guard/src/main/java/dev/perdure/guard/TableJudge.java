package dev.perdure.guard;

import dev.perdure.core.Shape;
import dev.perdure.model.GuardProfile;
import dev.perdure.model.GuardProfile.Feature;
import dev.perdure.model.Preprocessing;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Judges a table's row: numbers by their limits in one loop over all places, then categories. */
final class TableJudge implements SampleJudge {
    private final Placement placement;

    /** What is expected at each place; where a category is marked, anything. */
    private final float[] least;

    private final float[] greatest;
    private final Limits[] numbers;
    private final int[] placesOfNumbers;
    private final List<CategoryMarks> categories;

    private TableJudge(Placement placement, List<Limits> numbers, List<CategoryMarks> categories) {
        this.placement = placement;
        this.numbers = numbers.toArray(Limits[]::new);
        this.placesOfNumbers = numbers.stream().mapToInt(Limits::place).toArray();
        this.least = new float[this.numbers.length];
        this.greatest = new float[this.numbers.length];
        for (int i = 0; i < this.numbers.length; i++) {
            least[i] = this.numbers[i].tail()[0];
            greatest[i] = this.numbers[i].tail()[1];
        }
        this.categories = List.copyOf(categories);
    }

    /** Columns of which the profile knows nothing are let be. */
    static Optional<SampleJudge> of(GuardProfile profile, Placement placement, Shape sample, GuardPolicy policy) {
        List<Preprocessing.Column> columns =
                placement.columns().isEmpty() ? asTheyAre(profile.features()) : placement.columns();
        int width = columns.stream().mapToInt(Placement::width).sum();
        if (sample.dimensions() != 1 || sample.size(0) != width) {
            return Optional.empty();
        }
        Map<String, Feature> known = new HashMap<>();
        profile.features().forEach(feature -> known.put(feature.name(), feature));
        List<Limits> numbers = new ArrayList<>();
        List<CategoryMarks> categories = new ArrayList<>();
        int place = 0;
        for (Preprocessing.Column column : columns) {
            switch (known.get(column.name())) {
                case null -> {}
                case Feature.Numeric numeric -> {
                    if (!column.categories().isEmpty()) {
                        return Optional.empty();
                    }
                    numbers.add(limits(numeric, place, placement, policy));
                }
                case Feature.Categorical categorical ->
                    categories.add(CategoryMarks.of(categorical, column.categories(), place, placement, policy));
            }
            place += Placement.width(column);
        }
        return Optional.of(new TableJudge(placement, numbers, categories));
    }

    private static Limits limits(Feature.Numeric numeric, int place, Placement placement, GuardPolicy policy) {
        double middle = numeric.quantiles()
                .map(sketch -> sketch.quantile(0.5))
                .orElse(numeric.values().min() / 2 + numeric.values().max() / 2);
        return Limits.of(
                numeric.name(),
                place,
                numeric.values(),
                numeric.quantiles(),
                numeric.missingRate(),
                placement.fill(place, middle),
                placement,
                policy);
    }

    static List<Preprocessing.Column> asTheyAre(List<Feature> features) {
        return features.stream()
                .map(feature -> switch (feature) {
                    case Feature.Numeric numeric -> new Preprocessing.Column(numeric.name(), List.of());
                    case Feature.Categorical categorical ->
                        new Preprocessing.Column(
                                categorical.name(),
                                List.copyOf(categorical.counts().keySet()));
                })
                .toList();
    }

    @Override
    public void judge(float[] values, int sample, Findings findings) {
        for (int i = 0; i < placesOfNumbers.length; i++) {
            float value = values[placesOfNumbers[i]];
            if (!(value >= least[i] && value <= greatest[i])) {
                values[placesOfNumbers[i]] = numbers[i].judge(value, sample, placement, findings);
            }
        }
        for (CategoryMarks marks : categories) {
            marks.judge(values, sample, findings);
        }
    }
}
