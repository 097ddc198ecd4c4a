package dev.perdure.training;

import dev.perdure.core.State;
import dev.perdure.core.TensorData;
import dev.perdure.engine.Batch;
import dev.perdure.engine.Collectives;
import dev.perdure.store.ObjectStore;

/**
 * Looks on inside a trainer, and may harm it: how tests and fault injection reach every moment of a run. All but what it wraps
 * is called by the stepping thread, and what it alters stays altered.
 */
public interface Probe {
    /** Looks at nothing. */
    Probe NONE = new Probe() {};

    /** Returns from how many bytes of tensors on a team's members save a state together. */
    default long sharedBytesMin() {
        return RunCheckpoints.SHARED_BYTES_MIN;
    }

    /** Called when a phase begins. Step 0 is before the first. */
    default void enters(Phase phase, long step) {}

    /** Called when this worker has met the other members of a generation. */
    default void joins(int rank, int members) {}

    /** Called with a microbatch before its gradient is computed. */
    default void batch(long step, int microbatch, Batch batch) {}

    /**
     * Called with a microbatch's gradient, before it is summed with any other.
     *
     * @param values F32 {@code [parameters]}
     */
    default void gradient(long step, int microbatch, TensorData values) {}

    /**
     * Called after a step is applied.
     *
     * @param state with the model's live tensors
     */
    default void weights(long step, State state) {}

    /** Looks at gradients. */
    interface OfGradients {
        void gradient(long step, int microbatch, TensorData values);
    }

    /** Returns this probe, with another that sees gradients after it, as it left them. */
    default Probe before(OfGradients other) {
        Probe first = this;
        return new Probe() {
            @Override
            public void batch(long step, int microbatch, Batch batch) {
                first.batch(step, microbatch, batch);
            }

            @Override
            public void gradient(long step, int microbatch, TensorData values) {
                first.gradient(step, microbatch, values);
                other.gradient(step, microbatch, values);
            }
        };
    }

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
