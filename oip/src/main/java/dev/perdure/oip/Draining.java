package dev.perdure.oip;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A service whose server is about to end: from then on nothing new is begun, and it is not ready. */
final class Draining implements InferenceService {
    private final InferenceService service;
    private volatile boolean draining;

    Draining(InferenceService service) {
        this.service = service;
    }

    void begin() {
        draining = true;
    }

    private InferenceService open() {
        if (draining) {
            throw new OipException(
                    OipError.UNAVAILABLE, "this server is stopping (expected: running). Send it to another");
        }
        return service;
    }

    @Override
    public boolean live() {
        return service.live();
    }

    @Override
    public boolean ready() {
        return !draining && service.ready();
    }

    @Override
    public boolean ready(ModelId model) {
        return service.ready(model) && !draining;
    }

    @Override
    public ServerMetadata metadata() {
        return service.metadata();
    }

    @Override
    public ModelMetadata metadata(ModelId model) {
        return service.metadata(model);
    }

    @Override
    public InferResponse infer(InferRequest request, Call call) {
        return open().infer(request, call);
    }

    @Override
    public ModelConfig config(ModelId model) {
        return service.config(model);
    }

    @Override
    public List<ModelStatistics> statistics(Optional<ModelId> model) {
        return service.statistics(model);
    }

    @Override
    public List<RepositoryEntry> index(boolean ready) {
        return service.index(ready);
    }

    @Override
    public void load(String model, Map<String, Parameter> parameters, Call call) {
        open().load(model, parameters, call);
    }

    @Override
    public void unload(String model, Map<String, Parameter> parameters, Call call) {
        open().unload(model, parameters, call);
    }
}
