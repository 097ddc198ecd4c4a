package dev.perdure.gateway;

import dev.perdure.gateway.TrialRun.Assigned;
import dev.perdure.routing.ReplicaId;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongSupplier;

/**
 * What was answered lately to requests that have an id, until the truth about them is reported: bounded by count and by age, the
 * oldest going first. Any thread may use it.
 */
final class AnswerMemory {
    static final int ID_MAX = 200;

    /**
     * What a version said.
     *
     * @param items one for each item of the request
     * @param assigned if chance had it be computed for a trial
     */
    record Given(Deployment by, List<Prediction> items, Optional<Assigned> assigned) {
        Given {
            items = List.copyOf(items);
        }
    }

    /** An answer: what the client was given, and what others computed for the same request. */
    static final class Entry {
        private final long at;
        private final int items;
        private final Optional<ReplicaId> replica;
        private final List<Given> given = new ArrayList<>();
        private final List<Integer> reported = new ArrayList<>();

        Entry(long at, Given first, Optional<ReplicaId> replica) {
            this.at = at;
            this.replica = replica;
            this.items = first.items().size();
            given.add(first);
        }

        /** Puts what a trial has assigned in the place of what was known. */
        synchronized void assign(Given... assigned) {
            given.clear();
            given.addAll(List.of(assigned));
        }

        synchronized List<Given> given() {
            return List.copyOf(given);
        }

        /** Returns the replica that answered, if its answers are to be compared with others'. */
        Optional<ReplicaId> replica() {
            return replica;
        }

        int items() {
            return items;
        }

        /** Returns whether this is the first report about an item. */
        synchronized boolean isFirst(int item) {
            return !reported.contains(item) && reported.add(item);
        }

        /** Returns whether only one report has come about all items: those of one request need not be independent. */
        synchronized boolean hasOneReport() {
            return reported.size() == 1;
        }
    }

    private final int entriesMax;
    private final int itemsMax;
    private final Duration ageMax;
    private final LongSupplier nanos;
    private final Map<String, Entry> entries = new LinkedHashMap<>();
    private long items;

    /** @param nanos a clock that never goes back */
    AnswerMemory(int entriesMax, int itemsMax, Duration ageMax, LongSupplier nanos) {
        this.entriesMax = entriesMax;
        this.itemsMax = itemsMax;
        this.ageMax = ageMax;
        this.nanos = nanos;
    }

    /** Returns whether an answer with this id is remembered at all. */
    static boolean takes(String id) {
        return !id.isEmpty() && id.length() <= ID_MAX;
    }

    /**
     * Remembers an answer; an earlier one with the same id is forgotten.
     *
     * @param replica that gave it, if its answers are to be compared with others'
     */
    synchronized Entry remember(String id, Given first, Optional<ReplicaId> replica) {
        long now = nanos.getAsLong();
        forget(id);
        var entry = new Entry(now, first, replica);
        entries.put(id, entry);
        items += entry.items();
        var oldest = entries.entrySet().iterator();
        while (oldest.hasNext() && (entries.size() > entriesMax || items > itemsMax || isOld(now))) {
            items -= oldest.next().getValue().items();
            oldest.remove();
        }
        return entry;
    }

    private boolean isOld(long now) {
        return now - entries.values().iterator().next().at > ageMax.toNanos();
    }

    private void forget(String id) {
        Entry known = entries.remove(id);
        items -= known == null ? 0 : known.items();
    }

    /** Returns what was answered to the request with this id; nothing if that is not remembered. */
    synchronized Optional<Entry> find(String id) {
        return Optional.ofNullable(entries.get(id)).filter(entry -> nanos.getAsLong() - entry.at <= ageMax.toNanos());
    }

    synchronized int size() {
        return entries.size();
    }

    /** Returns in words what is remembered. */
    String bounds() {
        return "answers of the last %d min, at most %d".formatted(ageMax.toMinutes(), entriesMax);
    }
}
