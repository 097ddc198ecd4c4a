package dev.perdure.checkpoint;

import java.util.List;
import java.util.Optional;

/**
 * What retention did.
 *
 * @param deleted the checkpoints that are gone
 * @param objectsDeleted how many objects that nothing named are gone with them
 * @param putOff why nothing, or not everything, was deleted
 */
public record PruneReport(List<CheckpointName> deleted, int objectsDeleted, Optional<String> putOff) {
    public PruneReport {
        deleted = List.copyOf(deleted);
    }
}
