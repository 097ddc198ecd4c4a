package dev.perdure.replica;

import dev.perdure.engine.Predictor;
import dev.perdure.engine.Predictors;
import dev.perdure.engine.ServedModel;
import dev.perdure.oip.InferRequest;
import dev.perdure.oip.ModelId;
import java.io.IOException;

/** Looks on inside a replica, and may harm it: how tests and fault injection reach every moment of a request. */
public interface ReplicaProbe {
    /** Looks at nothing. */
    ReplicaProbe NONE = new ReplicaProbe() {};

    /** Called with each request by a thread of its own, before it is queued. It may take its time, or throw. */
    default void taken(InferRequest request) {}

    /**
     * Called before a bundle is read, by the thread that loads it. It may take its time, or throw.
     *
     * @param place of the bundle
     * @throws IOException as reading the bundle may: it is refused for this
     */
    default void loads(String place) throws IOException {}

    /**
     * Called when a model has given the golden answers.
     *
     * @param model as it was opened; its memory is valid until this returns
     * @param framework that opened it, and may open another
     * @param predictor what gave the answers
     * @return what answers requests from now on; whoever returns another one closes this with it
     */
    default Predictor serves(ModelId id, ServedModel model, Predictors framework, Predictor predictor) {
        return predictor;
    }
}
