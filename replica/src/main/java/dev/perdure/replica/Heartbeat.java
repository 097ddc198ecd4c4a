package dev.perdure.replica;

import dev.perdure.oip.ModelId;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * What a replica says of itself in steady intervals.
 *
 * @param sequence greater than that of every heartbeat before
 * @param pid of its process
 * @param draining whether it begins no new request, and ends when those under way are answered
 * @param up since when it has been there
 * @param models that are loaded, or being unloaded
 * @param loading places of bundles that are being loaded
 */
public record Heartbeat(
        long sequence, long pid, boolean draining, Duration up, List<ModelState> models, List<String> loading) {
    public Heartbeat {
        models = List.copyOf(models);
        loading = List.copyOf(loading);
    }

    /** Returns a model's state; absent when it is not loaded. */
    public Optional<ModelState> model(ModelId id) {
        return models.stream().filter(model -> model.id().equals(id)).findFirst();
    }
}
