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
 * @param words a number of each member's choice, in order of rank
 */
record TakenSamples(int[] ids, long[] words) {
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED;
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED;

    /**
     * Tells the others which samples this member took, and returns those of all.
     *
     * @param own of each microbatch of this member's share that has samples, in order
     */
    static TakenSamples ofAll(Team team, StepPlan plan, long step, List<int[]> own, long word) {
        int[] ownIds = own.stream().flatMapToInt(IntStream::of).toArray();
        if (team.group().size() == 1) {
            return new TakenSamples(ownIds, new long[] {word});
        }
        try (Arena arena = Arena.ofConfined()) {
            List<MemorySegment> segments = new ArrayList<>();
            for (Span share : team.shares()) {
                segments.add(arena.allocate(LONG.byteSize() + INT.byteSize() * samplesOf(plan, step, share)));
            }
            MemorySegment mine = segments.get(team.rank());
            mine.set(LONG, 0, word);
            MemorySegment.copy(ownIds, 0, mine, INT, LONG.byteSize(), ownIds.length);
            team.group().allGather(segments);
            return new TakenSamples(
                    segments.stream()
                            .flatMapToInt(segment -> IntStream.of(
                                    segment.asSlice(LONG.byteSize()).toArray(INT)))
                            .toArray(),
                    segments.stream().mapToLong(segment -> segment.get(LONG, 0)).toArray());
        }
    }

    /** Returns whether all members said the same, and not 0. */
    boolean isAgreed() {
        return words[0] != 0 && LongStream.of(words).allMatch(word -> word == words[0]);
    }

    private static long samplesOf(StepPlan plan, long step, Span share) {
        return share.indices()
                .mapToLong(microbatch -> plan.microbatchOf(step, microbatch).size())
                .sum();
    }
}
