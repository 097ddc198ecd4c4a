package dev.perdure.gateway;

import dev.perdure.oip.ModelId;
import dev.perdure.oip.OipError;
import dev.perdure.oip.OipException;
import dev.perdure.oip.RepositoryEntry;
import java.util.List;
import java.util.Optional;

/**
 * Where versions come from while a {@link Gateway} serves. It tells the gateway which there are ({@link Gateway#serve}, {@link
 * Gateway#retire}), by itself and when it is asked.
 */
public interface ModelRepository {
    /** Has nothing. */
    ModelRepository NONE = new ModelRepository() {
        @Override
        public void load(Gateway gateway, String model, Optional<RolloutSettings.Manner> manner) {
            throw new OipException(OipError.UNSUPPORTED, "loading models: not supported by this server");
        }

        @Override
        public void unload(Gateway gateway, ModelId model) {
            gateway.retire(model);
        }

        @Override
        public List<RepositoryEntry> others() {
            return List.of();
        }
    };

    /**
     * Has every version of a model served that is there and is not; returns when the gateway knows of them. What was unloaded by
     * request may come back.
     *
     * @param model any name that a client may send
     * @param manner how newer versions take over, also one that was rolled back before; absent for the usual
     * @throws OipException {@link OipError#NOT_FOUND} if there is none, another if one is there and is not to be used
     */
    void load(Gateway gateway, String model, Optional<RolloutSettings.Manner> manner);

    /**
     * Has a model, or one version, not served any more until it is loaded by request; returns when the gateway knows of it.
     *
     * @param model that is served
     * @throws OipException if that cannot be: then nothing has changed
     */
    void unload(Gateway gateway, ModelId model);

    /** Returns what is there and cannot be served, with the reason. */
    List<RepositoryEntry> others();
}
