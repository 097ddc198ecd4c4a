package dev.perdure.training;

import dev.perdure.core.DType;
import dev.perdure.core.TensorData;
import dev.perdure.engine.Collective;
import dev.perdure.engine.Collective.Part;
import dev.perdure.training.ExchangePlan.Segment;
import dev.perdure.training.ExchangePlan.Subtree;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Makes the members' shares of a gradient into the whole, in every member the same bits: those of {@link TreeSum} over all
 * microbatches. Sums of subtrees go to whoever is to sum them, and beside them losses, statistics and notes, which are small,
 * to everybody; unless the plan is direct, a second exchange brings finished segments to everybody. A group of one exchanges
 * nothing.
 *
 * <p>Holds what it sums of each subtree of the others: a segment, or all of it. Made for one generation; does not own the
 * group. Not thread-safe.
 */
public final class GroupExchange implements AutoCloseable {
    private final Collective group;
    private final ExchangePlan plan;
    private final boolean direct;
    private final List<Subtree> subtrees;
    private final Arena arena = Arena.ofShared();
    private final List<MemorySegment> received;
    private final ResultTable results;
    private final @Nullable MemorySegment[] letters;

    /**
     * Prepares for a generation's exchanges.
     *
     * @param statistics how many numbers a microbatch's statistics are, as {@link
     *     dev.perdure.engine.TrainableModel#statistics} says
     */
    public GroupExchange(Collective group, ExchangePlan plan, int statistics) {
        this(group, plan, statistics, plan.isDirect());
    }

    /** @param direct whether everybody adds everything, which gives the same bits */
    GroupExchange(Collective group, ExchangePlan plan, int statistics, boolean direct) {
        if (group.size() != plan.members()) {
            throw new IllegalArgumentException(
                    "members: %d (expected: %d, as planned)".formatted(group.size(), plan.members()));
        }
        this.group = group;
        this.plan = plan;
        this.direct = direct;
        this.subtrees = plan.subtrees();
        long summedBytes = bytes(summedBy(group.rank()));
        this.received = subtrees.stream()
                .map(subtree -> arena.allocate(subtree.rank() == group.rank() ? 0 : summedBytes, 64))
                .toList();
        this.letters = new @Nullable MemorySegment[group.size()];
        this.results = new ResultTable(arena, plan.microbatches(), statistics);
    }

    /** Returns what this member is to sum before each exchange. */
    public List<Span> subtrees() {
        return plan.subtreesOf(group.rank());
    }

    /**
     * Exchanges one step's shares with the other members.
     *
     * @param own this member's share, of which the sums are overwritten
     * @param notes what members tell each other besides, in order of rank: this member's is sent, the others are filled
     * @return the whole, in {@code own.whole()} or in memory of this object; valid until the next exchange
     * @throws dev.perdure.engine.CollectiveFailedException if the group no longer works together
     */
    public StepGradient exchange(StepPlan steps, long step, ShareGradient own, List<MemorySegment> notes) {
        if (group.size() == 1) {
            return new StepGradient(own.whole(), own.microbatches());
        }
        List<Optional<MemorySegment>> sums = ownSums(own);
        results.put(own.microbatches());
        exchangeSums(steps, step, sums, notes);
        MemorySegment summed = sum(steps, step, sums);
        TensorData whole = direct ? new TensorData(DType.F32, own.whole().shape(), summed) : own.whole();
        if (!direct) {
            slice(whole, group.rank()).copyFrom(summed);
            exchangeSegments(step, whole);
        }
        return new StepGradient(whole, results.get(index -> samples(steps, step, index)));
    }

    /** Returns which parameters of all sums a member adds. */
    private Segment summedBy(int rank) {
        return direct ? new Segment(0, plan.parameters()) : plan.segmentOf(rank);
    }

    private static int samples(StepPlan steps, long step, int index) {
        return steps.microbatchOf(step, index).size();
    }

    /** Returns this member's sums, at the places of their subtrees. */
    private List<Optional<MemorySegment>> ownSums(ShareGradient own) {
        List<Optional<MemorySegment>> sums = new ArrayList<>();
        int next = 0;
        for (Subtree subtree : subtrees) {
            sums.add(subtree.rank() == group.rank() ? own.sums().get(next++).map(TensorData::data) : Optional.empty());
        }
        return sums;
    }

    private void exchangeSums(StepPlan steps, long step, List<Optional<MemorySegment>> own, List<MemorySegment> notes) {
        List<Part> outgoing = new ArrayList<>();
        List<Part> incoming = new ArrayList<>();
        for (int i = 0; i < subtrees.size(); i++) {
            Subtree subtree = subtrees.get(i);
            if (subtree.rank() != group.rank() && isPresent(steps, step, subtree)) {
                incoming.add(new Part(subtree.rank(), received.get(i)));
            }
            own.get(i)
                    .ifPresent(sum ->
                            others().forEach(other -> outgoing.add(new Part(other, slice(sum, summedBy(other))))));
        }
        List<MemorySegment> letters = IntStream.range(0, group.size())
                .mapToObj(rank ->
                        letter(rank, rowsOf(rank).byteSize() + notes.get(rank).byteSize()))
                .toList();
        pack(letters.get(group.rank()), rowsOf(group.rank()), notes.get(group.rank()));
        others().forEach(other -> {
            outgoing.add(new Part(other, letters.get(group.rank())));
            incoming.add(new Part(other, letters.get(other)));
        });
        group.exchange("exchange of gradient sums of step " + step, outgoing, incoming);
        others().forEach(other -> unpack(letters.get(other), rowsOf(other), notes.get(other)));
    }

    /** What is small travels together, since each message wakes threads at both ends: room for that of one member. */
    private MemorySegment letter(int rank, long bytes) {
        MemorySegment room = letters[rank];
        if (room == null || room.byteSize() < bytes) {
            room = arena.allocate(bytes, Long.BYTES);
            letters[rank] = room;
        }
        return room.asSlice(0, bytes);
    }

    private static void pack(MemorySegment letter, MemorySegment rows, MemorySegment note) {
        MemorySegment.copy(rows, 0, letter, 0, rows.byteSize());
        MemorySegment.copy(note, 0, letter, rows.byteSize(), note.byteSize());
    }

    private static void unpack(MemorySegment letter, MemorySegment rows, MemorySegment note) {
        MemorySegment.copy(letter, 0, rows, 0, rows.byteSize());
        MemorySegment.copy(letter, rows.byteSize(), note, 0, note.byteSize());
    }

    private static boolean isPresent(StepPlan steps, long step, Subtree subtree) {
        return subtree.leaves().indices().anyMatch(index -> samples(steps, step, index) > 0);
    }

    /** Sums what everybody summed of what is this member's to add, along the rest of the tree, in the memory of one of the sums. */
    private MemorySegment sum(StepPlan steps, long step, List<Optional<MemorySegment>> own) {
        var sum = new TreeSum<MemorySegment>(FloatSums::addInto);
        for (int i = 0; i < subtrees.size(); i++) {
            Subtree subtree = subtrees.get(i);
            Optional<MemorySegment> part = subtree.rank() == group.rank()
                    ? own.get(i).map(whole -> slice(whole, summedBy(group.rank())))
                    : Optional.of(received.get(i)).filter(_ -> isPresent(steps, step, subtree));
            sum.add(subtree.leaves().size(), part);
        }
        return sum.finish().orElseThrow(() -> new AssertionError("a step has at least one sample"));
    }

    private MemorySegment rowsOf(int rank) {
        return results.rows(plan.shares().get(rank));
    }

    private void exchangeSegments(long step, TensorData whole) {
        List<Part> outgoing = new ArrayList<>();
        List<Part> incoming = new ArrayList<>();
        others().forEach(other -> {
            outgoing.add(new Part(other, slice(whole, group.rank())));
            incoming.add(new Part(other, slice(whole, other)));
        });
        group.exchange("exchange of the gradient of step " + step, outgoing, incoming);
    }

    private IntStream others() {
        return IntStream.range(0, group.size()).filter(rank -> rank != group.rank());
    }

    private MemorySegment slice(TensorData gradient, int owner) {
        return slice(gradient.data(), plan.segmentOf(owner));
    }

    private static MemorySegment slice(MemorySegment gradient, Segment segment) {
        return gradient.asSlice(segment.from() * Float.BYTES, bytes(segment));
    }

    private static long bytes(Segment segment) {
        return (segment.to() - segment.from()) * Float.BYTES;
    }

    @Override
    public void close() {
        arena.close();
    }
}
