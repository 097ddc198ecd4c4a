package dev.perdure.checkpoint;

import java.io.IOException;

/** Two writers save into one store. Stop this one: whoever has the greater term goes on. */
public final class CheckpointConflictException extends IOException {
    private static final long serialVersionUID = 1L;

    private CheckpointConflictException(String message) {
        super(message);
    }

    static CheckpointConflictException differs(CheckpointName name) {
        return new CheckpointConflictException(
                ("checkpoint %s exists and holds something else. Either this step was saved twice with different"
                                + " content, or two writers share a term: stop one, and open the store again.")
                        .formatted(name));
    }

    static CheckpointConflictException replaced(int ours, int newest) {
        return new CheckpointConflictException(
                ("this writer has term %d, and another has taken term %d since. Stop this one: what it saves can no"
                                + " longer become the newest checkpoint.")
                        .formatted(ours, newest));
    }
}
