package dev.perdure.routing;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Which items end replicas. An item, known by its input's digest, that was in flight at a death is a suspect; at two
 * deaths it is quarantined, and no replica is sent it until that has expired. A suspect that is answered is cleared, so
 * one that was only near at somebody else's death does not stay under suspicion.
 *
 * <p>Suspects are sent alone, and to a replica that has no other suspect if there is one, so the second death tells the
 * guilty from the innocent; see {@link Request}. Two deaths with other causes within one request's life quarantine an
 * innocent item: it is answered by the tiers below.
 *
 * <p>Bounded: of too many, the oldest suspect is forgotten, and a quarantined item only when there is no suspect left.
 * Owned by one thread.
 */
public final class Quarantine {
    /**
     * Settings.
     *
     * @param max how many items are remembered, >= 1
     * @param lasts how long an item is quarantined, and how long suspicion lasts
     */
    public record Options(int max, Duration lasts) {
        public Options {
            Checks.atLeast("max", max, 1);
            Checks.positive("lasts", lasts);
        }

        /** Returns the usual: a thousand items, ten minutes. */
        public static Options usual() {
            return new Options(1_000, Duration.ofMinutes(10));
        }
    }

    private record Entry(int deaths, long until) {}

    private static final int DEATHS = 2;

    private final Options options;
    private final Map<String, Entry> entries = new LinkedHashMap<>();

    Quarantine(Options options) {
        this.options = options;
    }

    /** Counts a death with this item in flight; returns whether it is quarantined by that. */
    boolean died(String digest, long now) {
        int before = deaths(digest, now);
        entries.remove(digest);
        if (entries.size() >= options.max()) {
            forgetOne(now);
        }
        entries.put(digest, new Entry(before + 1, now + options.lasts().toNanos()));
        return before + 1 == DEATHS;
    }

    private void forgetOne(long now) {
        String oldest = entries.keySet().iterator().next();
        entries.remove(entries.entrySet().stream()
                .filter(entry ->
                        entry.getValue().deaths() < DEATHS || entry.getValue().until() <= now)
                .map(Map.Entry::getKey)
                .findFirst()
                .orElse(oldest));
    }

    private int deaths(String digest, long now) {
        Entry entry = entries.get(digest);
        return entry == null || entry.until() <= now ? 0 : entry.deaths();
    }

    /** The item was answered, so it ends nobody. */
    void answered(String digest) {
        if (!entries.isEmpty()) {
            entries.remove(digest);
        }
    }

    /** Returns whether no replica may be sent it. */
    public boolean holds(String digest, long now) {
        return !entries.isEmpty() && deaths(digest, now) >= DEATHS;
    }

    /** Returns whether it was in flight at one death. */
    public boolean suspects(String digest, long now) {
        return !entries.isEmpty() && deaths(digest, now) == 1;
    }

    /** Returns when its quarantine ends. */
    long until(String digest) {
        Entry entry = entries.get(digest);
        return entry == null ? 0 : entry.until();
    }

    /** Returns how many items are remembered. */
    public int size() {
        return entries.size();
    }
}
