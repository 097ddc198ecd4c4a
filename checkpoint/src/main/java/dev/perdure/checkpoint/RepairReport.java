package dev.perdure.checkpoint;

import java.util.List;

/**
 * What a repair did.
 *
 * @param repaired objects that were damaged or missing in one copy, and are whole in all now
 * @param beyondRepair what is wrong still, because no copy is whole
 */
public record RepairReport(CheckpointName name, List<String> repaired, List<Damage> beyondRepair) {
    public RepairReport {
        repaired = List.copyOf(repaired);
        beyondRepair = List.copyOf(beyondRepair);
    }

    public boolean isWhole() {
        return beyondRepair.isEmpty();
    }
}
