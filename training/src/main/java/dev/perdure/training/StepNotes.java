package dev.perdure.training;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

/**
 * What members tell each other of a step beside its gradient: this member's note, and room for those of the others. They are
 * exchanged with the gradient, not apart from it, since every exchange has all wait for all.
 */
final class StepNotes implements AutoCloseable {
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED;
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED;
    private static final long ORDER_AT = Long.BYTES;
    private static final long IDS_AT = ORDER_AT + Integer.BYTES * SaveOrder.NUMBERS;

    private final Team team;
    private final SaveOrder order;
    private final Arena arena = Arena.ofConfined();
    private final List<MemorySegment> segments;

    /**
     * Writes this member's note.
     *
     * @param taken the samples of each microbatch of this member's share that has any, in order
     * @param order what this member wants saved after the step, which counts if it leads
     * @param ready the generation that this member could go over to after the step; 0 for none
     */
    StepNotes(Team team, StepPlan plan, long step, List<int[]> taken, SaveOrder order, long ready) {
        this.team = team;
        this.order = order;
        this.segments = team.shares().stream()
                .map(share -> arena.allocate(IDS_AT + Integer.BYTES * samplesOf(plan, step, share), Long.BYTES))
                .toList();
        int[] ids = taken.stream().flatMapToInt(IntStream::of).toArray();
        MemorySegment mine = segments.get(team.rank());
        mine.set(LONG, 0, ready);
        MemorySegment.copy(order.numbers(), 0, mine, INT, ORDER_AT, SaveOrder.NUMBERS);
        MemorySegment.copy(ids, 0, mine, INT, IDS_AT, ids.length);
    }

    private static long samplesOf(StepPlan plan, long step, Span share) {
        return share.indices()
                .mapToLong(microbatch -> plan.microbatchOf(step, microbatch).size())
                .sum();
    }

    /** Returns the notes as they are exchanged, in order of rank: this member's goes out, the others are filled. */
    List<MemorySegment> segments() {
        return segments;
    }

    /**
     * What all members have told.
     *
     * @param ids which samples the step was really computed from, on all members in microbatch order: what the ledger of every
     *     member books
     * @param order what the leader wants saved after the step
     * @param allAreReady whether all members could go over to the same generation after the step
     */
    record Heard(int[] ids, SaveOrder order, boolean allAreReady) {}

    /** Reads the notes, once they were exchanged. */
    Heard heard() {
        int[] ids = segments.stream()
                .flatMapToInt(segment -> IntStream.of(segment.asSlice(IDS_AT).toArray(INT)))
                .toArray();
        long[] ready =
                segments.stream().mapToLong(segment -> segment.get(LONG, 0)).toArray();
        return new Heard(
                ids,
                team.leads() ? order : SaveOrder.heard(numbers(segments.get(Team.LEADER))),
                ready[0] != 0 && LongStream.of(ready).allMatch(number -> number == ready[0]));
    }

    private static int[] numbers(MemorySegment leaders) {
        return leaders.asSlice(ORDER_AT, IDS_AT - ORDER_AT).toArray(INT);
    }

    @Override
    public void close() {
        arena.close();
    }
}
