package dev.perdure.supervision;

import dev.perdure.reliability.Decision;
import dev.perdure.reliability.ErrorLogWatch;
import java.util.Optional;
import java.util.OptionalLong;

/** What a supervisor knows of one worker process. Owned by {@link Supervision}. */
final class Life {
    static final long NO_CONNECTION = -1;

    /**
     * Where it is in its life.
     *
     * <pre>
     * PENDING   becomes STARTING  when its name is durable and it is launched
     * STARTING  becomes JOINED    when it has asked to be let in, and was
     * JOINED    becomes LEAVING   when it was told to end and nothing is wrong with it
     * any       becomes FENCED    when it was killed, whatever it still says
     * </pre>
     *
     * Forgotten once its process is gone for certain.
     */
    enum Stage {
        PENDING,
        STARTING,
        JOINED,
        LEAVING,
        FENCED
    }

    final WorkerId id;
    final int slot;
    Stage stage = Stage.PENDING;
    /** When it was launched; -1 before that, and when another supervisor did. */
    long startedAt = -1;

    /** When it came to its stage. */
    long since;

    long connection = NO_CONNECTION;
    OptionalLong pid = OptionalLong.empty();
    long heardAt;
    OptionalLong position = OptionalLong.empty();
    /** Of the group it is in, as far as is known; 0 when in none. */
    long generation;
    /** The generation it was asked to stand still for, and when; and whether it does. */
    long askedFor;

    long askedAt;
    boolean ready;
    /** Whether it was told to join a generation that has not begun: until it has met the others it may hear nothing else. */
    boolean meeting;
    /** Whether it has met the others and has the source's state. */
    boolean formed;

    Progress progress = new Progress(0, Progress.Phase.IDLE, -1);
    /** What it counts about itself, and what it had counted when the round began. */
    Vitals vitals = Vitals.NONE;

    Vitals round = Vitals.NONE;
    /** Whether it was found to be slow. */
    boolean isSlow;

    ErrorLogWatch errors;
    long erredAt = -1_000_000_000;
    /** How many microbatches of a step it computes; 0 of a spare, and of one that is in no group. */
    int microbatches;
    /** What was decided about it before it was fenced for that. */
    Optional<Decision> decided = Optional.empty();

    Suspicion suspicion;
    Optional<String> done = Optional.empty();
    int notices;

    Life(WorkerId id, int slot, long since, Suspicion suspicion) {
        this.id = id;
        this.slot = slot;
        this.since = since;
        this.suspicion = suspicion;
        errors = Peers.errors(since);
    }

    /** Returns whether it is a member that computes nothing. */
    boolean isSpare() {
        return generation > 0 && microbatches == 0;
    }

    boolean isJoined() {
        return stage == Stage.JOINED;
    }

    void moveTo(Stage next, long now) {
        stage = next;
        since = now;
    }

    /** Asks for a generation: until it answers, it may still be in its old group. */
    void ask(long number, long now) {
        askedFor = number;
        askedAt = now;
        ready = false;
    }

    /** It stands still, in no group. */
    void standsStill(OptionalLong at) {
        meeting = false;
        generation = 0;
        formed = false;
        position = at;
    }

    /** A generation that it is in begins, or is found to run. */
    void enters(Share share, long number, long now) {
        microbatches = share.to() - share.from();
        generation = number;
        askedFor = 0;
        ready = false;
        meeting = false;
        formed = false;
        done = Optional.empty();
        progress = new Progress(0, Progress.Phase.IDLE, -1);
        suspicion = suspicion.begins(now);
    }
}
