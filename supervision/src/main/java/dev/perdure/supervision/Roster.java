package dev.perdure.supervision;

import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;

/** All processes that may exist, in the order in which they were launched. */
final class Roster {
    private final Map<WorkerId, Life> lives = new LinkedHashMap<>();

    void add(Life life) {
        lives.put(life.id, life);
    }

    void remove(Life life) {
        lives.remove(life.id);
    }

    Optional<Life> find(WorkerId worker) {
        return Optional.ofNullable(lives.get(worker));
    }

    List<Life> all() {
        return List.copyOf(lives.values());
    }

    List<Life> joined() {
        return lives.values().stream().filter(Life::isJoined).toList();
    }

    boolean isEmpty() {
        return lives.isEmpty();
    }

    boolean any(Predicate<Life> what) {
        return lives.values().stream().anyMatch(what);
    }

    /** Returns the slots in which there is a process, or may be one. */
    BitSet slots() {
        var slots = new BitSet();
        lives.values().forEach(life -> slots.set(life.slot));
        return slots;
    }

    /** Returns how many there are who are not on their way out. */
    int staying() {
        int staying = 0;
        for (Life life : lives.values()) {
            staying += life.stage == Life.Stage.LEAVING || life.stage == Life.Stage.FENCED ? 0 : 1;
        }
        return staying;
    }

    /** Returns whether every member satisfies this; one whose process is gone does not. */
    boolean members(Generation generation, Predicate<Life> what) {
        for (Share share : generation.shares()) {
            Life life = lives.get(share.worker());
            if (life == null || !what.test(life)) {
                return false;
            }
        }
        return true;
    }

    /** Returns the members whose processes may be there, and who have not been heard of yet. */
    List<Life> missing(Generation generation) {
        return generation.shares().stream()
                .map(share -> lives.get(share.worker()))
                .filter(life -> life != null && life.stage == Life.Stage.STARTING)
                .toList();
    }

    /** Returns those that an earlier supervisor launched and that have said nothing to this one. */
    List<Life> unheard() {
        return lives.values().stream()
                .filter(life -> life.stage == Life.Stage.STARTING && life.startedAt < 0)
                .toList();
    }

    /**
     * Returns whether a generation's group can commit nothing any more. A step needs every member, so it is enough that
     * one has left the group, or is gone for certain; a kill that is not answered yet is not enough. Joiners do not count:
     * without the others, who may not have gone over yet, they say nothing of the generation before.
     */
    boolean isOver(Generation generation) {
        for (Share share : generation.shares()) {
            Life life = lives.get(share.worker());
            boolean isOut = life == null || (life.isJoined() && life.generation == 0);
            if (isOut && !generation.isJoiner(share.worker())) {
                return true;
            }
        }
        return false;
    }

    /**
     * Returns those who stand still, once nobody else need be waited for; absent before. A joiner that is meeting for a
     * generation that never began has no state that others lack, and some seconds may pass before it hears that it is called
     * back: while somebody has a state, and nobody goes back behind one, the others go on without it, and it joins later.
     */
    Optional<List<Life>> standing(Trusted trusted) {
        boolean mayGoOn = trusted.notAfter().isEmpty()
                && any(life -> life.isJoined() && life.ready && trusted.allows(life.position));
        boolean waits =
                any(life -> life.isJoined() && !life.ready && !(mayGoOn && life.meeting && life.position.isEmpty()));
        return waits
                ? Optional.empty()
                : Optional.of(joined().stream().filter(life -> life.ready).toList());
    }

    /**
     * Returns whether one who is no member of the generation that runs waits to be one, and for nobody else.
     *
     * @param longAgo who joined before that waits for nobody
     */
    boolean isJoinerReady(Generation generation, long longAgo) {
        boolean othersStart = any(life -> life.stage == Life.Stage.STARTING);
        Set<WorkerId> members = generation.members();
        return any(life -> life.isJoined() && !members.contains(life.id) && (!othersStart || life.since <= longAgo));
    }
}
