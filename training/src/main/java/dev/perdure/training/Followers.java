package dev.perdure.training;

import dev.perdure.core.State;
import dev.perdure.engine.TrainableModel.Evaluation;
import java.util.function.Supplier;

/** Those who follow a team's steps in order to join it after one of them, as the stepping thread sees them. */
interface Followers {
    /** Nobody follows. */
    Followers NONE = new Followers() {};

    /** Returns the generation that this member could go over to after the next step; 0 when there is none. */
    default long readyFor() {
        return 0;
    }

    /** A step is about to be applied. Its memory is valid until this returns. */
    default void computed(long step, StepGradient gradient, int[] samples) {}

    /** A step's batch is about to be left out. */
    default void skipped(long step, int[] samples) {}

    /** A step was applied; the state stands still until this returns. */
    default void applied(Supplier<State> state) {}

    /** The epoch that the last step ended was evaluated. */
    default void evaluated(Evaluation heldOut) {}
}
