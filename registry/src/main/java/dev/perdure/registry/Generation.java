package dev.perdure.registry;

import java.time.Instant;
import java.util.List;

/**
 * Who trained together from which step on. Written once and never changed; a number below the newest is refused.
 *
 * @param number strictly increasing within a run; gaps are allowed
 * @param epoch the epoch of the supervisor that formed it, which must be that of the lease it is written with
 * @param firstStep the first step it is to apply. After a rollback it lies below the step last applied.
 * @param members in order of rank; may be empty while nobody is left
 * @param formed when, kept in milliseconds
 * @param reason why it was formed
 */
public record Generation(long number, long epoch, long firstStep, List<Member> members, Instant formed, String reason)
        implements Fact {
    public Generation {
        Checks.atLeast(0, "generation", number);
        Checks.atLeast(1, "epoch", epoch);
        Checks.atLeast(0, "firstStep", firstStep);
        members = List.copyOf(members);
        formed = Checks.millis(formed);
        reason = Checks.storable(reason);
    }

    /**
     * A worker and its part of every batch.
     *
     * @param microbatchFirst the first microbatch it computes
     * @param microbatchEnd the one after its last; equal to the first for a spare
     */
    public record Member(String worker, String host, long pid, int microbatchFirst, int microbatchEnd) {
        public Member {
            Checks.name("worker", worker);
            Checks.name("host", host);
            Checks.atLeast(1, "pid", pid);
            Checks.atLeast(0, "microbatchFirst", microbatchFirst);
            Checks.atLeast(microbatchFirst, "microbatchEnd", microbatchEnd);
        }
    }
}
