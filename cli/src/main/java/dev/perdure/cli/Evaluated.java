package dev.perdure.cli;

import dev.perdure.core.State;
import dev.perdure.core.TensorData;
import dev.perdure.data.Augment;
import dev.perdure.data.Dataset;
import dev.perdure.data.Part;
import dev.perdure.engine.Batch;
import dev.perdure.engine.Engine;
import dev.perdure.engine.TrainableModel;
import dev.perdure.model.Evaluation;
import dev.perdure.model.Evaluation.Measure;
import dev.perdure.model.Fallback;
import dev.perdure.training.RunConfig;
import dev.perdure.training.RunReport;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** How good a run's model is on samples that it was not trained with, and what to answer without it. */
final class Evaluated {
    private static final int BATCH = 256;

    /** More answers than this are not held in memory. */
    private static final long VALUES_MAX = 1 << 27;

    private Evaluated() {}

    /**
     * Says what the run's report says of the test part, or else of the validation part; and of classifiers what their answers
     * to each sample say. Those are left out when there are too many to hold in memory.
     */
    static Optional<Evaluation> of(RunConfig config, RunReport report, Dataset data, State state, Engine engine) {
        boolean tested = data.ids(Part.TEST).length > 0;
        int[] ids = data.ids(tested ? Part.TEST : Part.VALIDATION);
        if (ids.length == 0) {
            return Optional.empty();
        }
        var values = new LinkedHashMap<Measure, Double>();
        List<Evaluation.Slice> slices = List.of();
        if (config.model().loss().classifies()) {
            values.put(Measure.ACCURACY, tested ? report.testAccuracy() : report.heldOutAccuracy());
        }
        if (!data.classNames().isEmpty() && (long) ids.length * data.outputs() <= VALUES_MAX) {
            Classified answers = answers(config, data, ids, state, engine);
            values.putAll(answers.overall());
            slices = answers.slices();
        }
        values.put(Measure.LOSS, tested ? report.testLoss() : report.heldOutLoss());
        return Optional.of(
                new Evaluation(tested ? "test" : "validation", new Evaluation.Scores(ids.length, values), slices));
    }

    private static Classified answers(RunConfig config, Dataset data, int[] ids, State state, Engine engine) {
        int outputs = data.outputs();
        float[] answers = new float[ids.length * outputs];
        int[] classes = new int[ids.length];
        try (TrainableModel model = engine.open(config.planFor(data))) {
            model.restore(state);
            for (int from = 0; from < ids.length; from += BATCH) {
                try (Arena arena = Arena.ofConfined()) {
                    int[] some = Arrays.copyOfRange(ids, from, Math.min(ids.length, from + BATCH));
                    Batch batch = data.batch(some, Augment.none(), arena);
                    TensorData given = model.predict(batch.inputs());
                    MemorySegment.copy(
                            given.data(), ValueLayout.JAVA_FLOAT, 0, answers, from * outputs, some.length * outputs);
                    for (int i = 0; i < some.length; i++) {
                        classes[from + i] = (int) batch.targets().data().getAtIndex(ValueLayout.JAVA_LONG, i);
                    }
                }
            }
        }
        Classified.softmax(answers, outputs);
        return new Classified(answers, classes, data.classNames());
    }

    /**
     * Returns what a classifier answers when nothing can compute: how often each class was in training, such that a softmax
     * gives these shares. A class that was not there counts as half a sample. For numbers there is no such answer.
     */
    static Optional<Fallback> fallback(Dataset data) {
        if (data.classNames().isEmpty()) {
            return Optional.empty();
        }
        Map<String, Map<Part, Integer>> counts = data.report().classes();
        double all = data.ids(Part.TRAIN).length;
        List<Double> logits = new ArrayList<>();
        for (String label : data.classNames()) {
            double count = counts.getOrDefault(label, Map.of()).getOrDefault(Part.TRAIN, 0);
            logits.add(Math.log(Math.max(count, 0.5) / all));
        }
        var outputs = new LinkedHashMap<String, List<Double>>();
        outputs.put(BundleMaker.OUTPUT, logits);
        return Optional.of(new Fallback("shares of the classes in training, as logits", outputs));
    }
}
