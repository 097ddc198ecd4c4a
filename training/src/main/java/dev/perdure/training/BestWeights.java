package dev.perdure.training;

import dev.perdure.core.State;
import dev.perdure.core.TensorData;
import java.lang.foreign.Arena;
import java.util.LinkedHashMap;
import java.util.SequencedMap;

/**
 * A copy of the weights and buffers of the best epoch, as tensors {@code best/NAME} of the state: so it is in every
 * checkpoint, which no retention can take away, and in what joining workers get. Zeros until there is a best epoch; nothing
 * at all where it is not wanted. Objects of a checkpoint are named by their content, so it is written when it changes only.
 */
final class BestWeights {
    private static final String MODEL = "model/";
    private static final String BEST = "best/";

    private final SequencedMap<String, TensorData> copies = new LinkedHashMap<>();

    private BestWeights() {}

    /** Makes room for a copy of this model's weights, if the configuration wants one. */
    static BestWeights of(RunConfig config, State model) {
        var best = new BestWeights();
        if (config.earlyStopping().filter(EarlyStopping::restoreBest).isPresent()) {
            Arena arena = Arena.ofAuto();
            model.startingWith(MODEL)
                    .tensors()
                    .forEach((name, tensor) ->
                            best.copies.put(name, TensorData.allocate(arena, tensor.dtype(), tensor.shape())));
        }
        return best;
    }

    /** Returns a state with these tensors in it, too. */
    State with(State model) {
        var state = State.builder().addAll(model);
        addTo(state);
        return state.build();
    }

    void addTo(State.Builder state) {
        copies.forEach((name, copy) -> state.tensor(BEST + name.substring(MODEL.length()), copy));
    }

    /** Copies the model's weights. */
    void take(State model) {
        copies.forEach((name, copy) -> copy.data().copyFrom(model.tensor(name).data()));
    }

    /** Copies them back into the model. */
    void giveBack(State model) {
        copies.forEach((name, copy) -> model.tensor(name).data().copyFrom(copy.data()));
    }

    void restore(State state) {
        copies.forEach((name, copy) -> copy.data()
                .copyFrom(state.tensor(BEST + name.substring(MODEL.length())).data()));
    }
}
