package dev.perdure.engine;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;

/** Groups whose members are threads of one process, and for whom any text is a meeting point. */
public final class MemoryCollectives implements Collectives {
    private final Map<Meeting, MemoryGroup> meetings = new HashMap<>();

    private record Meeting(String point, long generation, int size) {}

    /** Begins with no meeting; members that are to find each other use one and the same object. */
    public MemoryCollectives() {}

    @Override
    public Collective meet(String meetingPoint, int rank, int size, long generation, Duration timeout)
            throws InterruptedException {
        if (rank < 0 || rank >= size) {
            throw new IllegalArgumentException("rank: %d of %d (expected: 0 to size - 1)".formatted(rank, size));
        }
        MemoryGroup group;
        synchronized (meetings) {
            group = meetings.computeIfAbsent(
                    new Meeting(meetingPoint, generation, size), _ -> new MemoryGroup(size, generation));
        }
        return group.join(rank, timeout);
    }
}
