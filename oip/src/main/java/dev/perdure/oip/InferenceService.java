package dev.perdure.oip;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What stands behind a server of the protocol. Methods may block: each call has a virtual thread of its own.
 *
 * <p>Whatever has no result is an {@link OipException}; any other exception is answered as an internal error, without its
 * message.
 */
public interface InferenceService {

    /** Whether this process can answer at all. */
    default boolean live() {
        return true;
    }

    /** Whether requests can be answered rightly now. */
    boolean ready();

    /**
     * Whether a model can be asked.
     *
     * @throws OipException {@link OipError#NOT_FOUND} if there is none
     */
    boolean ready(ModelId model);

    /** Who answers. */
    ServerMetadata metadata();

    /**
     * What a model takes and gives.
     *
     * @throws OipException {@link OipError#NOT_FOUND} if there is none
     */
    ModelMetadata metadata(ModelId model);

    /**
     * Answers a request. Of requested outputs those, in that order; of none, all. An output for which classes are asked
     * ({@link RequestedOutput#classes}) comes as {@link Classification} says.
     *
     * @throws OipException if there is no answer
     */
    InferResponse infer(InferRequest request, Call call);

    /** How a model is run. */
    default ModelConfig config(ModelId model) {
        throw unsupported("model configuration");
    }

    /** What the models have done: one, all versions of one, or all. */
    default List<ModelStatistics> statistics(Optional<ModelId> model) {
        throw unsupported("statistics");
    }

    /** What the repository has; with {@code ready}, what can be asked. */
    default List<RepositoryEntry> index(boolean ready) {
        throw unsupported("the model repository");
    }

    /** Loads a model, or loads it anew; returns when it can be asked. */
    default void load(String model, Map<String, Parameter> parameters, Call call) {
        throw unsupported("loading models");
    }

    /** Unloads a model; requests that are under way are answered. */
    default void unload(String model, Map<String, Parameter> parameters, Call call) {
        throw unsupported("unloading models");
    }

    private static OipException unsupported(String what) {
        return new OipException(OipError.UNSUPPORTED, what + ": not supported by this server");
    }
}
