package dev.perdure.training;

import dev.perdure.core.State;
import dev.perdure.engine.Collective;
import dev.perdure.engine.CollectiveFailedException;
import dev.perdure.engine.Collectives;
import dev.perdure.supervision.Generation;
import dev.perdure.supervision.WorkerId;
import java.time.Duration;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The group that a worker is in, and the one it meets for meanwhile. The stepping thread meets, goes over and leaves; any other
 * may break off what that is doing.
 */
final class Groups {
    private static final Logger LOG = LoggerFactory.getLogger(Groups.class);
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private final WorkerId id;
    private final Collectives collectives;
    private @Nullable Collective group;
    private @Nullable Succession succession;
    private @Nullable Thread waitingForOthers;

    Groups(WorkerId id, Collectives collectives) {
        this.id = id;
        this.collectives = collectives;
    }

    /**
     * Forms a generation's group, which is then the present one.
     *
     * @param calledOff whether it has been told to stand still meanwhile
     * @throws CollectiveFailedException if it was broken off, or not all have come
     */
    Collective meet(Generation next, BooleanSupplier calledOff) throws InterruptedException {
        synchronized (this) {
            waitingForOthers = Thread.currentThread();
        }
        Collective met = null;
        try {
            met = meet(next);
        } catch (InterruptedException e) {
            LOG.debug("the meeting of generation {} was called off", next.number());
        } finally {
            synchronized (this) {
                waitingForOthers = null;
                group = met;
                boolean abort = Thread.interrupted() || calledOff.getAsBoolean();
                if (met != null && abort) {
                    met.abort();
                }
            }
        }
        if (met == null) {
            throw new CollectiveFailedException("meeting", id.name(), "it was called off");
        }
        return met;
    }

    private Collective meet(Generation next) throws InterruptedException {
        int rank = rank(next);
        if (next.shares().size() == 1) {
            return new Alone();
        }
        return collectives.meet(next.meetingPoint(), rank, next.shares().size(), next.number(), PATIENCE);
    }

    private int rank(Generation next) {
        return next.rankOf(id)
                .orElseThrow(() -> new IllegalStateException("%s is no member of %s".formatted(id, next)));
    }

    /** Meets for a generation to come, in place of any that it has met for before. */
    synchronized void meetAhead(Generation next, FollowedStep.Sizes sizes, Supplier<State> layout, Runnable met) {
        cancelSuccession();
        succession = new Succession(next, rank(next), sizes, layout, () -> meet(next), met);
    }

    /** Goes over to a generation after the next step that all are ready before, if it has met for that one. */
    synchronized void goOver(long number) {
        if (succession != null && succession.next().number() == number) {
            succession.goOver();
        }
    }

    synchronized Followers followers() {
        return succession == null ? Followers.NONE : succession;
    }

    /**
     * Returns the group that it is in.
     *
     * @throws CollectiveFailedException if it is in none
     */
    synchronized Collective present() {
        if (group == null) {
            throw new CollectiveFailedException("step", id.name(), "it is in no group");
        }
        return group;
    }

    /**
     * Takes the group that it has met for as the present one; closing the one before is left to the caller.
     *
     * @throws CollectiveFailedException if it was called off
     */
    Generation goOver() throws InterruptedException {
        Succession coming;
        synchronized (this) {
            coming = succession;
        }
        if (coming == null) {
            throw new CollectiveFailedException("going over", id.name(), "it was called off");
        }
        Collective next = coming.handOver();
        synchronized (this) {
            boolean calledOff = succession != coming;
            succession = null;
            group = next;
            if (calledOff) {
                next.abort();
            }
        }
        return coming.next();
    }

    /** Makes the stepping thread stand still soon: at the latest when it next needs another member. */
    synchronized void breakOff() {
        cancelSuccession();
        if (waitingForOthers != null) {
            waitingForOthers.interrupt();
        }
        if (group != null) {
            group.abort();
        }
    }

    /** Is in no group any more, and meets for none. */
    synchronized void leave() {
        cancelSuccession();
        if (group != null) {
            group.close();
        }
        group = null;
    }

    private void cancelSuccession() {
        if (succession != null) {
            succession.cancel();
            succession = null;
        }
    }
}
