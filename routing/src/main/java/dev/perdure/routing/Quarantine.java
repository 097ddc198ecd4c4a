package dev.perdure.routing;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Which items end replicas. An item, known by its input's digest, gathers {@link Evidence} with every death of a replica
 * that had it: from {@value #SUSPECT} points on it is a suspect, from {@value #GUILTY} on it is quarantined, and no replica
 * is sent it until that has expired. So two replicas that end by themselves are enough, or three that were ended from
 * outside; but nobody is found guilty in the company of others that were with a dead one before. An item that is answered
 * is cleared, whatever it was near at; and a death that the guilty explains says nothing any more against those near by.
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

    /** What an item has gathered: points by the numbers of deaths, oldest first. */
    private record Entry(Map<Long, Integer> deaths, long until) {
        int points() {
            return deaths.values().stream().mapToInt(points -> points).sum();
        }

        Entry without(Set<Long> explained) {
            var left = new LinkedHashMap<>(deaths);
            left.keySet().removeAll(explained);
            return new Entry(left, until);
        }
    }

    private static final int SUSPECT = 3;
    private static final int GUILTY = 6;

    private final Options options;
    private final Map<String, Entry> entries = new LinkedHashMap<>();
    private long deaths;

    Quarantine(Options options) {
        this.options = options;
    }

    /** Counts a death of a replica that had these items; returns the one that is quarantined by that, if any is. */
    Optional<String> died(Set<String> had, Evidence evidence, long now) {
        long death = deaths++;
        long tainted = had.stream().filter(digest -> knows(digest, now)).count();
        Optional<String> guilty = Optional.empty();
        for (String digest : had) {
            if (died(digest, death, evidence.points(), tainted <= 1, now)) {
                guilty = Optional.of(digest);
            }
        }
        guilty.ifPresent(this::explain);
        return guilty;
    }

    private boolean died(String digest, long death, int points, boolean isOnly, long now) {
        Entry before = points(digest, now) > 0 ? entries.get(digest) : null;
        var all = new LinkedHashMap<Long, Integer>();
        if (before != null) {
            all.putAll(before.deaths());
        }
        int sum = points(digest, now);
        int room = isOnly ? points : Math.max(0, Math.min(points, GUILTY - 1 - sum));
        all.put(death, room);
        entries.remove(digest);
        if (entries.size() >= options.max()) {
            forgetOne(now);
        }
        entries.put(digest, new Entry(all, now + options.lasts().toNanos()));
        return sum < GUILTY && sum + room >= GUILTY;
    }

    /** Deaths that the guilty explains are taken from all others. */
    private void explain(String guilty) {
        Set<Long> explained = Optional.ofNullable(entries.get(guilty))
                .map(entry -> entry.deaths().keySet())
                .orElse(Set.of());
        entries.replaceAll((digest, entry) ->
                digest.equals(guilty) || entry.points() >= GUILTY ? entry : entry.without(explained));
        entries.values().removeIf(entry -> entry.points() == 0);
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
