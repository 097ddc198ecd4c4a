package dev.perdure.engine;

/**
 * A machine-learning framework, seen as far as Perdure needs it: make a model trainable, compute a microbatch's
 * gradient, apply the optimizer, give the state and take it back, predict.
 *
 * <p>Engines load native code that crashes instead of throwing, so an engine lives in a worker or replica process,
 * never in one that must stay up.
 */
public interface Engine {

    /**
     * Returns the engine's name and build, such as {@code libtorch 2.10.0 (linux-x86_64, AVX512, OpenBLAS,
     * channels-last)}: everything beside the plan that the bits may hang on. Bits are promised where this text is equal.
     */
    String build();

    /**
     * Makes a model trainable, with freshly initialised parameters that depend on the plan alone.
     *
     * @throws dev.perdure.core.BadSettingException if the network does not fit the input shape, or names what this engine
     *     does not have
     */
    TrainableModel open(TrainingPlan plan);
}
