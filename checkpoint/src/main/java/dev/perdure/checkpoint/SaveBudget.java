package dev.perdure.checkpoint;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** Counts saves that failed in a row, and stops the training when there were too many. */
final class SaveBudget {
    private final int errorsMax;
    private int errorsInRow;
    private @Nullable Throwable last;
    private @Nullable CheckpointName lastName;

    SaveBudget(int errorsMax) {
        this.errorsMax = errorsMax;
    }

    synchronized void succeeded() {
        errorsInRow = 0;
        last = null;
    }

    synchronized void failed(PendingSave save, Throwable cause) {
        errorsInRow++;
        last = cause;
        lastName = save.name();
        save.fail(cause);
    }

    /** Throws when no further save may be begun. */
    synchronized void check() throws IOException {
        if (last instanceof CheckpointConflictException conflict) {
            throw conflict;
        }
        if (errorsInRow >= errorsMax) {
            throw failure("%d in a row (allowed: fewer than %d)".formatted(errorsInRow, errorsMax));
        }
    }

    /** Throws when the last save failed: none follows that could make up for it. */
    synchronized void checkLast() throws IOException {
        if (last instanceof CheckpointConflictException conflict) {
            throw conflict;
        }
        if (last != null) {
            throw failure("it was the last, so the newest checkpoint is an older one");
        }
    }

    /** The messages of input and output say what a person can do; the names of other failures say more than theirs. */
    private static String describe(@Nullable Throwable failure) {
        return failure instanceof IOException && failure.getMessage() != null
                ? failure.getMessage()
                : String.valueOf(failure);
    }

    private CheckpointSaveException failure(String consequence) {
        CheckpointName name = lastName;
        return new CheckpointSaveException(
                "checkpoint of step %s could not be saved: %s. Check room and health of the store, then resume. The problem: %s"
                        .formatted(name == null ? "?" : name.step(), consequence, describe(last)),
                java.util.Objects.requireNonNull(last));
    }
}
