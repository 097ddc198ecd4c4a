package dev.perdure.examples;

import dev.perdure.checkpoint.Checkpointer;
import dev.perdure.checkpoint.Restored;
import dev.perdure.store.LocalObjectStore;
import java.io.IOException;
import java.nio.file.Path;

/**
 * Checkpoints in a training loop of one's own. Kill it whenever you like and start it again: it goes on from the newest
 * checkpoint, and ends with the same bits.
 */
public final class CheckpointsAlone {
    private static final int STEPS = 2_000;

    private CheckpointsAlone() {}

    /** Trains in the folder that is given, or in {@code logistic-regression}. */
    public static void main(String[] arguments) throws IOException {
        Path folder = Path.of(arguments.length > 0 ? arguments[0] : "logistic-regression");
        try (var model = new LogisticRegression()) {
            train(model, folder);
            System.out.printf("%d steps, loss %.6f%n", STEPS, model.loss());
        }
    }

    static void train(LogisticRegression model, Path folder) throws IOException {
        try (var checkpoints = Checkpointer.open(new LocalObjectStore(folder))) {
            long step =
                    checkpoints.restoreLatest(model.state()).map(Restored::step).orElse(0L);
            while (step < STEPS) {
                model.computeGradient(step); // only reads the weights, while the last save copies them
                checkpoints.awaitCaptured(); // just before they change
                model.applyGradient();
                if (++step % 100 == 0) {
                    checkpoints.save(step, model.state()); // returns at once
                }
            }
        } // waits for the last save, throws if it failed
    }
}
