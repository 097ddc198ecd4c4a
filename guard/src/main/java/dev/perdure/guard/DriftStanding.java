package dev.perdure.guard;

import dev.perdure.guard.DriftReport.Evidence;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * What has been told of drift: each feature's once, until it is over. Over it is after two windows in a row in which
 * nothing alarms, so that what comes and goes is not told each time.
 *
 * @param drifting features that were told of, by name
 * @param quiet how many windows in a row have been without alarm
 */
public record DriftStanding(SortedSet<String> drifting, int quiet) {
    private static final int OVER_AFTER = 2;

    /** Nothing drifts, as far as anybody knows. */
    public static final DriftStanding NONE = new DriftStanding(new TreeSet<>(), 0);

    public DriftStanding {
        drifting = Collections.unmodifiableSortedSet(new TreeSet<>(drifting));
    }

    /** What is to be told. */
    public sealed interface Change {
        /** Features drift that did not before; evidence of these alone. */
        record Began(DriftReport report, List<Evidence> evidence) implements Change {
            public Began {
                evidence = List.copyOf(evidence);
            }
        }

        /** Nothing drifts any more. */
        record Ended(DriftReport report) implements Change {}
    }

    /** A standing, and what is to be told when it is reached. */
    public record Turn(DriftStanding standing, Optional<Change> change) {}

    /** Returns what follows from the next window's report. */
    public Turn after(DriftReport report) {
        if (!report.drifted()) {
            boolean isOver = !drifting.isEmpty() && quiet + 1 >= OVER_AFTER;
            return isOver
                    ? new Turn(NONE, Optional.of(new Change.Ended(report)))
                    : new Turn(new DriftStanding(drifting, quiet + 1), Optional.empty());
        }
        var now = new TreeSet<>(drifting);
        List<Evidence> news = report.alarms().stream()
                .filter(evidence -> !drifting.contains(evidence.feature()))
                .toList();
        news.forEach(evidence -> now.add(evidence.feature()));
        return new Turn(
                new DriftStanding(now, 0),
                news.isEmpty() ? Optional.empty() : Optional.of(new Change.Began(report, news)));
    }
}
