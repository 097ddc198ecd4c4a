package dev.perdure.training;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

/**
 * What members tell each other of a step beside its gradient.
 *
 * @param ids which samples it was really computed from, on all members in microbatch order: what the ledger of every member
 *     books
 * @param order what the leader wants saved after the step
 * @param ready the generation that each member could go over to after the step, in order of rank; 0 for none
 */
record TakenSamples(int[] ids, SaveOrder order, long[] ready) {
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED;
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED;
    private static final long ORDER_AT = Long.BYTES;
    private static final long IDS_AT = ORDER_AT + Integer.BYTES * SaveOrder.NUMBERS;

    /**
     * Tells the others which samples this member took, and returns what all told.
     *
     * @param own of each microbatch of this member's share that has samples, in order
     * @param order the leader's counts
     */
    static TakenSamples ofAll(Team team, StepPlan plan, long step, List<int[]> own, SaveOrder order, long ready) {
        int[] ownIds = own.stream().flatMapToInt(IntStream::of).toArray();
        if (team.group().size() == 1) {
            return new TakenSamples(ownIds, order, new long[] {ready});
        }
        try (Arena arena = Arena.ofConfined()) {
            List<MemorySegment> segments = new ArrayList<>();
            for (Span share : team.shares()) {
                segments.add(arena.allocate(IDS_AT + Integer.BYTES * samplesOf(plan, step, share)));
            }
            MemorySegment mine = segments.get(team.rank());
            mine.set(LONG, 0, ready);
            MemorySegment.copy(order.numbers(), 0, mine, INT, ORDER_AT, SaveOrder.NUMBERS);
            MemorySegment.copy(ownIds, 0, mine, INT, IDS_AT, ownIds.length);
            team.group().allGather(segments);
            return new TakenSamples(
                    segments.stream()
                            .flatMapToInt(segment ->
                                    IntStream.of(segment.asSlice(IDS_AT).toArray(INT)))
                            .toArray(),
                    team.leads() ? order : SaveOrder.heard(numbers(segments.get(Team.LEADER))),
                    segments.stream().mapToLong(segment -> segment.get(LONG, 0)).toArray());
        }
    }

    private static int[] numbers(MemorySegment leaders) {
        return leaders.asSlice(ORDER_AT, IDS_AT - ORDER_AT).toArray(INT);
    }

    /** Returns whether all members are ready to go over to the same generation. */
    boolean allAreReady() {
        return ready[0] != 0 && LongStream.of(ready).allMatch(number -> number == ready[0]);
    }

    private static long samplesOf(StepPlan plan, long step, Span share) {
        return share.indices()
                .mapToLong(microbatch -> plan.microbatchOf(step, microbatch).size())
                .sum();
    }
}
