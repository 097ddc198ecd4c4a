package dev.perdure.cli;

import com.linecorp.armeria.common.TlsProvider;
import dev.perdure.core.Backoff;
import dev.perdure.gateway.ServedVersion;
import dev.perdure.oip.ModelId;
import dev.perdure.oip.OipAddress;
import dev.perdure.oip.OipClientSettings;
import dev.perdure.oip.OipException;
import dev.perdure.oip.OipLimits;
import dev.perdure.replica.HostClient;
import dev.perdure.replica.Hosting;
import dev.perdure.replica.Hosting.Offered;
import dev.perdure.replica.Hosting.Owned;
import dev.perdure.replica.Hosting.Sight;
import dev.perdure.replica.ReplicaClient;
import dev.perdure.routing.ReplicaId;
import dev.perdure.training.Figures;
import java.io.IOException;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Replicas on one other host, kept there by {@code perdure host}: that one is asked again and again what there is, and told what is
 * wanted. Replicas themselves are asked over connections of their own.
 *
 * <p>A host that does not answer takes no replicas; those that are there are used for as long as they answer themselves. One that
 * is to be killed meanwhile is given up: nothing more is heard of it, and when the host answers again, whatever lives there for
 * this gateway and was given up is ended. Should it never answer, the host ends what no gateway asks for.
 */
final class RemoteReplicas implements ReplicaPlace {
    private static final Logger LOG = LoggerFactory.getLogger(RemoteReplicas.class);
    /** A look that takes longer closes the host to new replicas; one that takes as long as is waited for has failed. */
    private static final long USUAL_NANOS = 1_000_000_000;

    private static final Duration LOOK_WITHIN = Duration.ofSeconds(3);
    private static final Duration START_WITHIN = Duration.ofSeconds(3);
    private static final Duration STOP_WITHIN = Duration.ofSeconds(1);
    private static final Duration FIRST_WITHIN = Duration.ofSeconds(5);
    private static final Duration CONNECT_WITHIN = Duration.ofSeconds(2);
    private static final Duration REPLICA_CONNECT_WITHIN = Duration.ofSeconds(5);
    /** Heartbeats say sooner that nobody is there; this is for what they do not reach. */
    private static final Duration SILENCE = Duration.ofSeconds(5);

    private static final long LOOK_MILLIS = 250;
    private static final Backoff AGAIN =
            new Backoff(Integer.MAX_VALUE, Duration.ofMillis(LOOK_MILLIS), Duration.ofSeconds(2));

    private final OipAddress.Tcp address;
    private final OipClientSettings settings;
    private final HostClient host;
    private final Consumer<String> say;
    private final Map<String, RemoteReplica> lives = new ConcurrentHashMap<>(); // by id
    private final Map<String, Owned> unclaimed = new ConcurrentHashMap<>(); // by id
    private final Map<Claim, Owned> claimed = new ConcurrentHashMap<>();
    private final CountDownLatch looked = new CountDownLatch(1);
    private final Semaphore wake = new Semaphore(0);
    private final Set<String> ending = new HashSet<>(); // on the looking thread
    private int failures; // likewise
    private volatile @Nullable Sight sight; // nothing while it does not answer
    private volatile long answeredNanos;
    private volatile boolean isWhole; // whether whatever is not known here is not wanted
    private volatile boolean isClosed;

    /** Who is adopted by whom. */
    private record Claim(ModelId model, long number) {}

    /**
     * Begins to ask.
     *
     * @param owner what this gateway is called there, in all its lives; nobody else knows it
     * @param say told what becomes of the host, for people
     */
    RemoteReplicas(OipAddress.Tcp address, Optional<TlsProvider> tls, String owner, Consumer<String> say) {
        this.address = address;
        this.settings = new OipClientSettings(OipLimits.DEFAULT, REPLICA_CONNECT_WITHIN, SILENCE, tls);
        this.host =
                new HostClient(address, new OipClientSettings(OipLimits.DEFAULT, CONNECT_WITHIN, SILENCE, tls), owner);
        this.say = say;
        Thread.ofPlatform().daemon().name("host " + address).start(this::lookAgainAndAgain);
    }

    @Override
    public String name() {
        return "host " + address;
    }

    private void lookAgainAndAgain() {
        try {
            while (!isClosed) {
                look();
                looked.countDown();
                long pause =
                        failures == 0 ? LOOK_MILLIS : AGAIN.pauseAfter(failures).toMillis();
                if (wake.tryAcquire(pause, TimeUnit.MILLISECONDS)) {
                    wake.drainPermits();
                }
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    private void look() {
        List<RemoteReplica> there =
                lives.values().stream().filter(RemoteReplica::isStarted).toList();
        Sight seen;
        try {
            seen = host.look(LOOK_WITHIN);
        } catch (OipException e) {
            silent(e.reason());
            return;
        } catch (RuntimeException e) {
            LOG.error("{} was not understood", name(), e);
            silent(String.valueOf(e.getMessage()));
            return;
        }
        if (sight == null) {
            say.accept("%s answers: %s, room for %s"
                    .formatted(
                            name(),
                            Figures.count(seen.bundles().size(), "bundle"),
                            Figures.count(seen.free(), "replica")));
            takeNoteOfLeft(seen);
        }
        failures = 0;
        answeredNanos = System.nanoTime();
        sight = seen;
        see(seen, there);
    }

    private void takeNoteOfLeft(Sight seen) {
        if (!isWhole) {
            seen.replicas().stream().filter(one -> !one.hasEnded()).forEach(one -> unclaimed.put(one.id(), one));
        }
    }

    private void silent(String why) {
        if (failures == 0 && !isClosed) {
            say.accept("%s does not answer, and gets no replicas until it does: %s".formatted(name(), why));
        }
        failures++;
        sight = null;
    }

    private void see(Sight seen, List<RemoteReplica> there) {
        for (Owned one : seen.replicas()) {
            RemoteReplica life = lives.get(one.id());
            if (life != null) {
                life.seen(one);
            } else if (isUnwanted(one)) {
                end(one);
            }
        }
        Set<String> ids = seen.replicas().stream().map(Owned::id).collect(Collectors.toSet());
        there.stream().filter(life -> !ids.contains(life.id())).forEach(RemoteReplica::gone);
        ending.retainAll(ids);
    }

    /** What was claimed is about to be adopted. */
    private boolean isUnwanted(Owned one) {
        return isWhole
                && !one.hasEnded()
                && claimed.values().stream().noneMatch(other -> other.id().equals(one.id()))
                && !lives.containsKey(one.id());
    }

    private void end(Owned one) {
        if (ending.add(one.id())) {
            say.accept("replica %d of %s on %s is ended: nobody wants it any more"
                    .formatted(one.number(), one.bundle().model(), name()));
        }
        try {
            host.stop(one.id(), true, STOP_WITHIN);
        } catch (OipException e) {
            LOG.debug("{}: {}", name(), e.reason());
        }
    }

    @Override
    public Optional<String> refusal(ServedVersion version) {
        Sight seen = sight;
        if (seen == null || System.nanoTime() - answeredNanos > USUAL_NANOS) {
            return Optional.of("it does not answer");
        }
        if (!seen.bundles().contains(new Offered(version.id(), version.digest()))) {
            List<String> same = seen.bundles().stream()
                    .filter(bundle -> bundle.model().equals(version.id()))
                    .map(Offered::digest)
                    .toList();
            return Optional.of("it has %s (expected: bundle %s). Copy that bundle to its folder of models"
                    .formatted(
                            same.isEmpty() ? "no bundle of it" : "bundle " + String.join(" and ", same),
                            version.digest()));
        }
        return seen.free() > 0
                ? Optional.empty()
                : Optional.of("as many replicas live there as may (expected: fewer). Raise --max-replicas there");
    }

    @Override
    public Left left(ServedVersion version) {
        try {
            boolean _ = looked.await(FIRST_WITHIN.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
        var numbers = new TreeSet<Long>();
        var bundle = new Offered(version.id(), version.digest());
        for (Owned one : List.copyOf(unclaimed.values())) {
            boolean isOf = one.bundle().equals(bundle);
            if (isOf && claimed.putIfAbsent(new Claim(version.id(), one.number()), one) == null) {
                unclaimed.remove(one.id());
                numbers.add(one.number());
            }
        }
        return new Left(List.copyOf(numbers), numbers.isEmpty() ? 1 : numbers.last() + 1);
    }

    @Override
    public void endUnclaimed() {
        unclaimed.clear();
        isWhole = true;
        wake.release();
    }

    @Override
    public Launched adopt(ReplicaId replica, ServedVersion version, Listener listener) throws IOException {
        var claim = new Claim(version.id(), replica.number());
        Owned one = Optional.ofNullable(claimed.get(claim))
                .orElseThrow(() -> new IOException("replica %s: nothing was left".formatted(replica)));
        var life = new RemoteReplica(this, one.id(), replica, version, listener, true);
        lives.put(one.id(), life);
        claimed.remove(claim);
        life.started();
        wake.release();
        return life;
    }

    /** The host itself knows whether others there would suffer. */
    @Override
    public Launched start(ReplicaId replica, ServedVersion version, boolean isUrgent, Listener listener)
            throws IOException {
        String id = UUID.randomUUID().toString();
        var life = new RemoteReplica(this, id, replica, version, listener, false);
        lives.put(id, life);
        try {
            host.start(id, replica.number(), new Offered(version.id(), version.digest()), START_WITHIN);
        } catch (Hosting.RefusedException | OipException e) {
            life.neverWas(); // if it was started nevertheless, the next look finds one that nobody wants
            throw new IOException("%s: %s".formatted(name(), e.getMessage()));
        }
        life.started();
        wake.release();
        return life;
    }

    /** Returns a connection to a replica that is asked at a port. */
    ReplicaClient connected(int port) {
        return new ReplicaClient(new OipAddress.Tcp(address.host(), port), settings);
    }

    /**
     * Has a replica end; blocks until the host knows.
     *
     * @throws OipException if it does not answer
     */
    void stop(String id, boolean kill) {
        host.stop(id, kill, STOP_WITHIN);
        wake.release();
    }

    /** A replica is not known any more. */
    void forget(RemoteReplica life) {
        lives.remove(life.id(), life);
    }

    /** Looks at once. */
    void lookNow() {
        wake.release();
    }

    void say(String words) {
        say.accept(words);
    }

    @Override
    public void close() {
        isClosed = true;
        wake.release();
        host.close();
    }
}
