package dev.perdure.engine;

import dev.perdure.core.TensorData;
import java.lang.foreign.Arena;
import java.util.Map;
import java.util.SequencedMap;

/**
 * A machine-learning framework, seen as far as serving needs it: it opens models that predict.
 *
 * <p>Like an {@link Engine} it loads native code that crashes instead of throwing, so it lives in a process that may die,
 * never in one that must stay up.
 */
public interface Predictors {

    /** Returns the framework's name and build, such as {@code onnxruntime 1.29.0}. */
    String build();

    /** Returns whether this framework runs programs written in that way. */
    boolean runs(ServedProgram program);

    /**
     * Opens a model, and has it answer one sample of zeros, so that what cannot answer is refused here. Nothing of {@code
     * model} is read after this returns.
     *
     * @throws UnusableModelException if the program is damaged, names what this framework does not have, or gives something
     *     else than the model's outputs; or if weights are missing or do not fit
     */
    Predictor open(ServedModel model);

    /**
     * Runs a program of which nothing is known but samples of what it takes, to find out what it gives.
     *
     * @param inputs by name, batch first, in the order in which the program takes them where it knows no names
     * @param arena how long the memory of the outputs lives
     * @return what it gave, by name in the program's order
     * @throws UnusableModelException if the program is damaged, or does not take these inputs, saying which it takes
     */
    SequencedMap<String, TensorData> probe(ServedProgram program, Map<String, TensorData> inputs, Arena arena);
}
