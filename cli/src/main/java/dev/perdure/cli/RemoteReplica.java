package dev.perdure.cli;

import dev.perdure.gateway.ReplicaHost.Launched;
import dev.perdure.gateway.ReplicaHost.Listener;
import dev.perdure.gateway.ServedVersion;
import dev.perdure.oip.OipException;
import dev.perdure.replica.Heartbeat;
import dev.perdure.replica.Hosting.Owned;
import dev.perdure.replica.ReplicaClient;
import dev.perdure.routing.ReplicaId;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** One replica on another host, from the wish for it to its end. */
final class RemoteReplica implements Launched, ReplicaClient.Listener {
    private static final Duration DRAIN_WITHIN = Duration.ofSeconds(1);
    private static final long END_KNOWN_MILLIS = 500;
    private static final int EXIT_UNKNOWN = -1;

    private final RemoteReplicas host;
    private final String id;
    private final ReplicaId replica;
    private final ServedVersion version;
    private final Listener listener;
    private final boolean isAdopted;
    private final ReplicaSigns signs;
    private final CountDownLatch ended = new CountDownLatch(1);
    private @Nullable ReplicaClient client; // guarded by this
    private boolean isOver; // guarded by this
    private volatile boolean isStarted;

    RemoteReplica(
            RemoteReplicas host,
            String id,
            ReplicaId replica,
            ServedVersion version,
            Listener listener,
            boolean isAdopted) {
        this.host = host;
        this.id = id;
        this.replica = replica;
        this.version = version;
        this.listener = listener;
        this.isAdopted = isAdopted;
        this.signs = new ReplicaSigns(version, listener);
    }

    String id() {
        return id;
    }

    /** The host has said that there is a process. */
    void started() {
        isStarted = true;
    }

    boolean isStarted() {
        return isStarted;
    }

    /** The host has it in its list. */
    void seen(Owned one) {
        if (one.hasEnded()) {
            if (!signs.isReady() && one.exit() > 0 && one.exit() < 128) {
                host.say("replica %d of %s did not start on %s (exit code %d): %s"
                        .formatted(replica.number(), version.id(), host.name(), one.exit(), one.words()));
            }
            ended(one.exit(), "its process ended");
        } else if (one.port() > 0) {
            connect(one.port());
        }
    }

    /** The host does not have it in its list any more. */
    void gone() {
        ended(EXIT_UNKNOWN, "%s does not know it any more".formatted(host.name()));
    }

    private synchronized void connect(int port) {
        if (client == null && !isOver) {
            client = host.connected(port);
            client.watch(this);
        }
    }

    @Override
    public synchronized void heard(Heartbeat heartbeat) {
        if (client != null) {
            signs.heard(heartbeat, client.protocol()).ifPresent(this::useless);
        }
    }

    /** Of one that was left, and is not what it should be, nobody has heard. */
    private void useless(String why) {
        if (isAdopted && !signs.isReady()) {
            kill();
        } else {
            listener.lost(why);
        }
    }

    /** A process that ends closes its connection first; how it ended says more, and the host knows it. */
    @Override
    public void lost(String why) {
        synchronized (this) {
            if (isOver) {
                return;
            }
        }
        if (signs.isReady()) {
            listener.ending(why);
        }
        host.lookNow();
        Thread.ofVirtual().name("lost " + replica).start(() -> {
            try {
                if (!ended.await(END_KNOWN_MILLIS, TimeUnit.MILLISECONDS)) {
                    useless("the connection to it ended: " + why);
                }
            } catch (InterruptedException _) {
                Thread.currentThread().interrupt();
            }
        });
    }

    /** The host would not have it; nothing is heard of it. */
    void neverWas() {
        synchronized (this) {
            isOver = true;
        }
        host.forget(this);
        disconnect();
    }

    private void ended(int exit, String why) {
        synchronized (this) {
            if (isOver) {
                return;
            }
            isOver = true;
        }
        host.forget(this);
        ended.countDown();
        if (exit < 0) {
            listener.lost(why);
        }
        listener.exited(exit);
        disconnect();
    }

    private synchronized void disconnect() {
        ReplicaClient open = client;
        client = null;
        if (open != null) {
            Thread.ofVirtual().name("close").start(open::close);
        }
    }

    @Override
    public void stop() {
        Thread.ofVirtual().name("stop " + replica).start(() -> end(false));
    }

    @Override
    public void kill() {
        Thread.ofVirtual().name("kill " + replica).start(() -> end(true));
    }

    /** One whose host does not answer is told itself, if it can be, and given up. */
    private void end(boolean isKilled) {
        try {
            host.stop(id, isKilled);
        } catch (OipException e) {
            drain();
            ended(EXIT_UNKNOWN, "%s does not answer: %s".formatted(host.name(), e.reason()));
        }
    }

    private void drain() {
        ReplicaClient open;
        synchronized (this) {
            open = client;
        }
        if (open != null) {
            try {
                open.drain(DRAIN_WITHIN);
            } catch (OipException _) {
                // the host ends it, when it is there again or when it misses this gateway
            }
        }
    }
}
