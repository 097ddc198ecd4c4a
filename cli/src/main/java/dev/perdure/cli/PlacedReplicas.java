package dev.perdure.cli;

import dev.perdure.gateway.ReplicaHost;
import dev.perdure.gateway.ServedVersion;
import dev.perdure.oip.OipClient;
import dev.perdure.routing.Placement;
import dev.perdure.routing.ReplicaId;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Replicas on several hosts, spread by {@link Placement}: each is started where there are the fewest of its version, among the hosts
 * that would take it. When a host has been there again for a while, replicas move to it, one at a time: one of where there are too
 * many answers what it has and ends, and whoever wanted it has another started.
 */
final class PlacedReplicas implements ReplicaHost, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(PlacedReplicas.class);

    private final List<ReplicaPlace> places;
    private final long calmNanos;
    private final Consumer<String> say;
    private final Set<Life> lives = new LinkedHashSet<>(); // guarded by this, as all below
    private final Map<String, Long> changedNanos = new HashMap<>(); // by bundle: when one came, was ready, or went
    private final Map<Door, Long> openNanos = new HashMap<>(); // since when; as the looks saw it
    private final Map<Door, String> refusals = new ConcurrentHashMap<>(); // as people were told
    private final Optional<ScheduledExecutorService> looks;

    /** A host, and a bundle that replicas are wanted of. */
    private record Door(ReplicaPlace place, String digest) {}

    /**
     * Begins to look how replicas are spread, if there is more than one place.
     *
     * @param places the preferred one first
     * @param calm how long nothing has to happen to replicas of a version, and a host to be there, before one moves to it
     * @param say told what moves and why a host gets none, for people
     */
    PlacedReplicas(List<ReplicaPlace> places, Duration calm, Consumer<String> say) {
        this.places = List.copyOf(places);
        this.calmNanos = calm.toNanos();
        this.say = say;
        this.looks = places.size() == 1
                ? Optional.empty()
                : Optional.of(Executors.newSingleThreadScheduledExecutor(
                        task -> Thread.ofPlatform().daemon().name("placement").unstarted(task)));
        long every = Math.clamp(calm.toMillis() / 4, 50, 1_000);
        looks.ifPresent(timer -> {
            var _ = timer.scheduleWithFixedDelay(this::look, every, every, TimeUnit.MILLISECONDS);
        });
    }

    @Override
    public Left left(ServedVersion version) {
        var numbers = new TreeSet<Long>();
        long first = 1;
        for (ReplicaPlace place : places) {
            Left left = place.left(version);
            numbers.addAll(left.numbers());
            first = Math.max(first, left.firstNumber());
        }
        return new Left(List.copyOf(numbers), first);
    }

    /** Ends those that an earlier life left and that no version wanted. */
    void endUnclaimed() {
        places.forEach(ReplicaPlace::endUnclaimed);
    }

    @Override
    public Launched adopt(ReplicaId replica, ServedVersion version, Listener listener) throws IOException {
        IOException last = new IOException("replica %s: nothing was left".formatted(replica));
        for (ReplicaPlace place : places) {
            var life = new Life(place, replica, version, listener);
            try {
                return life.launched(place.adopt(replica, version, life));
            } catch (IOException e) {
                life.forget();
                last = e;
            }
        }
        throw last;
    }

    @Override
    public Launched start(ReplicaId replica, ServedVersion version, boolean isUrgent, Listener listener)
            throws IOException {
        var tried = new LinkedHashSet<ReplicaPlace>();
        var why = new ArrayList<String>();
        while (true) {
            Optional<Life> life = choose(replica, version, listener, tried);
            if (life.isEmpty()) {
                throw new IOException("no host takes it: " + String.join("; ", why.isEmpty() ? refused(version) : why));
            }
            tried.add(life.get().place);
            try {
                return life.get().launched(life.get().place.start(replica, version, isUrgent, life.get()));
            } catch (IOException e) {
                life.get().forget();
                why.add(String.valueOf(e.getMessage()));
                if (places.size() == 1) {
                    throw e;
                }
                say.accept("replica %d of %s was not started: %s"
                        .formatted(replica.number(), version.id(), e.getMessage()));
            }
        }
    }

    private List<String> refused(ServedVersion version) {
        return places.stream()
                .flatMap(place -> place.refusal(version).map(why -> place.name() + ": " + why).stream())
                .toList();
    }

    /** Chooses a place that was not tried yet, and takes note of who is about to live there. */
    private synchronized Optional<Life> choose(
            ReplicaId replica, ServedVersion version, Listener listener, Set<ReplicaPlace> tried) {
        List<Placement.Host> hosts = places.stream()
                .map(place -> host(place, version.digest(), isOpen(place, version) && !tried.contains(place)))
                .toList();
        return Placement.order(hosts).stream()
                .findFirst()
                .map(chosen -> new Life(places.get(chosen), replica, version, listener));
    }

    private Placement.Host host(ReplicaPlace place, String digest, boolean isOpen) {
        return new Placement.Host(
                (int) lives.stream()
                        .filter(life ->
                                life.place.equals(place) && life.digest().equals(digest))
                        .count(),
                (int) lives.stream().filter(life -> life.place.equals(place)).count(),
                isOpen);
    }

    /** Whatever keeps a version from a host that answers is said once. */
    private boolean isOpen(ReplicaPlace place, ServedVersion version) {
        Optional<String> why = place.refusal(version);
        var door = new Door(place, version.digest());
        String before = why.isPresent() ? refusals.put(door, why.get()) : refusals.remove(door);
        if (why.isPresent() && !why.get().equals(before)) {
            say.accept("%s gets no replica of %s: %s".formatted(place.name(), version.id(), why.get()));
        }
        return why.isEmpty();
    }

    private void look() {
        try {
            moves().forEach(Life::move);
        } catch (RuntimeException e) { // it would be the last look
            LOG.error("a look failed unforeseen", e);
        }
    }

    private synchronized List<Life> moves() {
        long now = System.nanoTime();
        var versions = new HashMap<String, ServedVersion>();
        lives.forEach(life -> versions.put(life.digest(), life.version));
        openNanos.keySet().removeIf(door -> !versions.containsKey(door.digest()));
        changedNanos.keySet().retainAll(versions.keySet());
        return versions.values().stream()
                .flatMap(version -> move(version, now).stream())
                .toList();
    }

    private Optional<Life> move(ServedVersion version, long now) {
        List<Placement.Host> hosts = places.stream()
                .map(place -> host(place, version.digest(), hasBeenOpen(place, version, now)))
                .toList();
        List<Life> own = lives.stream()
                .filter(life -> life.digest().equals(version.digest()))
                .toList();
        boolean isCalm = now - changedNanos.getOrDefault(version.digest(), now) > calmNanos
                && own.stream().allMatch(life -> life.isReady && !life.isEnding);
        return isCalm && own.size() > 1
                ? Placement.overfull(hosts)
                        .map(places::get)
                        .flatMap(place -> own.stream()
                                .filter(life -> life.place.equals(place))
                                .max(Comparator.comparingLong(life -> life.replica.number())))
                : Optional.empty();
    }

    private boolean hasBeenOpen(ReplicaPlace place, ServedVersion version, long now) {
        var door = new Door(place, version.digest());
        if (place.refusal(version).isPresent()) {
            openNanos.remove(door);
            return false;
        }
        return now - openNanos.computeIfAbsent(door, _ -> now) > calmNanos;
    }

    @Override
    public void close() {
        looks.ifPresent(ScheduledExecutorService::shutdownNow);
        places.forEach(ReplicaPlace::close);
    }

    /** One replica, wherever it lives. */
    private final class Life implements Launched, Listener {
        private final ReplicaPlace place;
        private final ReplicaId replica;
        private final ServedVersion version;
        private final Listener listener;
        private @Nullable Launched process; // guarded by the places, as all below
        private boolean isReady;
        private boolean isEnding;

        Life(ReplicaPlace place, ReplicaId replica, ServedVersion version, Listener listener) {
            this.place = place;
            this.replica = replica;
            this.version = version;
            this.listener = listener;
            synchronized (PlacedReplicas.this) {
                lives.add(this);
                changed();
            }
        }

        private String digest() {
            return version.digest();
        }

        private void changed() {
            changedNanos.put(digest(), System.nanoTime());
        }

        Launched launched(Launched started) {
            synchronized (PlacedReplicas.this) {
                process = started;
            }
            return this;
        }

        void forget() {
            synchronized (PlacedReplicas.this) {
                if (lives.remove(this)) {
                    changed();
                }
            }
        }

        void move() {
            say.accept("replica %d of %s on %s ends, and another is started where there are fewer"
                    .formatted(replica.number(), version.id(), place.name()));
            stop();
        }

        private Optional<Launched> toEnd() {
            synchronized (PlacedReplicas.this) {
                isEnding = true;
                return Optional.ofNullable(process);
            }
        }

        @Override
        public void stop() {
            toEnd().ifPresent(Launched::stop);
        }

        @Override
        public void kill() {
            toEnd().ifPresent(Launched::kill);
        }

        @Override
        public void ready(OipClient client) {
            synchronized (PlacedReplicas.this) {
                isReady = true;
                changed();
            }
            listener.ready(client);
        }

        @Override
        public void beat(long done, int waiting) {
            listener.beat(done, waiting);
        }

        @Override
        public void ending(String why) {
            listener.ending(why);
        }

        @Override
        public void lost(String why) {
            listener.lost(why);
        }

        @Override
        public void exited(int exit) {
            forget();
            listener.exited(exit);
        }
    }
}
