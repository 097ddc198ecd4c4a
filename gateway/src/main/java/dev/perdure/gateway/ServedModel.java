package dev.perdure.gateway;

import dev.perdure.oip.Call;
import dev.perdure.oip.InferRequest;
import dev.perdure.oip.ModelId;
import dev.perdure.oip.OipException;
import dev.perdure.routing.Fleet;
import dev.perdure.routing.Scaling;
import java.util.Collection;
import java.util.Optional;

/** A model that is served: which versions of it there are, and who answers whoever names none. */
final class ServedModel implements AutoCloseable {
    private final String name;
    private final GatewaySettings settings;
    private final ModelDesk desk;
    private volatile Versions versions = Versions.NONE;

    /**
     * Begins to start replicas: of the newest version as many as the settings say, of the others fewer.
     *
     * @param first each version once
     */
    ServedModel(
            String name,
            Collection<ServedVersion> first,
            GatewaySettings settings,
            ReplicaHost host,
            GatewayListener listener) {
        this.name = name;
        this.settings = settings;
        this.desk = new ModelDesk(name, settings, host, listener);
        for (ServedVersion version : first) {
            versions = versions.with(Deployment.of(version, 1));
        }
        if (!first.isEmpty()) {
            Deployment newest = versions.named().firstEntry().getValue();
            versions = versions.led(newest);
            versions.named().values().forEach(each -> desk.deploy(each, each.equals(newest) ? all() : few()));
        }
    }

    private Fleet.Options all() {
        return settings.fleet();
    }

    private Fleet.Options few() {
        int older = settings.olderReplicas();
        return Told.with(settings.fleet(), Scaling.Options.between(older, older));
    }

    /** Returns which versions there are now. */
    Versions versions() {
        return versions;
    }

    /** Returns what answers a request for this model now; nothing if there is none. */
    Optional<Deployment> asked(ModelId model) {
        return versions.asked(model.version());
    }

    /** What became of a request. */
    record Asked(Deployment of, Reply reply) {
        /**
         * Returns the answer.
         *
         * @throws OipException if there is none
         */
        Reply.Answered answered() {
            return switch (reply) {
                case Reply.Answered answered -> answered;
                case Reply.Failed failed -> throw failed.why();
                case Reply.Moved _ -> throw new IllegalStateException("it was to ask anew");
            };
        }
    }

    /** Has a request answered, by the version it names or the one that answers whoever names none; blocks until then. */
    Asked infer(InferRequest request, Call call, Asks asks) {
        while (true) {
            Versions now = versions;
            Deployment asked = now.asked(request.model().version()).orElseThrow();
            boolean isNamed = request.model().version().isPresent();
            Reply reply = desk.infer(request, call, asks, now.tiers(asked, isNamed, settings.safeguards()));
            if (!(reply instanceof Reply.Moved)) {
                return new Asked(asked, reply);
            }
        }
    }

    /** Returns how a deployment's replicas are. */
    ModelDesk.FleetLook look(Deployment deployment) {
        return desk.look(deployment);
    }

    @Override
    public void close() {
        desk.close();
    }

    @Override
    public String toString() {
        return name;
    }
}
