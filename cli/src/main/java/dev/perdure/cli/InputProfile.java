package dev.perdure.cli;

import dev.perdure.data.Dataset;
import dev.perdure.data.Part;
import dev.perdure.data.RawForm;
import dev.perdure.guard.InnerMaker;
import dev.perdure.guard.ProfileMaker;
import dev.perdure.model.DriftReference;
import dev.perdure.model.GuardProfile;
import dev.perdure.model.Preprocessing;
import dev.perdure.model.Preprocessing.Step;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;

/**
 * What the samples that a model was trained with look like before anything is done to them.
 *
 * @param guard nothing when no sample has a value
 * @param drift nothing when there is no number to watch
 */
record InputProfile(Optional<GuardProfile> guard, Optional<DriftReference> drift) {

    /** Returns the same with what an inner layer makes of samples, as far as there is anything else. */
    InputProfile with(InnerMaker.Learned learned) {
        return new InputProfile(guard.map(known -> known.with(learned.inner())), drift.map(known -> {
            var embeddings = new LinkedHashMap<>(known.embeddings());
            embeddings.put(learned.inner().layer(), learned.rows());
            return new DriftReference(known.features(), embeddings);
        }));
    }

    /** Reads every training sample once. */
    static InputProfile of(Dataset data, long seed) {
        ProfileMaker maker = switch (data.rawForm()) {
            case RawForm.Image(int channels, int height, int width) ->
                ProfileMaker.ofImages(channels, height, width, seed);
            case RawForm.Table(List<RawForm.Column> columns) -> ProfileMaker.ofTable(columns(columns), seed);
        };
        float[] raw = new float[data.rawForm().values()];
        for (int id : data.ids(Part.TRAIN)) {
            data.raw(id, raw);
            maker.add(raw);
        }
        return new InputProfile(maker.profile(), maker.reference());
    }

    private static List<Preprocessing.Column> columns(List<RawForm.Column> columns) {
        return columns.stream()
                .map(column -> new Preprocessing.Column(column.name(), column.categories()))
                .toList();
    }

    /**
     * Returns how columns become the vector that a model takes, or nothing where one of categories has none, which no step can
     * say.
     *
     * @param mean of the numeric columns, in their order; empty when nothing is subtracted
     */
    static Optional<Preprocessing> encoding(RawForm.Table table, List<Double> mean, List<Double> deviation) {
        if (table.columns().stream()
                .anyMatch(column -> !column.numeric() && column.categories().isEmpty())) {
            return Optional.empty();
        }
        List<Step> steps = new ArrayList<>();
        steps.add(new Step.Encode(columns(table.columns())));
        if (!mean.isEmpty()) {
            steps.add(standardise(table, mean, deviation));
        }
        return Optional.of(new Preprocessing(steps));
    }

    /** Marks of categories stay as they are. */
    private static Step standardise(RawForm.Table table, List<Double> mean, List<Double> deviation) {
        List<Double> subtracted = new ArrayList<>();
        List<Double> divided = new ArrayList<>();
        int number = 0;
        for (RawForm.Column column : table.columns()) {
            if (column.numeric()) {
                subtracted.add(mean.get(number));
                divided.add(deviation.get(number++));
            }
            for (int i = 0; i < column.categories().size(); i++) {
                subtracted.add(0.0);
                divided.add(1.0);
            }
        }
        return new Step.Standardise(subtracted, divided);
    }
}
