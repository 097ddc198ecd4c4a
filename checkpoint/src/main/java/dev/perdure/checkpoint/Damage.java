package dev.perdure.checkpoint;

import java.util.Optional;

/**
 * Bytes of a checkpoint that are not what was saved.
 *
 * @param checkpoint whose bytes
 * @param object the stored object that holds them
 * @param tensor the state entry they belong to, where they belong to one
 * @param from the first damaged byte's place within the tensor, or within the object where there is no tensor
 * @param to the place after the last: the range is the finest that the checksums tell, up to 1 MiB
 * @param what what was found, what was expected
 */
public record Damage(
        CheckpointName checkpoint, String object, Optional<String> tensor, long from, long to, String what) {

    static Damage whole(CheckpointName checkpoint, String object, String what) {
        return new Damage(checkpoint, object, Optional.empty(), 0, 0, what);
    }

    /** Returns one line such as {@code checkpoint 3-1200: model/fc1.weight bytes 0-1048575 (objects/9f…): …}. */
    @Override
    public String toString() {
        String part = tensor.orElse(object);
        String range = to > from ? " bytes %d-%d".formatted(from, to - 1) : "";
        String where = tensor.isPresent() ? " (" + object + ")" : "";
        return "checkpoint %d-%d: %s%s%s: %s".formatted(checkpoint.term(), checkpoint.step(), part, range, where, what);
    }
}
