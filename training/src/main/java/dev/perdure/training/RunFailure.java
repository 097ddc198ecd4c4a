package dev.perdure.training;

import dev.perdure.checkpoint.CheckpointSaveException;
import dev.perdure.core.BadSettingException;
import dev.perdure.data.BadDataException;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * Why a trainer cannot go on.
 *
 * @param kind of the incident
 * @param step at which it happened, if it did at one
 */
record RunFailure(
        ExitCode code,
        String kind,
        String problem,
        @Nullable Long step) {

    /**
     * Returns what an exception says of it.
     *
     * @throws RuntimeException the exception itself, if it is a fault of Perdure's own
     */
    static RunFailure of(Exception e) {
        String problem = String.valueOf(e.getMessage());
        return switch (e) {
            case BadSettingException _ -> new RunFailure(ExitCode.BAD_SETTING, "bad-setting", problem, null);
            case BadDataException _ -> new RunFailure(ExitCode.BAD_DATA, "bad-data", problem, null);
            case DivergedException diverged -> new RunFailure(ExitCode.DIVERGED, "diverged", problem, diverged.step());
            case CheckpointSaveException _, UnwritableException _ ->
                new RunFailure(ExitCode.STORE_FAILED, "store-failed", problem, null);
            case IOException _ -> new RunFailure(ExitCode.INTERNAL, "trainer-failed", e.toString(), null);
            case RuntimeException fault -> throw fault;
            default -> throw new IllegalStateException(e);
        };
    }

    TrainingEvent.Failed event() {
        return new TrainingEvent.Failed(code.code(), kind, problem, step);
    }
}
