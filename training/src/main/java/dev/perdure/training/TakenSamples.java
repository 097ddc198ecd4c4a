package dev.perdure.training;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/** Which samples a step was really computed from, on all members: what the ledger of every member books. */
final class TakenSamples {
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED;

    private TakenSamples() {}

    /**
     * Tells the others which samples this member took, and returns those of all, in microbatch order.
     *
     * @param own of each microbatch of this member's share that has samples, in order
     */
    static int[] ofAll(Team team, StepPlan plan, long step, List<int[]> own) {
        int[] ownIds = own.stream().flatMapToInt(IntStream::of).toArray();
        if (team.group().size() == 1) {
            return ownIds;
        }
        try (Arena arena = Arena.ofConfined()) {
            List<MemorySegment> segments = new ArrayList<>();
            for (Span share : team.shares()) {
                segments.add(arena.allocate(INT, samplesOf(plan, step, share)));
            }
            MemorySegment mine = segments.get(team.rank());
            MemorySegment.copy(ownIds, 0, mine, INT, 0, Math.toIntExact(mine.byteSize() / Integer.BYTES));
            team.group().allGather(segments);
            return segments.stream()
                    .flatMapToInt(segment -> IntStream.of(segment.toArray(INT)))
                    .toArray();
        }
    }

    private static long samplesOf(StepPlan plan, long step, Span share) {
        return share.indices()
                .mapToLong(microbatch -> plan.microbatchOf(step, microbatch).size())
                .sum();
    }
}
