package dev.perdure.gateway;

import dev.perdure.gateway.ReplicaHost.Launched;
import dev.perdure.oip.OipClient;
import dev.perdure.routing.FleetCommand;
import dev.perdure.routing.FleetEvent;
import dev.perdure.routing.ReplicaId;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The processes behind one model: does what is to be done about them, and tells what happens to them. */
final class Replicas {
    private static final int EXIT_KILLED = 137;

    private final ReplicaHost host;
    private final Function<String, ServedVersion> versions;
    private final Consumer<FleetEvent> tell;
    private final Map<ReplicaId, Life> lives = new ConcurrentHashMap<>();

    /**
     * No process yet.
     *
     * @param tell may be called from any thread
     */
    Replicas(ReplicaHost host, Function<String, ServedVersion> versions, Consumer<FleetEvent> tell) {
        this.host = host;
        this.versions = versions;
        this.tell = tell;
    }

    /** Does not block. */
    void act(FleetCommand command) {
        switch (command) {
            case FleetCommand.Start start ->
                launch(
                        start.replica(),
                        (replica, version, life) -> host.start(replica, version, start.isUrgent(), life));
            case FleetCommand.Stop stop -> life(stop.replica()).ifPresent(Life::stop);
            case FleetCommand.Kill kill -> kill(kill.replica());
            case FleetCommand.Probe probe -> probe(probe);
        }
    }

    private Optional<Life> life(ReplicaId replica) {
        return Optional.ofNullable(lives.get(replica));
    }

    /** Returns the way to a replica; absent when it is not ready, or is gone. */
    Optional<OipClient> client(ReplicaId replica) {
        return life(replica).flatMap(life -> Optional.ofNullable(life.client));
    }

    /** Returns what an earlier life of this process left of a version. */
    ReplicaHost.Left left(String version) {
        return host.left(versions.apply(version));
    }

    /** Takes over what an earlier life of this process left, as far as it is there. Does not block. */
    void adopt(String version, List<Long> left) {
        for (long number : left) {
            var replica = new ReplicaId(version, number);
            tell.accept(new FleetEvent.Adopted(replica));
            launch(replica, host::adopt);
        }
    }

    /** How there comes to be a process. */
    private interface Launching {
        Launched launch(ReplicaId replica, ServedVersion version, ReplicaHost.Listener listener) throws IOException;
    }

    private void launch(ReplicaId replica, Launching launching) {
        var life = new Life(replica);
        lives.put(replica, life);
        Thread.ofVirtual().name("start " + replica).start(() -> {
            try {
                life.launched(launching.launch(replica, versions.apply(replica.version()), life));
            } catch (IOException | RuntimeException e) {
                lives.remove(replica);
                tell.accept(new FleetEvent.NotStarted(replica, String.valueOf(e.getMessage())));
            }
        });
    }

    private void kill(ReplicaId replica) {
        life(replica).ifPresentOrElse(Life::kill, () -> tell.accept(new FleetEvent.Exited(replica, EXIT_KILLED)));
    }

    private void probe(FleetCommand.Probe probe) {
        ReplicaId replica = probe.replica();
        Consumer<FleetEvent.Golden> told = golden -> tell.accept(new FleetEvent.Probed(replica, probe.probe(), golden));
        client(replica)
                .ifPresentOrElse(
                        client -> GoldenProbe.of(versions.apply(replica.version()), probe.probe())
                                .ask(client, told),
                        () -> told.accept(new FleetEvent.Golden.Failed("there is no way to it")));
    }

    /** Returns who is there. */
    List<ReplicaId> present() {
        return List.copyOf(lives.keySet());
    }

    /** One process, from the request to start it to its end. */
    private final class Life implements ReplicaHost.Listener {
        private final ReplicaId id;
        private @Nullable Launched process;
        private boolean toBeKilled;
        private volatile boolean toEnd;
        private volatile @Nullable OipClient client;

        Life(ReplicaId id) {
            this.id = id;
        }

        synchronized void launched(Launched started) {
            process = started;
            if (toBeKilled) {
                started.kill();
            } else if (toEnd) {
                started.stop();
            }
        }

        synchronized void stop() {
            toEnd = true;
            if (process != null) {
                process.stop();
            }
        }

        synchronized void kill() {
            toEnd = true;
            toBeKilled = true;
            if (process != null) {
                process.kill();
            }
        }

        @Override
        public void ready(OipClient to) {
            client = to;
            tell.accept(new FleetEvent.Ready(id));
        }

        @Override
        public void beat(long done, int waiting) {
            tell.accept(new FleetEvent.Beat(id, done, waiting));
        }

        @Override
        public void ending(String why) {
            if (!toEnd) {
                tell.accept(new FleetEvent.Ending(id, why));
            }
        }

        @Override
        public void lost(String why) {
            if (!toEnd) {
                tell.accept(new FleetEvent.Disconnected(id, why));
            }
        }

        @Override
        public void exited(int exit) {
            lives.remove(id);
            tell.accept(new FleetEvent.Exited(id, exit));
        }
    }
}
