package dev.perdure.supervision;

import dev.perdure.reliability.Decision;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.OptionalLong;

/** Tells of incidents, and later how long each took to get over. */
final class Journal {
    private static final int OPEN_MAX = 256;

    private record Open(Incident incident, long at) {}

    private final Outbox outbox;
    private final long epoch;
    private final Deque<Open> open = new ArrayDeque<>();
    private long count;

    Journal(Outbox outbox, long epoch) {
        this.outbox = outbox;
        this.epoch = epoch;
    }

    /** Records an incident that is over when the next position is applied. */
    Incident open(
            String kind,
            Optional<WorkerId> worker,
            long generation,
            String evidence,
            String action,
            String reason,
            Optional<Decision> decision,
            long detectNanos,
            long now) {
        count++;
        var incident = new Incident(
                epoch + "-" + count,
                kind,
                worker,
                generation,
                evidence,
                action,
                reason,
                decision,
                detectNanos,
                OptionalLong.empty());
        outbox.add(new Fact.Happened(incident));
        open.addLast(new Open(incident, now));
        if (open.size() > OPEN_MAX) {
            open.removeFirst();
        }
        return incident;
    }

    boolean isOpen() {
        return !open.isEmpty();
    }

    /** The run is over. If all steps are applied, so is what went wrong since the last one. */
    void ends(Outcome outcome, long now) {
        if (outcome instanceof Outcome.Completed) {
            recovered(now);
        }
    }

    /** A position was applied: what went wrong before is over. */
    void recovered(long now) {
        while (!open.isEmpty()) {
            Open over = open.removeFirst();
            outbox.add(new Fact.Happened(over.incident().recovered(now - over.at())));
        }
    }
}
