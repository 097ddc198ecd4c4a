package dev.perdure.chaos;

import dev.perdure.chaos.ChaosFolder.Fired;
import dev.perdure.chaos.ServeChaosReport.Row;
import dev.perdure.chaos.ServeChaosReport.Verdict;
import dev.perdure.chaos.ServePlan.Entry;
import dev.perdure.chaos.ServedTarget.End;
import dev.perdure.chaos.ServedTarget.Ended;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Brings together what was done, what was told of it, and what became of requests. Pure. Faults happen one after the other, so
 * whatever is told and asked from one until the next is the first one's.
 */
final class ServeReckoning {
    private ServeReckoning() {}

    /**
     * Reckons.
     *
     * @param faulty what came of a fault itself where that is known at once: by entry, what was wrong; empty for nothing
     * @param patience of the plan
     * @return one row for each entry, in their order
     */
    static List<Row> rows(
            List<Entry> entries,
            List<Fired> fired,
            List<Told> told,
            List<Ended> ended,
            Map<String, String> faulty,
            double patience,
            Instant began) {
        Map<String, Fired> byId = new HashMap<>();
        fired.forEach(one -> byId.put(one.id(), one));
        List<Fired> firsts = entries.stream()
                .flatMap(entry -> Optional.ofNullable(byId.get(entry.id())).stream())
                .toList(); // an entry may have happened to several
        List<Row> rows = new ArrayList<>();
        for (Entry entry : entries) {
            Fired happened = byId.get(entry.id());
            rows.add(
                    happened == null
                            ? Row.never(entry)
                            : row(entry, happened, next(happened, firsts), told, ended, faulty, patience, began));
        }
        return rows;
    }

    private static Instant next(Fired fired, List<Fired> all) {
        return all.stream()
                .map(Fired::at)
                .filter(at -> at.isAfter(fired.at()))
                .min(Instant::compareTo)
                .orElse(Instant.MAX);
    }

    private static Row row(
            Entry entry,
            Fired fired,
            Instant until,
            List<Told> told,
            List<Ended> ended,
            Map<String, String> faulty,
            double patience,
            Instant began) {
        ServeExpectation expected = ServeExpectation.of(entry.fault(), patience);
        Predicate<Instant> isIts = at -> !at.isBefore(fired.at()) && at.isBefore(until);
        List<Told> its = told.stream().filter(one -> isIts.test(one.at())).toList();
        Optional<Told> named = first(its, one -> expected.findings().contains(one.kind()));
        Optional<Told> out = expected.findings().isEmpty() && expected.isReplaced()
                ? Optional.empty() // it befalls one that is starting: whoever is out in this time is so for the next
                // fault
                : first(its, Told::isOut);
        Optional<Told> in = first(
                its,
                one -> one.isIn() && out.map(it -> !it.at().isAfter(one.at())).orElse(true));
        List<Ended> asked = ended.stream().filter(one -> isIts.test(one.due())).toList();
        String problem = faulty.getOrDefault(entry.id(), "");
        return new Row(
                entry.id(),
                entry.fault().kind(),
                fired.who(),
                fired.how(),
                millis(began, fired.at()) / 1e3,
                since(fired, named),
                since(fired, out),
                since(fired, in),
                named.or(() -> out).map(Told::kind).orElse(""),
                asked.size(),
                count(asked, End.FAILED),
                count(asked, End.LATE),
                count(asked, End.DEGRADED),
                count(asked, End.WRONG),
                asked.stream().mapToInt(Ended::again).sum(),
                asked.stream().mapToDouble(Ended::millis).max().orElse(0),
                asked.stream()
                        .filter(one -> one.end() == End.WRONG)
                        .map(one -> millis(fired.at(), one.due()))
                        .max(Double::compare)
                        .orElse(null),
                problem,
                verdict(entry.fault(), expected, named, in, problem, asked));
    }

    private static Optional<Told> first(List<Told> told, Predicate<Told> which) {
        return told.stream().filter(which).findFirst();
    }

    private static Verdict verdict(
            ServeFault fault,
            ServeExpectation expected,
            Optional<Told> named,
            Optional<Told> in,
            String problem,
            List<Ended> asked) {
        boolean isBroken =
                !ServeExpectation.mayBreakConnections(fault) && asked.stream().anyMatch(one -> one.again() > 0);
        if (!problem.isEmpty() || isBroken || count(asked, End.FAILED) > 0 || count(asked, End.WRONG) > 0) {
            return Verdict.HARMFUL;
        }
        if (expected.isRequired() && named.isEmpty()) {
            return Verdict.UNNOTICED;
        }
        if (expected.isReplaced()) {
            return in.isPresent() ? Verdict.REPLACED : Verdict.OPEN;
        }
        return named.isPresent() ? Verdict.NOTICED : Verdict.UNHARMED;
    }

    private static int count(List<Ended> ended, End end) {
        return (int) ended.stream().filter(one -> one.end() == end).count();
    }

    private static @Nullable Double since(Fired fired, Optional<Told> told) {
        return told.map(one -> millis(fired.at(), one.at())).orElse(null);
    }

    private static double millis(Instant from, Instant to) {
        return Duration.between(from, to).toNanos() / 1e6;
    }
}
