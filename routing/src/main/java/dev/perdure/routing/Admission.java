package dev.perdure.routing;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Which requests are let in, and when: no more at once than the {@link ConcurrencyLimit}, the others in a bounded queue by
 * priority, and none that could not be answered in time even so. What cannot be met is told at once, with the time after
 * which to come again: a refusal after 1 ms is worth more to a client than one after its deadline.
 *
 * <p>How long a request takes is what it took a replica lately, at the 95th percentile; how long the queue takes is its
 * length over {@link Throughput}, what was done a second at best. So requests wait while replicas are replaced, as if these
 * were there, and only what lasts is an overload. Owned by one thread.
 */
public final class Admission {
    private static final double PERCENTILE = 0.95;
    private static final int EACH = 32;
    private static final int PART = 8;
    private static final double SMOOTH = 0.02;
    private static final Duration RETRY_MIN = Duration.ofMillis(50);

    /**
     * Settings.
     *
     * @param queueMax requests that wait, >= 0
     * @param limit how many are under way
     * @param clients how often each client may ask; without, as often as it likes
     */
    public record Options(int queueMax, ConcurrencyLimit.Options limit, Optional<Clients.Options> clients) {
        public Options {
            Checks.atLeast("queueMax", queueMax, 0);
        }

        /** Returns the usual: ten thousand wait, nobody is limited. */
        public static Options usual() {
            return new Options(10_000, ConcurrencyLimit.Options.usual(), Optional.empty());
        }
    }

    /** What becomes of a request. */
    public sealed interface Verdict {
        /** It is under way from now on. */
        record Admitted() implements Verdict {}

        /** It waits; {@link #turns} names it when its turn has come, or cannot come in time. */
        record Queued() implements Verdict {}

        /** It is not let in. */
        record Refused(Status status, String reason, Duration retryAfter) implements Verdict {}
    }

    /**
     * Whose turn it is.
     *
     * @param admitted these are under way from now on
     * @param dropped these are out: they can no longer be answered in time, or had to make room
     */
    public record Turn(List<RequestId> admitted, List<RequestId> dropped) {}

    private record Waiting(RequestId id, int priority, long deadline, long since) {}

    private static final Comparator<Waiting> BY_DEADLINE =
            Comparator.comparingLong(Waiting::deadline).thenComparing(Waiting::id);

    private final Options options;
    private final Optional<Clients> clients;
    private final TreeMap<Integer, LinkedHashMap<RequestId, Waiting>> queue = new TreeMap<>();
    private final TreeSet<Waiting> byDeadline = new TreeSet<>(BY_DEADLINE);
    private final Map<RequestId, Waiting> waiting = new HashMap<>();
    private final Latencies latencies = new Latencies();
    private Throughput throughput = Throughput.NONE;
    private ConcurrencyLimit limit;
    private int replicas;
    private double patienceNanos;
    private int underWay;
    private final List<RequestId> evicted = new ArrayList<>();

    Admission(Options options) {
        this.options = options;
        clients = options.clients().map(Clients::new);
        limit = ConcurrencyLimit.of(options.limit());
    }

    /** Decides on a request that has just come. */
    public Verdict arrives(RequestId id, Ask ask, long now) {
        double patience = ask.deadline() - now;
        patienceNanos = patienceNanos == 0 ? patience : (1 - SMOOTH) * patienceNanos + SMOOTH * patience;
        Optional<Duration> tooOften = clients.flatMap(known -> known.refuses(ask.client(), now));
        if (tooOften.isPresent()) {
            return new Verdict.Refused(
                    Status.RATE_LIMITED, "client '" + ask.client() + "' asks too often", tooOften.get());
        }
        if (byDeadline.isEmpty() && underWay < limit()) {
            underWay++;
            return new Verdict.Admitted();
        }
        long ahead = queue.headMap(ask.priority(), true).values().stream()
                .mapToLong(Map::size)
                .sum();
        long wait = throughput.nanosFor(ahead + 1);
        if (now + wait + expected() > ask.deadline()) {
            return refused("it could not be answered before its deadline: %d wait before it".formatted(ahead), wait);
        }
        if (waiting() >= options.queueMax() && !makesRoom(ask.priority())) {
            return refused("%d requests wait already".formatted(waiting()), wait);
        }
        var last = new Waiting(id, ask.priority(), ask.deadline(), now);
        queue.computeIfAbsent(ask.priority(), _ -> new LinkedHashMap<>()).put(id, last);
        byDeadline.add(last);
        waiting.put(id, last);
        throughput = throughput.waiting(now);
        return new Verdict.Queued();
    }

    private static Verdict refused(String reason, long waitNanos) {
        Duration wait = Duration.ofNanos(waitNanos);
        return new Verdict.Refused(Status.OVERLOADED, reason, wait.compareTo(RETRY_MIN) > 0 ? wait : RETRY_MIN);
    }

    /** The newest of the least urgent goes, if it is less urgent than the one that comes. */
    private boolean makesRoom(int priority) {
        if (queue.isEmpty() || queue.lastKey() <= priority) {
            return false;
        }
        Waiting newest = queue.lastEntry().getValue().lastEntry().getValue();
        remove(newest);
        evicted.add(newest.id());
        return true;
    }

    private void remove(Waiting entry) {
        byDeadline.remove(entry);
        waiting.remove(entry.id());
        queue.computeIfPresent(entry.priority(), (_, line) -> {
            line.remove(entry.id());
            return line.isEmpty() ? null : line;
        });
    }

    /**
     * How many replicas there are to answer. So much may be under way in any case as they do in an eighth of the time that
     * requests have, and {@value #EACH} for each of them at most: that cannot be what makes them slow, and a machine that is
     * busy with other things must not be taken for a fleet that has too much to do.
     */
    public void servedBy(int count) {
        replicas = count;
    }

    /** A request that was under way has been answered, so long after a replica was sent it. */
    public void answered(long latencyNanos, long now) {
        latencies.add(latencyNanos);
        limit = limit.after(latencyNanos, underWay);
        throughput = byDeadline.isEmpty() ? throughput.idle() : throughput.done(now);
        underWay--;
    }

    /** A request that was under way was not answered in time, though it had so long. */
    public void late(long latencyNanos) {
        latencies.add(latencyNanos);
        limit = limit.late();
        underWay--;
    }

    /** A request that was under way has ended in a way that tells nothing of how long one takes. */
    public void ended() {
        underWay--;
    }

    /** Returns whose turn it is; to be asked after every change, and as time passes. */
    public Turn turns(long now) {
        if (byDeadline.isEmpty() && evicted.isEmpty()) {
            return new Turn(List.of(), List.of());
        }
        var admitted = new ArrayList<RequestId>();
        var dropped = new ArrayList<>(evicted);
        evicted.clear();
        while (!byDeadline.isEmpty() && now + expected() > byDeadline.first().deadline()) {
            dropped.add(byDeadline.first().id());
            remove(byDeadline.first());
        }
        while (!byDeadline.isEmpty() && underWay < limit()) {
            Waiting first = queue.firstEntry().getValue().firstEntry().getValue();
            remove(first);
            admitted.add(first.id());
            underWay++;
        }
        return new Turn(admitted, dropped);
    }

    /** A request that waits is given up by its client. */
    public void gaveUp(RequestId id) {
        Optional.ofNullable(waiting.get(id)).ifPresent(this::remove);
    }

    /** Returns when the first that waits must be dropped at the latest; nothing if none waits. */
    public OptionalLong wakeAt() {
        return byDeadline.isEmpty()
                ? OptionalLong.empty()
                : OptionalLong.of(byDeadline.first().deadline() - expected());
    }

    /**
     * While there is much room nobody is given up: what it took lately, when there was less, tells nothing. Nor do those tell
     * much that were late because nobody was there: half of the time that requests have is the most that is expected.
     */
    private long expected() {
        return underWay * 2 < limit() ? 0 : Math.min(latencies.quantile(PERCENTILE, 0), (long) patienceNanos / 2);
    }

    /** Returns how many requests are under way. */
    public int underWay() {
        return underWay;
    }

    /** Returns how many wait. */
    public int waiting() {
        return byDeadline.size();
    }

    /** Returns how many may be under way. */
    public int limit() {
        int wide = Math.min(options.limit().max(), EACH * replicas);
        long done = throughput.doneIn((long) patienceNanos / PART);
        return Math.max((int) Math.min(wide, done), limit.value());
    }

    /** Returns how long the first has waited; 0 if none waits. */
    public long delayNanos(long now) {
        return queue.values().stream()
                .mapToLong(line -> now - line.firstEntry().getValue().since())
                .max()
                .orElse(0);
    }

    /** Returns after how long to come again, for whoever is told that there is too much to do. */
    public Duration retryAfter() {
        Duration wait = Duration.ofNanos(throughput.nanosFor(waiting()));
        return wait.compareTo(RETRY_MIN) > 0 ? wait : RETRY_MIN;
    }
}
