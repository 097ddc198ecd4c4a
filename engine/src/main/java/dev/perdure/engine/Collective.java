package dev.perdure.engine;

import dev.perdure.core.TensorData;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * A formed group of {@link #size} members, of which this one is {@link #rank}. Members exchange memory directly.
 *
 * <p><b>The rule of the game.</b> All members call the same operations in the same order, with lengths that fit together:
 * what one sends is exactly as long as what the other expects. An implementation need not survive a breach.
 *
 * <p><b>Failure.</b> An operation returns when all this member sends has been handed on and all it receives is there. It
 * throws {@link CollectiveFailedException} when a member it waits for is gone or has left the group, when {@link #abort}
 * is called, or when it stands still for longer than the implementation's patience. The memory it was to fill then holds
 * anything, and is not written any more. The group is unusable from then on: each further operation throws the same, and
 * this member's connections are closed, so that whoever waits for it fails as well, and soon.
 *
 * <p><b>Threads.</b> One thread at a time calls operations; it is not interruptible in them. {@link #abort} and {@link
 * #close} may be called from any thread at any time.
 *
 * <p>Memory must be native and may be longer than 2 GiB; parts of length 0 are allowed.
 */
public interface Collective extends AutoCloseable {

    /** Returns which member this is, counting from 0. */
    int rank();

    /** Returns how many members there are. */
    int size();

    /**
     * Memory that goes to another member, or comes from it.
     *
     * @param member the other's rank
     */
    record Part(int member, MemorySegment memory) {
        public Part {
            if (!memory.isNative()) {
                throw new IllegalArgumentException(
                        "a part of %d bytes on the heap (expected: native memory)".formatted(memory.byteSize()));
            }
        }
    }

    /**
     * Sends parts to other members and receives parts from them, in any order. Between two members, the n-th part that one
     * sends is the n-th that the other receives; and when both send in one operation of one of them, they do so in one of the
     * other.
     *
     * @param operation what this is for, in the words of a message to people
     * @throws CollectiveFailedException see above
     * @throws IllegalArgumentException if a part's member is this one or none of the group
     */
    void exchange(String operation, List<Part> outgoing, List<Part> incoming);

    /**
     * Breaks the group off: an operation that another thread is blocked in throws soon, also when the members it waits for
     * are alive but do not answer. Closes this member's connections. Does nothing to a group that is closed.
     */
    void abort();

    /**
     * Leaves the group and frees what it holds; like {@link #abort} when an operation is under way. Others that still wait
     * for this member fail, so an orderly end begins with an operation in which everybody hears from everybody, such as
     * {@link #gatherLongs}.
     */
    @Override
    void close();

    /**
     * Gives every member everybody's segment.
     *
     * @param segments in order of rank, of any lengths: this member's own is sent, the others are filled
     * @throws CollectiveFailedException see above
     */
    default void allGather(List<MemorySegment> segments) {
        List<Part> outgoing = new ArrayList<>();
        List<Part> incoming = new ArrayList<>();
        for (int other = 0; other < size(); other++) {
            if (other != rank()) {
                outgoing.add(new Part(other, segments.get(rank())));
                incoming.add(new Part(other, segments.get(other)));
            }
        }
        exchange("all-gather", outgoing, incoming);
    }

    /**
     * Returns everybody's numbers, in order of rank. Nobody returns before everybody has called.
     *
     * @param own as many as the others give, possibly none
     * @throws CollectiveFailedException see above
     */
    default List<long[]> gatherLongs(long... own) {
        return Gathering.longs(this, own);
    }

    /** Returns everybody's numbers, bit for bit; see {@link #gatherLongs}. */
    default List<double[]> gatherDoubles(double... own) {
        return Gathering.doubles(this, own);
    }

    /**
     * Copies tensors from one member to some others. The data goes from member to member in order of rank, in chunks, so
     * that all of them are busy at once. A member that is neither source nor receiver returns at once.
     *
     * @param source the rank of the one whose tensors are read
     * @param receivers the ranks of those whose tensors are overwritten
     * @param tensors of the same sizes, in the same order, on every member that takes part; in native memory
     * @throws CollectiveFailedException see above
     */
    default void broadcast(int source, Set<Integer> receivers, List<TensorData> tensors) {
        Broadcast.run(this, source, receivers, tensors);
    }
}
