package dev.perdure.checkpoint;

import java.io.IOException;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Stored checkpoints are not what was saved, and no copy or older checkpoint could be used instead. Trying again cannot
 * help.
 */
public final class CorruptCheckpointException extends IOException {
    private static final long serialVersionUID = 1L;
    private static final int SHOWN_MAX = 8;

    private final transient List<Damage> damages;

    CorruptCheckpointException(String summary, List<Damage> damages) {
        super(summary
                + damages.stream().limit(SHOWN_MAX).map(d -> "\n  " + d).collect(Collectors.joining())
                + (damages.size() > SHOWN_MAX ? "\n  … and %d more".formatted(damages.size() - SHOWN_MAX) : ""));
        this.damages = List.copyOf(damages);
    }

    CorruptCheckpointException(Damage damage) {
        this("a checkpoint is damaged:", List.of(damage));
    }

    /** Returns what is damaged: at least one. */
    public List<Damage> damages() {
        return damages;
    }
}
