package dev.perdure.engine;

import java.time.Duration;

/** A way in which members find each other and form a {@link Collective}. */
public interface Collectives {

    /**
     * Forms a group: returns when all members have come and each can reach each.
     *
     * @param meetingPoint where they meet, in the words of the implementation, the same for all of them
     * @param rank which member this is, 0 to {@code size - 1}
     * @param generation tells this meeting from all others at the same place; never used there twice, also not after a
     *     meeting that failed
     * @param timeout how long to wait for the others
     * @throws CollectiveFailedException if not all have come in time, or one is gone again. Others may have met, and fail
     *     in their first operation
     * @throws InterruptedException if the thread is interrupted while others are missing; this member does not come then
     * @throws dev.perdure.core.BadSettingException if this is not a meeting point
     */
    Collective meet(String meetingPoint, int rank, int size, long generation, Duration timeout)
            throws InterruptedException;
}
