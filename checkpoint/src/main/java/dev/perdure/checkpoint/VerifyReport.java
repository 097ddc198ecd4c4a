package dev.perdure.checkpoint;

import java.util.List;

/**
 * What a verification found.
 *
 * @param bytes how many bytes were read, all copies together
 * @param damages what is wrong, in any copy; empty when all is well
 */
public record VerifyReport(CheckpointName name, long bytes, List<Damage> damages) {
    public VerifyReport {
        damages = List.copyOf(damages);
    }

    public boolean isWhole() {
        return damages.isEmpty();
    }
}
