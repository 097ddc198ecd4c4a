package dev.perdure.benchmarks;

import dev.perdure.engine.Engine;
import dev.perdure.engine.Layer;
import dev.perdure.engine.Layer.Activation;
import dev.perdure.engine.Layer.Initializer;
import dev.perdure.engine.ModelSpec;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * Steps a second of the worked example's network (conv 32, conv 64, dense 64, dense 10; batch 64; Adam), by number of
 * microbatches: what cutting a batch costs. Rounds of all cases take turns, so that a machine that slows down slows all.
 */
public final class TrainBench {
    private static final int STEPS_WARM_UP = 20;

    private final Engine engine;
    private final Consumer<String> progress;

    /** Prepares to measure an engine, telling {@code progress} how far it is. */
    public TrainBench(Engine engine, Consumer<String> progress) {
        this.engine = engine;
        this.progress = progress;
    }

    /**
     * One case's figures.
     *
     * @param stepsPerSecond the median over the rounds
     * @param relative to the first case, which is the whole batch at once
     */
    public record Row(
            int threads,
            int microbatches,
            double stepsPerSecond,
            double stepsPerSecondMin,
            double stepsPerSecondMax,
            double relative) {}

    /** What was measured. */
    public record Result(String engine, int batch, int rounds, int stepsPerRound, List<Row> rows) {
        public Result {
            rows = List.copyOf(rows);
        }
    }

    /**
     * Measures.
     *
     * @param threads of the engine
     * @param microbatches the cases; the first is what the others are compared with
     */
    public Result run(int threads, List<Integer> microbatches, int rounds, int stepsPerRound)
            throws InterruptedException {
        var cases = new ArrayList<SmallTraining>();
        try {
            for (int parts : microbatches) {
                cases.add(new SmallTraining(engine, threads, parts));
            }
            double[][] rates = new double[cases.size()][rounds];
            for (SmallTraining one : cases) {
                one.steps(STEPS_WARM_UP);
            }
            for (int round = 0; round < rounds; round++) {
                progress.accept("round %d of %d".formatted(round + 1, rounds));
                for (int c = 0; c < cases.size(); c++) {
                    rates[c][round] = cases.get(c).stepsPerSecond(stepsPerRound);
                }
            }
            double whole = new Samples(rates[0]).median();
            var rows = new ArrayList<Row>();
            for (int c = 0; c < cases.size(); c++) {
                var samples = new Samples(rates[c]);
                rows.add(new Row(
                        threads,
                        microbatches.get(c),
                        samples.median(),
                        samples.min(),
                        samples.max(),
                        samples.median() / whole));
            }
            return new Result(engine.build(), SmallTraining.BATCH, rounds, stepsPerRound, rows);
        } finally {
            cases.forEach(SmallTraining::close);
        }
    }

    /** The network of requirement R7. */
    public static ModelSpec network() {
        return new ModelSpec.Layers(List.of(
                new Layer.Conv("conv1", 32, 3, 1, 0, true, Initializer.DEFAULT),
                new Layer.Activate(Activation.RELU),
                new Layer.MaxPool(2, 2),
                new Layer.Conv("conv2", 64, 3, 1, 0, true, Initializer.DEFAULT),
                new Layer.Activate(Activation.RELU),
                new Layer.MaxPool(2, 2),
                new Layer.Dense("fc1", 64, true, Initializer.DEFAULT),
                new Layer.Activate(Activation.RELU),
                new Layer.Dense("fc2", 10, true, Initializer.DEFAULT)));
    }
}
