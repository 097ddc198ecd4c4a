package dev.perdure.gateway;

import dev.perdure.gateway.ModelLook.ReplicaState;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.function.ToIntFunction;

/** How it stands with one model, as gauges. Of a version that is not served any more none is left. */
final class ModelGauges {
    private static final String MODEL = "model";

    private final String model;
    private final MeterRegistry registry;
    private final List<Meter> always;
    private final Map<String, List<Meter>> byVersion = new TreeMap<>();
    private volatile ModelLook look = ModelLook.NOTHING;

    ModelGauges(String model, MeterRegistry registry) {
        this.model = model;
        this.registry = registry;
        this.always = List.of(
                gauge(
                        "perdure.requests.in.flight",
                        "Requests that were let in and are not answered.",
                        ModelLook::underWay),
                gauge("perdure.requests.waiting", "Requests that wait to be let in.", ModelLook::waiting),
                gauge("perdure.admission.limit", "How many requests may be in flight.", ModelLook::limit),
                gauge("perdure.quarantine.inputs", "Inputs that are not sent to replicas.", ModelLook::quarantined));
    }

    private Gauge gauge(String name, String help, ToIntFunction<ModelLook> figure) {
        return Gauge.builder(name, this, gauges -> figure.applyAsInt(gauges.look))
                .description(help)
                .tag(MODEL, model)
                .strongReference(true)
                .register(registry);
    }

    /**
     * Takes in how it stands; by one thread.
     *
     * @param begun told each version that was not served before
     */
    void looked(ModelLook now, Consumer<String> begun) {
        look = now;
        Set<String> served = now.replicas().keySet();
        if (served.equals(byVersion.keySet())) {
            return;
        }
        for (String gone : new TreeSet<>(byVersion.keySet())) {
            if (!served.contains(gone)) {
                byVersion.getOrDefault(gone, List.of()).forEach(registry::remove);
                byVersion.remove(gone);
            }
        }
        for (String version : served) {
            if (!byVersion.containsKey(version)) {
                byVersion.put(version, states(version));
                begun.accept(version);
            }
        }
    }

    /** The model is not served any more. */
    void end() {
        always.forEach(registry::remove);
        byVersion.values().forEach(meters -> meters.forEach(registry::remove));
    }

    private List<Meter> states(String version) {
        var meters = new ArrayList<Meter>();
        for (ReplicaState state : ReplicaState.values()) {
            meters.add(Gauge.builder("perdure.replicas", this, gauges -> gauges.count(version, state))
                    .description("Replicas, by how they are.")
                    .tags(MODEL, model, "version", version, "state", state.word())
                    .strongReference(true)
                    .register(registry));
        }
        return meters;
    }

    private int count(String version, ReplicaState state) {
        return look.replicas().getOrDefault(version, Map.of()).getOrDefault(state, 0);
    }
}
