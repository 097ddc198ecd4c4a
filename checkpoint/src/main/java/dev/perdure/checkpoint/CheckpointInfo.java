package dev.perdure.checkpoint;

import java.time.Instant;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Optional;
import java.util.SequencedMap;

/**
 * A checkpoint as a list shows it.
 *
 * @param created when it was saved; when unknown, because the manifest is damaged, the epoch
 * @param bytes the size of its objects, shared ones included
 * @param verified whether all its bytes were read back and found right, and nothing was found wrong since
 * @param quarantined whether it failed to restore twice, so that it is skipped until it is verified or repaired
 * @param problem what is wrong with the manifest, if it cannot be read
 */
public record CheckpointInfo(
        CheckpointName name,
        Instant created,
        SequencedMap<String, Double> metrics,
        long bytes,
        int tensors,
        boolean verified,
        boolean suspect,
        boolean quarantined,
        Optional<String> problem) {
    public CheckpointInfo {
        metrics = Collections.unmodifiableSequencedMap(new LinkedHashMap<>(metrics));
    }

    public long step() {
        return name.step();
    }

    public int term() {
        return name.term();
    }

    /** Returns whether nothing is known against it. */
    public boolean isSound() {
        return problem.isEmpty() && !quarantined && !suspect;
    }
}
