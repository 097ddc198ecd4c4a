package dev.perdure.checkpoint;

import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Writes what happens to the log. */
final class LoggingListener implements Consumer<CheckpointEvent> {
    private static final Logger log = LoggerFactory.getLogger(Checkpointer.class);

    @Override
    public void accept(CheckpointEvent event) {
        switch (event) {
            case CheckpointEvent.Saved(SavedCheckpoint saved) ->
                log.info(
                        "checkpoint of step {} is durable: {} bytes written, {} reused, stall {} ms, durable after {} ms",
                        saved.step(),
                        saved.bytesWritten(),
                        saved.bytesReused(),
                        Math.round(saved.stallMillis()),
                        Math.round(saved.durableMillis()));
            case CheckpointEvent.PartSaved(SavedCheckpoint part) ->
                log.debug("part of the checkpoint of step {}: {} bytes written", part.step(), part.bytesWritten());
            case CheckpointEvent.Abandoned(CheckpointName name, String reason) ->
                log.warn("checkpoint of step {} was given up: {}", name.step(), reason);
            case CheckpointEvent.SaveFailed failed ->
                log.warn(
                        "checkpoint of step {}: attempt {} failed{}: {}",
                        failed.name().step(),
                        failed.attempt(),
                        failed.willRetry() ? ", trying again" : "",
                        failed.cause().toString());
            case CheckpointEvent.Healed healed -> log.warn("damaged objects were written again: {}", healed.objects());
            case CheckpointEvent.Pruned(PruneReport report) -> {
                if (!report.deleted().isEmpty()) {
                    log.info("deleted checkpoints {} and {} objects", report.deleted(), report.objectsDeleted());
                }
                report.putOff().ifPresent(reason -> log.info("retention was put off: {}", reason));
            }
            case CheckpointEvent.PruneFailed(Throwable cause) -> log.warn("retention failed: {}", cause.toString());
        }
    }
}
