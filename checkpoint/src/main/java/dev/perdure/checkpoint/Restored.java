package dev.perdure.checkpoint;

import dev.perdure.core.State;
import java.util.List;

/**
 * A state that is as it was saved.
 *
 * @param name the checkpoint it comes from
 * @param state the tensors it was restored into, and the checkpoint's numbers, texts and blobs, in the order of the saved
 *     state
 * @param metrics as saved with it
 * @param skipped what is wrong with newer checkpoints, which is why this one was taken
 * @param repaired objects that were damaged in one copy and are whole again
 */
public record Restored(
        CheckpointName name,
        State state,
        java.util.SequencedMap<String, Double> metrics,
        List<Damage> skipped,
        List<String> repaired) {
    public Restored {
        skipped = List.copyOf(skipped);
        repaired = List.copyOf(repaired);
    }

    public long step() {
        return name.step();
    }
}
