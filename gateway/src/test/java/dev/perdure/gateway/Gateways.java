package dev.perdure.gateway;

import static org.awaitility.Awaitility.await;

import dev.perdure.oip.ModelId;
import dev.perdure.oip.ServerMetadata;
import dev.perdure.routing.Fleet;
import dev.perdure.routing.RequestLimits;
import dev.perdure.routing.Routing;
import dev.perdure.routing.Scaling;
import dev.perdure.testkit.ToClose;
import java.time.Duration;
import java.util.List;

/** The gateways of a test, and whatever stands behind and before them; all of it ends with the test. */
final class Gateways implements AutoCloseable {
    /** Longer than anything takes on a machine that is busy. */
    static final Duration LONG = Duration.ofSeconds(60);

    private final ToClose toClose = new ToClose();

    /** Returns settings for so many replicas of each model's newest version. */
    static GatewaySettings settings(int replicas) {
        return new GatewaySettings(
                Routing.Options.usual(),
                Fleet.Options.usual(Scaling.Options.between(replicas, replicas), 0),
                1,
                new RequestLimits(1 << 20, 64),
                LONG,
                LONG,
                Duration.ofSeconds(1));
    }

    /** Has something end with the test; the latest first. */
    <T extends AutoCloseable> T add(T one) {
        return toClose.add(one);
    }

    /** Serves versions, of one model or several; nobody hears of it, and nothing comes to it. */
    Gateway serve(ReplicaHost host, GatewaySettings settings, ServedVersion... versions) {
        return serve(host, settings, RolloutSettings.usual(), GatewayListener.NONE, versions);
    }

    /** Serves versions, and returns when of each model all replicas of the newest version are in use. */
    Gateway serve(
            ReplicaHost host,
            GatewaySettings settings,
            RolloutSettings rollouts,
            GatewayListener listener,
            ServedVersion... versions) {
        if (host instanceof AutoCloseable ends) {
            add(ends);
        }
        var gateway = add(new Gateway(
                new ServerMetadata("perdure", "test", List.of()),
                List.of(versions),
                settings,
                rollouts,
                ModelRepository.NONE,
                host,
                listener));
        int replicas = settings.fleet().scaling().min();
        for (ServedVersion version : versions) {
            var model = ModelId.of(version.id().name());
            await().atMost(LONG).until(() -> gateway.inUse(model) == replicas);
        }
        return gateway;
    }

    @Override
    public void close() {
        toClose.close();
    }
}
