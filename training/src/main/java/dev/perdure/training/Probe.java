package dev.perdure.training;

import dev.perdure.core.State;
import dev.perdure.engine.Batch;
import dev.perdure.engine.Collectives;
import dev.perdure.store.ObjectStore;
import java.util.function.Supplier;

/**
 * Looks on inside a trainer, and may harm it: how tests and fault injection reach every moment of a run. All but what it wraps
 * is called by the stepping thread, and what it alters stays altered.
 */
public interface Probe {
    /** Looks at nothing. */
    Probe NONE = new Probe() {};

    /** Called when a phase begins. Step 0 is before the first. */
    default void enters(Phase phase, long step) {}

    /** Called when this worker has met the other members of a generation. */
    default void joins(int rank, int members) {}

    /** Called before a microbatch's gradient is computed. */
    default void takes(Batch batch, long step) {}

    /** Called when this worker's share of a step's gradient is summed, and before it is exchanged. */
    default void computed(ShareGradient share, long step) {}

    /**
     * Called when a step has been applied.
     *
     * @param state the live tensors
     */
    default void applied(long step, Supplier<State> state) {}

    /** Returns the store that checkpoints go to, as the trainer shall see it. */
    default ObjectStore around(ObjectStore store) {
        return store;
    }

    /** Returns how this worker shall meet the others. */
    default Collectives around(Collectives collectives) {
        return collectives;
    }

    /** Returns how this worker shall reach its supervisor. */
    default WorkerLink.Opener around(WorkerLink.Opener links) {
        return links;
    }
}
