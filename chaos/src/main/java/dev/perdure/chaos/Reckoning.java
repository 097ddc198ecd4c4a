package dev.perdure.chaos;

import dev.perdure.chaos.Agenda.Entry;
import dev.perdure.chaos.ChaosFolder.Fired;
import dev.perdure.chaos.ChaosReport.Row;
import dev.perdure.chaos.ChaosReport.Verdict;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Brings together what was done and what was told of it. Pure. An incident explains at most one fault: of those that it can
 * name and that have none yet, the one that happened first. What follows soon after a fault is no false alarm.
 */
final class Reckoning {
    private static final Duration CLOCKS = Duration.ofMillis(50);
    private static final Duration LATEST = Duration.ofMinutes(2);
    private static final Duration AFTERMATH = Duration.ofSeconds(30);

    private Reckoning() {}

    /** An incident as the campaign saw it: by its own clock. */
    record Sighting(
            String key, String kind, Instant seen, @Nullable Instant recovered) {}

    /** At a moment, so many steps more had been redone. */
    record Redone(Instant at, long steps) {}

    /** The faults' rows in the order of the agenda, and the incidents that no fault explains. */
    record Result(List<Row> rows, List<Sighting> unexplained) {
        boolean isSettled() {
            return rows.stream().allMatch(row -> row.verdict().isGood());
        }
    }

    static Result of(
            List<Entry> entries, List<Fired> fired, List<Sighting> sightings, List<Redone> redone, Instant began) {
        Map<String, Fired> byId = new HashMap<>();
        fired.forEach(one -> byId.put(one.id(), one));
        Map<String, Sighting> assigned = assign(entries, byId, sightings);
        List<Row> rows = new ArrayList<>();
        for (Entry entry : entries) {
            rows.add(row(entry, byId.get(entry.id()), assigned.get(entry.id()), redone, fired, began));
        }
        Set<Sighting> explained = new HashSet<>(assigned.values());
        List<Sighting> unexplained = sightings.stream()
                .filter(sighting -> !explained.contains(sighting) && !isAftermath(sighting, fired))
                .toList();
        return new Result(rows, unexplained);
    }

    private record Happened(Entry entry, Fired fired) {}

    private static Map<String, Sighting> assign(
            List<Entry> entries, Map<String, Fired> fired, List<Sighting> sightings) {
        Map<String, Sighting> assigned = new HashMap<>();
        List<Happened> happened = entries.stream()
                .flatMap(entry ->
                        Optional.ofNullable(fired.get(entry.id())).stream().map(one -> new Happened(entry, one)))
                .sorted(Comparator.comparing(one -> one.fired().at()))
                .toList();
        for (Sighting sighting : sightings) {
            happened.stream()
                    .filter(one -> !assigned.containsKey(one.entry().id()))
                    .filter(one -> Expectation.of(one.entry().fault()).kinds().contains(sighting.kind()))
                    .filter(one -> isAfter(sighting, one.fired(), LATEST))
                    .findFirst()
                    .ifPresent(one -> assigned.put(one.entry().id(), sighting));
        }
        return assigned;
    }

    private static boolean isAfter(Sighting sighting, Fired fired, Duration within) {
        Instant at = fired.at();
        return !sighting.seen().isBefore(at.minus(CLOCKS)) && !sighting.seen().isAfter(at.plus(within));
    }

    private static boolean isAftermath(Sighting sighting, List<Fired> fired) {
        return fired.stream().anyMatch(one -> isAfter(sighting, one, AFTERMATH));
    }

    private static Row row(
            Entry entry,
            @Nullable Fired fired,
            @Nullable Sighting sighting,
            List<Redone> redone,
            List<Fired> all,
            Instant began) {
        Fault fault = entry.fault();
        if (fired == null) {
            return new Row(entry.id(), fault.kind(), entry.who().words(), "", null, null, null, 0, "", Verdict.NEVER);
        }
        return new Row(
                entry.id(),
                fault.kind(),
                fired.who(),
                fired.how(),
                millis(began, fired.at()) / 1e3,
                sighting == null ? null : millis(fired.at(), sighting.seen()),
                sighting == null || sighting.recovered() == null ? null : millis(fired.at(), sighting.recovered()),
                stepsRedone(fired, redone, all),
                sighting == null ? "" : sighting.kind(),
                verdict(fault, Optional.ofNullable(sighting)));
    }

    private static Verdict verdict(Fault fault, Optional<Sighting> sighting) {
        if (sighting.isEmpty()) {
            return Expectation.of(fault).isRequired() ? Verdict.UNNOTICED : Verdict.UNHARMED;
        }
        return sighting.get().recovered() == null ? Verdict.OPEN : Verdict.RECOVERED;
    }

    /** Returns how many steps were redone after this fault and before the next. */
    private static long stepsRedone(Fired fired, List<Redone> redone, List<Fired> all) {
        Instant next = all.stream()
                .map(Fired::at)
                .filter(at -> at.isAfter(fired.at()))
                .min(Comparator.naturalOrder())
                .orElse(Instant.MAX);
        return redone.stream()
                .filter(one -> !one.at().isBefore(fired.at()) && one.at().isBefore(next))
                .mapToLong(Redone::steps)
                .sum();
    }

    private static double millis(Instant from, Instant to) {
        return Duration.between(from, to).toNanos() / 1e6;
    }
}
