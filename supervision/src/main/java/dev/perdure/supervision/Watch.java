package dev.perdure.supervision;

import dev.perdure.reliability.Evidence;
import dev.perdure.reliability.Holdup;
import dev.perdure.reliability.Holdup.Place;
import dev.perdure.supervision.Progress.Phase;
import dev.perdure.supervision.Stage.Running;
import java.time.Duration;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Looks at what has not happened: the failures that show in no event. */
final class Watch {
    private static final Set<Phase> WAITS_FOR_OTHERS =
            EnumSet.of(Phase.MEETING, Phase.COPYING, Phase.EXCHANGING, Phase.EVALUATING);

    private final Desk desk;
    private final Grouping group;
    private final Peers peers;

    Watch(Desk desk, Grouping group, Peers peers) {
        this.desk = desk;
        this.group = group;
        this.peers = peers;
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
            peers.look(running.generation());
        }
        desk.outbox.lost(patience.record(), desk.clock).ifPresent(this::registryLost);
    }

    private void registryLost(String reason) {
        group.end(new Outcome.RegistryLost(reason));
        desk.outbox.giveUp();
    }

    private void watch(Life life) {
        Duration ready = desk.run.patience().ready();
        Optional<Evidence> silent = life.suspicion.silent(desk.clock);
        if (silent.isPresent()) {
            group.fail(life, new Failure.Silent(silent.get().words()), desk.clock - life.heardAt);
        } else if (group.isRegrouping(life.askedFor) && !life.ready && desk.clock - life.askedAt > ready.toNanos()) {
            group.fail(life, new Failure.NotReady(ready), desk.clock - life.askedAt);
        }
    }

    /**
     * Finds members that stand still. Whoever waits for others is no culprit, unless it is the one they wait for, because it
     * has not come as far as they; when everybody waits for everybody, the group itself is broken, and nobody is blamed.
     */
    private void watchProgress(Generation generation) {
        List<Life> members = desk.roster.joined().stream()
                .filter(life -> life.generation == generation.number())
                .toList();
        var stuck = new HashMap<Life, Evidence>();
        for (Life life : members) {
            if (life.done.isEmpty()) {
                life.suspicion.stuck(desk.clock).ifPresent(evidence -> stuck.put(life, evidence));
            }
        }
        if (stuck.isEmpty()) {
            return;
        }
        Set<String> behind = behind(members);
        boolean blamed = false;
        for (Life life : members) {
            Evidence evidence = stuck.get(life);
            boolean waits = WAITS_FOR_OTHERS.contains(life.progress.phase());
            if (evidence != null && (!waits || behind.contains(life.id.name()))) {
                String words = "it is alive, but " + evidence.words() + heldUp(members, life);
                group.fail(life, new Failure.Stuck(life.progress.phase(), words), desk.clock - life.heardAt);
                blamed = true;
            }
        }
        if (!blamed && stuck.size() == members.size()) {
            group.broken("group-stuck", "all members wait for each other");
        }
    }

    /** Only positions tell who is behind: within one, phases go round. */
    private static Set<String> behind(List<Life> members) {
        Map<String, Place> places = new HashMap<>();
        members.forEach(
                life -> places.put(life.id.name(), new Place(life.progress.position(), Phase.EXCHANGING.asPhase())));
        return Holdup.culprits(places);
    }

    private static String heldUp(List<Life> members, Life culprit) {
        List<String> waiting = members.stream()
                .filter(life -> life != culprit && WAITS_FOR_OTHERS.contains(life.progress.phase()))
                .map(life -> life.id.name())
                .limit(5)
                .toList();
        return waiting.isEmpty() ? "" : "; waiting for it: " + String.join(", ", waiting);
    }
}
