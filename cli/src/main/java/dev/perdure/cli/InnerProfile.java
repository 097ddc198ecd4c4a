package dev.perdure.cli;

import dev.perdure.core.DType;
import dev.perdure.core.TensorData;
import dev.perdure.data.Augment;
import dev.perdure.data.Dataset;
import dev.perdure.data.Part;
import dev.perdure.engine.Batch;
import dev.perdure.engine.Layer;
import dev.perdure.engine.Port;
import dev.perdure.engine.Predictor;
import dev.perdure.engine.Predictors;
import dev.perdure.engine.ServedModel;
import dev.perdure.engine.ServedProgram;
import dev.perdure.export.OnnxExport;
import dev.perdure.guard.InnerMaker;
import dev.perdure.training.RunConfig;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/** What an inner layer of a run's network makes of the run's samples, as its ONNX file computes it. */
final class InnerProfile {
    private static final int SAMPLES_MAX = 20_000;
    private static final int BATCH = 256;

    private final RunConfig config;
    private final Dataset data;
    private final List<Layer> layers;

    /** @param layers the network's */
    InnerProfile(RunConfig config, Dataset data, List<Layer> layers) {
        this.config = config;
        this.data = data;
        this.layers = layers;
    }

    private Port input() {
        return new Port(BundleMaker.INPUT, DType.F32, data.sampleShape());
    }

    private Port output() {
        return Port.of(BundleMaker.OUTPUT, DType.F32, data.outputs());
    }

    private int[] heldOut() {
        return IntStream.concat(Arrays.stream(data.ids(Part.VALIDATION)), Arrays.stream(data.ids(Part.TEST)))
                .toArray();
    }

    /** Returns whether enough samples were held out, and a layer is there, to say something about. */
    boolean isKnown() {
        return heldOut().length >= InnerMaker.HELD_OUT_MIN
                && OnnxExport.inner(layers, input()).isPresent();
    }

    /**
     * Learns from some thousands of the training samples, chosen by the run's seed, and of those held out.
     *
     * @param file the network's, which gives the layer
     * @param framework that runs it
     * @return nothing where the layer gives the same for all, or something that is no number
     */
    Optional<InnerMaker.Learned> learned(MemorySegment file, Predictors framework) {
        OnnxExport.Inner inner = OnnxExport.inner(layers, input()).orElseThrow();
        int[] trained = chosen(data.ids(Part.TRAIN));
        int[] heldOut = chosen(heldOut());
        int[] classes = new int[trained.length];
        var model = new ServedModel(
                new ServedProgram.Onnx(file), new LinkedHashMap<>(), List.of(input()), List.of(output(), inner.port()));
        try (Predictor predictor = framework.open(model)) {
            double[][] rows = rows(predictor, inner, trained, classes);
            double[][] others = rows(predictor, inner, heldOut, new int[heldOut.length]);
            return isFinite(rows) && isFinite(others)
                    ? InnerMaker.learn(inner.layer(), inner.port().name(), rows, classes, others)
                    : Optional.empty();
        }
    }

    /** Returns at most so many, in an order that says nothing. */
    private int[] chosen(int[] ids) {
        int[] order = ids.clone();
        var chance = new SplittableRandom(config.seed());
        for (int i = order.length - 1; i > 0; i--) {
            int other = chance.nextInt(i + 1);
            int swapped = order[i];
            order[i] = order[other];
            order[other] = swapped;
        }
        return Arrays.copyOf(order, Math.min(order.length, SAMPLES_MAX));
    }

    /** @param classes filled where the model is a classifier */
    private double[][] rows(Predictor predictor, OnnxExport.Inner inner, int[] ids, int[] classes) {
        int numbers = Math.toIntExact(inner.port().sample().elements());
        double[][] rows = new double[ids.length][numbers];
        for (int from = 0; from < ids.length; from += BATCH) {
            try (Arena arena = Arena.ofConfined()) {
                int[] some = Arrays.copyOfRange(ids, from, Math.min(ids.length, from + BATCH));
                Batch batch = data.batch(some, Augment.none(), arena);
                TensorData given = Objects.requireNonNull(predictor
                        .predict(Map.of(BundleMaker.INPUT, batch.inputs()), arena)
                        .get(inner.port().name()));
                for (int i = 0; i < some.length; i++) {
                    for (int c = 0; c < numbers; c++) {
                        rows[from + i][c] =
                                given.data().getAtIndex(ValueLayout.JAVA_FLOAT_UNALIGNED, (long) i * numbers + c);
                    }
                    if (config.model().loss().classifies()) {
                        classes[from + i] = (int) batch.targets().data().getAtIndex(ValueLayout.JAVA_LONG, i);
                    }
                }
            }
        }
        return rows;
    }

    private static boolean isFinite(double[][] rows) {
        return Arrays.stream(rows).flatMapToDouble(Arrays::stream).allMatch(Double::isFinite);
    }
}
