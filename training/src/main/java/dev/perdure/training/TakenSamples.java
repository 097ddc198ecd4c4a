package dev.perdure.training;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Which samples a step was really computed from, on all members: what the ledger of every member books.
 *
 * @param ids of all members, in microbatch order
 * @param order what the leader wants saved after the step
 */
record TakenSamples(int[] ids, SaveOrder order) {
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED;

    /**
     * Tells the others which samples this member took, and returns those of all, with the leader's order.
     *
     * @param own of each microbatch of this member's share that has samples, in order
     * @param order the leader's counts
     */
    static TakenSamples ofAll(Team team, StepPlan plan, long step, List<int[]> own, SaveOrder order) {
        int[] ownIds = own.stream().flatMapToInt(IntStream::of).toArray();
        if (team.group().size() == 1) {
            return new TakenSamples(ownIds, order);
        }
        try (Arena arena = Arena.ofConfined()) {
            List<MemorySegment> segments = new ArrayList<>();
            for (Span share : team.shares()) {
                segments.add(arena.allocate(INT, SaveOrder.NUMBERS + samplesOf(plan, step, share)));
            }
            MemorySegment mine = segments.get(team.rank());
            MemorySegment.copy(order.numbers(), 0, mine, INT, 0, SaveOrder.NUMBERS);
            int samples = Math.toIntExact(mine.byteSize() / Integer.BYTES) - SaveOrder.NUMBERS;
            MemorySegment.copy(ownIds, 0, mine, INT, Integer.BYTES * (long) SaveOrder.NUMBERS, samples);
            team.group().allGather(segments);
            List<int[]> all =
                    segments.stream().map(segment -> segment.toArray(INT)).toList();
            return new TakenSamples(
                    all.stream()
                            .flatMapToInt(numbers -> Arrays.stream(numbers).skip(SaveOrder.NUMBERS))
                            .toArray(),
                    team.leads() ? order : SaveOrder.heard(Arrays.copyOf(all.get(Team.LEADER), SaveOrder.NUMBERS)));
        }
    }

    private static long samplesOf(StepPlan plan, long step, Span share) {
        return share.indices()
                .mapToLong(microbatch -> plan.microbatchOf(step, microbatch).size())
                .sum();
    }
}
