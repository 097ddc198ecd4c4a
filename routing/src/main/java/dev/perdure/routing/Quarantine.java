package dev.perdure.routing;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Which items end replicas. An item, known by its input's digest, gathers {@link Evidence} with every death of a replica
 * that had it: from {@value #SUSPECT} points on it is a suspect, from {@value #GUILTY} on it is quarantined, and no replica
 * is sent it until that has expired. So two replicas that end by themselves are enough, or three that were ended from
 * outside; but never one of several for which that would be true at once. An item that is answered is cleared, whatever it
 * was near at.
 *
 * <p>Suspects are sent alone, and to a replica that has no other suspect if there is one, so the second death tells the
 * guilty from the innocent; see {@link Request}. Two such deaths with other causes within one request's life quarantine an
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

    private record Entry(int points, long until) {}

    private static final int SUSPECT = 3;
    private static final int GUILTY = 6;

    private final Options options;
    private final Map<String, Entry> entries = new LinkedHashMap<>();

    Quarantine(Options options) {
        this.options = options;
    }

    /** Returns whether one more death would be enough. */
    boolean isNear(String digest, Evidence evidence, long now) {
        return points(digest, now) + evidence.points() >= GUILTY;
    }

    /**
     * Counts a death with this item in flight; returns whether it is quarantined by that.
     *
     * @param isOnly whether it is the only one there of which that could come: of several, none can be told to be guilty
     */
    boolean died(String digest, Evidence evidence, boolean isOnly, long now) {
        int before = points(digest, now);
        entries.remove(digest);
        if (entries.size() >= options.max()) {
            forgetOne(now);
        }
        int sum = before + evidence.points();
        int after = isOnly ? sum : Math.min(sum, Math.max(before, GUILTY - 1));
        entries.put(digest, new Entry(after, now + options.lasts().toNanos()));
        return before < GUILTY && after >= GUILTY;
    }

    private void forgetOne(long now) {
        String oldest = entries.keySet().iterator().next();
        entries.remove(entries.entrySet().stream()
                .filter(entry ->
                        entry.getValue().points() < GUILTY || entry.getValue().until() <= now)
                .map(Map.Entry::getKey)
                .findFirst()
                .orElse(oldest));
    }

    private int points(String digest, long now) {
        Entry entry = entries.get(digest);
        return entry == null || entry.until() <= now ? 0 : entry.points();
    }

    /** The item was answered, so it ends nobody. */
    void answered(String digest) {
        if (!entries.isEmpty()) {
            entries.remove(digest);
        }
    }

    /** Returns whether no replica may be sent it. */
    public boolean holds(String digest, long now) {
        return !entries.isEmpty() && points(digest, now) >= GUILTY;
    }

    /** Returns whether it may be what ended a replica that had it, and is therefore sent alone. */
    public boolean suspects(String digest, long now) {
        if (entries.isEmpty()) {
            return false;
        }
        int points = points(digest, now);
        return points >= SUSPECT && points < GUILTY;
    }

    /** Returns whether a replica that had it ended, by whatever cause. */
    boolean knows(String digest, long now) {
        return !entries.isEmpty() && points(digest, now) > 0;
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
