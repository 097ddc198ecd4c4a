package dev.perdure.benchmarks;

import dev.perdure.checkpoint.Checkpointer;
import dev.perdure.checkpoint.CheckpointerOptions;
import dev.perdure.checkpoint.PendingSave;
import dev.perdure.checkpoint.RetentionPolicy;
import dev.perdure.core.State;
import dev.perdure.engine.Engine;
import dev.perdure.store.LocalObjectStore;
import java.io.IOException;
import java.nio.file.Path;
import java.util.function.Consumer;

/**
 * What saving costs a training that goes on beside it: windows of steps with a save in them and windows without take
 * turns; the time a window takes longer, for each GiB saved, is the price. It holds the stall as well as what hashing,
 * writing and memory traffic take away from the training thread.
 */
final class BesideTraining {
    private static final int WARM_UP_STEPS = 30;

    private final Engine engine;
    private final Path folder;
    private final Consumer<String> progress;

    BesideTraining(Engine engine, Path folder, Consumer<String> progress) {
        this.engine = engine;
        this.folder = folder;
        this.progress = progress;
    }

    /**
     * Measures, and returns seconds of training lost for each GiB saved.
     *
     * @param touch changes the state, so that all of it has to be written; its time is not counted
     */
    double secondsLostPerGib(State state, Consumer<Integer> touch, int windows, int stepsPerWindow)
            throws IOException, InterruptedException {
        double[] lost = new double[windows];
        try (var training = new SmallTraining(engine, 1, 1);
                var checkpointer = Checkpointer.open(
                        new LocalObjectStore(folder),
                        CheckpointerOptions.defaults()
                                .withRetention(RetentionPolicy.newest(1))
                                .withListener(_ -> {}))) {
            checkpointer.prepare(state);
            training.steps(WARM_UP_STEPS);
            for (int window = -1; window < windows; window++) {
                progress.accept("beside a training: window %d of %d".formatted(Math.max(1, window + 1), windows));
                touch.accept(window + 2);
                double calm = seconds(training, checkpointer, stepsPerWindow);
                long begin = System.nanoTime();
                PendingSave save = checkpointer.save(window + 2, state);
                double stall = RawFile.seconds(begin);
                double busy = stall + seconds(training, checkpointer, stepsPerWindow);
                save.durable().join();
                if (window >= 0) {
                    lost[window] = busy - calm;
                }
            }
        }
        return new Samples(lost).median() / (state.tensorBytes() / (double) (1 << 30));
    }

    private static double seconds(SmallTraining training, Checkpointer checkpointer, int steps)
            throws InterruptedException {
        long begin = System.nanoTime();
        for (int i = 0; i < steps; i++) {
            training.step(checkpointer::awaitCaptured);
        }
        return RawFile.seconds(begin);
    }
}
