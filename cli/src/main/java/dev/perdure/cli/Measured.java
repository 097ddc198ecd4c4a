package dev.perdure.cli;

import dev.perdure.core.TensorData;
import dev.perdure.engine.Predictor;
import dev.perdure.engine.Predictors;
import dev.perdure.engine.ServedModel;
import dev.perdure.model.Bundle;
import dev.perdure.model.GoldenSet;
import dev.perdure.model.Performance;
import dev.perdure.model.Performance.Latency;
import dev.perdure.replica.GoldenSamples;
import dev.perdure.replica.ServedBundle;
import java.lang.foreign.Arena;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalLong;
import java.util.SequencedMap;
import java.util.function.LongSupplier;

/** How long a bundle's model takes on this machine, as it is measured while the bundle is made. */
final class Measured {
    private static final int WARM_UP = 50;
    private static final int CALLS = 500;

    private Measured() {}

    /**
     * Asks the model of the last way in which the bundle has it (an ONNX file where there is one) for one golden sample, and
     * for as many as the golden set has. Memory is not measured: this process holds an engine that trains as well.
     *
     * @param nanos a clock
     */
    static Performance of(Bundle bundle, List<Predictors> frameworks, LongSupplier nanos) {
        ServedModel model = new ServedBundle(bundle).models().getLast();
        Predictors framework = frameworks.stream()
                .filter(each -> each.runs(model.program()))
                .findFirst()
                .orElseThrow();
        GoldenSet golden = bundle.golden().orElseThrow();
        try (Predictor predictor = framework.open(model)) {
            Latency one = latency(predictor, GoldenSamples.repeated(golden, 1).inputs(), 1, nanos);
            Latency many = latency(predictor, golden.inputs(), golden.samples(), nanos);
            return new Performance(
                    machine(framework),
                    golden.samples() == 1 ? List.of(one) : List.of(one, many),
                    OptionalLong.empty());
        }
    }

    private static String machine(Predictors framework) {
        return "%s %s, %d processors, %s"
                .formatted(
                        System.getProperty("os.name"),
                        System.getProperty("os.arch"),
                        Runtime.getRuntime().availableProcessors(),
                        framework.build());
    }

    private static Latency latency(
            Predictor predictor, SequencedMap<String, TensorData> inputs, long batch, LongSupplier nanos) {
        long[] times = new long[CALLS];
        for (int i = -WARM_UP; i < CALLS; i++) {
            try (Arena arena = Arena.ofConfined()) {
                long begin = nanos.getAsLong();
                predictor.predict(inputs, arena);
                if (i >= 0) {
                    times[i] = nanos.getAsLong() - begin;
                }
            }
        }
        Arrays.sort(times);
        return new Latency(batch, quantile(times, 0.5), quantile(times, 0.95), quantile(times, 0.99));
    }

    /** To the microsecond, as bundles have it. */
    private static Duration quantile(long[] sorted, double rank) {
        long nanos = sorted[(int) Math.ceil(rank * sorted.length) - 1];
        return Duration.ofNanos(nanos / 1000 * 1000);
    }
}
