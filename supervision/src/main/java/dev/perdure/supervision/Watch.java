package dev.perdure.supervision;

import dev.perdure.supervision.Progress.Phase;
import dev.perdure.supervision.Stage.Running;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Looks at what has not happened: the failures that show in no event. */
final class Watch {
    private static final Set<Phase> WAITS_FOR_OTHERS = EnumSet.of(Phase.MEETING, Phase.COPYING, Phase.EXCHANGING);

    private final Desk desk;
    private final Grouping group;

    Watch(Desk desk, Grouping group) {
        this.desk = desk;
        this.group = group;
    }

    /** Looks for what shows only in time that has passed. */
    void look() {
        Patience patience = desk.run.patience();
        for (Life life : desk.roster.all()) {
            long at = desk.clock - life.since;
            switch (life.stage) {
                case PENDING -> {}
                case STARTING -> {
                    if (at > patience.start().toNanos()) {
                        group.fail(life, new Failure.NeverJoined(patience.start()), at);
                    }
                }
                case JOINED -> watch(life);
                case LEAVING -> {
                    if (at > patience.stop().toNanos()) {
                        desk.fence(life, "it did not end within " + patience.stop());
                    }
                }
                case FENCED -> {
                    if (at > patience.killAgain().toNanos()) {
                        desk.fence(life, "it is still there");
                    }
                }
            }
        }
        if (group.stage() instanceof Running running) {
            watchProgress(running.generation());
        }
        desk.outbox.lost(patience.record(), desk.clock).ifPresent(this::registryLost);
    }

    private void registryLost(String reason) {
        group.end(new Outcome.RegistryLost(reason));
        desk.outbox.giveUp();
    }

    private void watch(Life life) {
        Duration ready = desk.run.patience().ready();
        Optional<String> silent = life.suspicion.silent(desk.clock);
        if (silent.isPresent()) {
            group.fail(life, new Failure.Silent(silent.get()), desk.clock - life.heardAt);
        } else if (group.isRegrouping(life.askedFor) && !life.ready && desk.clock - life.askedAt > ready.toNanos()) {
            group.fail(life, new Failure.NotReady(ready), desk.clock - life.askedAt);
        }
    }

    /**
     * Finds members that stand still. Whoever waits for others is no culprit; when everybody does, the group itself is
     * broken, and nobody is blamed.
     */
    private void watchProgress(Generation generation) {
        List<Life> members = desk.roster.joined().stream()
                .filter(life -> life.generation == generation.number())
                .toList();
        boolean allWait = !members.isEmpty();
        for (Life life : members) {
            Optional<String> stuck = life.done.isEmpty() ? life.suspicion.stuck(desk.clock) : Optional.empty();
            boolean waits = WAITS_FOR_OTHERS.contains(life.progress.phase());
            allWait &= waits && stuck.isPresent();
            if (stuck.isPresent() && !waits) {
                group.fail(life, new Failure.Stuck(life.progress.phase(), stuck.get()), desk.clock - life.heardAt);
            }
        }
        if (allWait) {
            group.broken("group-stuck", "all members wait for each other");
        }
    }
}
