package dev.perdure.registry;

import java.time.Instant;

/**
 * The right to supervise a run. Its epoch is the fence (C. Gray and D. Cheriton, "Leases", SOSP 1989; the fencing token of M.
 * Kleppmann, "How to do distributed locking", 2016): it grows with every acquisition, and a writer whose epoch is not the
 * newest is refused, whatever its clock says.
 *
 * @param run the run
 * @param holder who holds it: one incarnation of one process, so that no two ever share a name
 * @param epoch greater than that of every lease of this run before; the first is 1
 * @param expires from when on another may take it, on the clock of whoever asks; kept in milliseconds
 */
public record Lease(String run, String holder, long epoch, Instant expires) {
    public Lease {
        Checks.name("run", run);
        Checks.name("holder", holder);
        Checks.atLeast(1, "epoch", epoch);
        expires = Checks.millis(expires);
    }

    /** Returns whether another may take it by now. */
    public boolean isExpired(Instant now) {
        return !now.isBefore(expires);
    }
}
