package dev.perdure.training;

import dev.perdure.store.ObjectStore;

/** Looks on inside a trainer, and may harm it: how tests and fault injection reach every moment of a run. */
public interface Probe {
    /** Looks at nothing. */
    Probe NONE = new Probe() {};

    /** Returns from how many bytes of tensors on a team's members save a state together. */
    default long sharedBytesMin() {
        return RunCheckpoints.SHARED_BYTES_MIN;
    }

    /** Called when a phase begins. Step 0 is before the first. */
    default void enters(Phase phase, long step) {}

    /** Returns the store that checkpoints go to, as the trainer shall see it. */
    default ObjectStore around(ObjectStore store) {
        return store;
    }
}
