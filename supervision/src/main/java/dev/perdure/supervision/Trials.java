package dev.perdure.supervision;

import dev.perdure.reliability.FaultKind;
import dev.perdure.reliability.RecoveryBudget.Attempt;
import dev.perdure.reliability.Strategy;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;

/** What was tried and is not known yet to have helped; and what was, so that nothing is tried for ever. */
final class Trials {
    private static final int KEPT = 256;

    private record Open(String incident, FaultKind kind, Strategy strategy, long at, long step) {}

    private final Desk desk;
    private final LinkedHashMap<String, Open> open = new LinkedHashMap<>();
    private final List<Attempt> done = new ArrayList<>();

    Trials(Desk desk) {
        this.desk = desk;
    }

    /** Something was tried for a target; what was tried for it before has not helped. */
    void tries(String target, Incident incident) {
        ends(target, false);
        var decision = incident.decision();
        if (decision.isPresent() && !(decision.get().chosen() instanceof Strategy.Stop)) {
            open.put(
                    target,
                    new Open(
                            incident.id(),
                            decision.get().diagnosis().mostLikely(),
                            decision.get().chosen(),
                            desk.clock,
                            desk.costs.bestStep()));
            if (open.size() > KEPT) {
                open.pollFirstEntry();
            }
        }
    }

    /** All is well with a target: what was tried for it has helped. */
    void helped(String target) {
        ends(target, true);
    }

    /** What was tried for a target has not helped. */
    void failed(String target) {
        ends(target, false);
    }

    private void ends(String target, boolean helped) {
        Open over = open.remove(target);
        if (over == null) {
            return;
        }
        desk.outbox.add(
                new Fact.Tried(over.incident(), over.kind(), over.strategy().key(), helped, desk.clock - over.at()));
        done.add(new Attempt(0, target, over.strategy(), over.step(), helped));
        if (done.size() > KEPT) {
            done.removeFirst();
        }
    }

    boolean isEmpty() {
        return open.isEmpty();
    }

    /** Returns what was tried for a target and is known to have helped or not. */
    List<Attempt> of(String target) {
        return done.stream().filter(attempt -> attempt.target().equals(target)).toList();
    }
}
