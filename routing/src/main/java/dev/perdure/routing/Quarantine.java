package dev.perdure.routing;

import java.time.Duration;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * Which items end replicas. An item, known by its input's digest, gathers {@link Evidence} with every death of a replica
 * that had it: from {@value #SUSPECT} points on it is a suspect, and with {@value #GUILTY} that speak against it alone it is
 * quarantined, and no replica is sent it until that has expired. So two replicas that end by themselves are enough, or three
 * that were ended from outside; but a death does not count against an item as long as it may as well have been a rival's:
 * another that was with a dead one before and is with it now, or any that has more points. An item that is answered is
 * cleared, whatever it was near at; and a death that the guilty explains says nothing any more against those near by.
 *
 * <p>Suspects are sent alone, and to a replica that has no other suspect if there is one, so the second death tells the
 * guilty from the innocent; see {@link Request}. Two such deaths with other causes within one request's life quarantine an
 * innocent item: it is answered by the tiers below.
 *
 * <p>Bounded: what a request under way has is not forgotten, since it is about to be sent again; of too many others, those
 * with the least evidence are, and a quarantined one only when there is no suspect left. Owned by one thread.
 */
public final class Quarantine {
    /**
     * Settings.
     *
     * @param max how many items are remembered, besides those of requests under way, >= 1
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

    /** What an item has gathered: points by the numbers of deaths, oldest first; and whether that was enough. */
    private record Entry(Map<Long, Integer> deaths, boolean isGuilty, long until) {
        int points() {
            return deaths.values().stream().mapToInt(points -> points).sum();
        }

        boolean isMoreSuspectThan(Entry other, long now) {
            return !isGuilty && until > now && points() > other.points();
        }

        Entry with(long death, int points, long until) {
            var all = new LinkedHashMap<>(deaths);
            all.put(death, points);
            return new Entry(all, isGuilty, until);
        }

        Entry without(Set<Long> explained) {
            var left = new LinkedHashMap<>(deaths);
            left.keySet().removeAll(explained);
            return new Entry(left, isGuilty, until);
        }

        Entry guilty() {
            return new Entry(deaths, true, until);
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

    /**
     * Counts a death of a replica that had these items; returns the one that is quarantined by that, if any is.
     *
     * @param underWay items of all requests under way, which those are among: they are not forgotten
     */
    Optional<String> died(Set<String> had, Evidence evidence, Set<String> underWay, long now) {
        long death = deaths++;
        var known = new TreeSet<>(had);
        known.removeIf(digest -> !knows(digest, now));
        had.forEach(digest -> count(digest, death, evidence.points(), now));
        List<String> apart = known.stream()
                .filter(digest -> !holds(digest, now) && standsApart(digest, known, now))
                .toList();
        Optional<String> guilty = apart.size() == 1 ? Optional.of(apart.getFirst()) : Optional.empty();
        guilty.ifPresent(this::convict);
        forget(underWay, now);
        return guilty;
    }

    private void count(String digest, long death, int points, long now) {
        Entry before = entries.remove(digest);
        Entry known = before == null || before.until() <= now ? new Entry(Map.of(), false, 0) : before;
        entries.put(digest, known.with(death, points, now + options.lasts().toNanos()));
    }

    /** Returns whether it is guilty by those deaths alone that none of its rivals was at. */
    private boolean standsApart(String digest, Set<String> known, long now) {
        Entry entry = mustFind(digest);
        return entry.points() >= GUILTY
                && entries.entrySet().stream()
                        .filter(other -> !other.getKey().equals(digest))
                        .filter(other -> known.contains(other.getKey())
                                || other.getValue().isMoreSuspectThan(entry, now))
                        .allMatch(
                                rival -> entry.without(rival.getValue().deaths().keySet())
                                                .points()
                                        >= GUILTY);
    }

    private Entry mustFind(String digest) {
        return Optional.ofNullable(entries.get(digest)).orElseThrow();
    }

    /** Deaths that the guilty explains are taken from all others. */
    private void convict(String digest) {
        Entry guilty = mustFind(digest).guilty();
        entries.replaceAll((_, entry) ->
                entry.isGuilty() ? entry : entry.without(guilty.deaths().keySet()));
        entries.put(digest, guilty);
        entries.values().removeIf(entry -> entry.points() == 0);
    }

    /** Least evidence goes first, and of equal evidence the oldest; the guilty last. */
    private void forget(Set<String> underWay, long now) {
        List<String> spare = entries.keySet().stream()
                .filter(digest -> !underWay.contains(digest))
                .sorted(Comparator.comparingInt(digest -> holds(digest, now) ? Integer.MAX_VALUE : points(digest, now)))
                .toList();
        spare.stream().limit(Math.max(0, spare.size() - options.max())).forEach(entries::remove);
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
        Entry entry = entries.get(digest);
        return entry != null && entry.isGuilty() && entry.until() > now;
    }

    /** Returns whether it may be what ended a replica that had it, and is therefore sent alone. */
    public boolean suspects(String digest, long now) {
        return !entries.isEmpty() && points(digest, now) >= SUSPECT && !holds(digest, now);
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
