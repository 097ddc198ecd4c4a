package dev.perdure.torch;

import dev.perdure.core.DType;
import dev.perdure.core.Shape;
import dev.perdure.engine.Collective;
import dev.perdure.engine.CollectiveFailedException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.javacpp.chrono.Milliseconds;
import org.bytedeco.pytorch.ProcessGroupGloo;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.Work;

/**
 * A group of Gloo. Everything is made of its sends and receives: those alone can be broken off by another thread, and they
 * leave nothing in the queue for which closing a group waits.
 *
 * <p>Who fails closes its connections at once: a member that waits for this one, and not for the one that failed, would
 * otherwise learn of it only when its patience ends.
 */
final class GlooCollective implements Collective {
    /** Messages between two members arrive in the order in which they are sent, so that one tag is enough. */
    private static final int TAG = 0;

    /** More than that is sent and received at once. */
    private static final long TURN_BYTES_MAX = 1 << 20;

    private final Kept group = new Kept();
    private final ProcessGroupGloo gloo;
    private final int rank;
    private final int size;
    private final String name;
    private Duration patience;
    private final GlooWatch watch;
    private final List<UnderWay> underWay = new ArrayList<>(); // guarded by this, like the rest
    private final Set<Integer> gone = new HashSet<>();
    private boolean busy;
    private boolean closed;
    private String over = "";

    private record UnderWay(int member, Work work) {}

    GlooCollective(ProcessGroupGloo gloo, int rank, int size, String name, Duration patience) {
        this.gloo = group.keep(gloo);
        this.rank = rank;
        this.size = size;
        this.name = name;
        this.patience = patience;
        this.watch = new GlooWatch(gloo, rank, size, this::leaveAlone);
    }

    /**
     * Waits until the others are through with connecting, so that whoever leaves at once does not disturb them.
     *
     * @param patience how long operations may stand still from then on
     */
    GlooCollective formed(Duration patience) {
        gatherLongs();
        this.patience = patience;
        return this;
    }

    @Override
    public int rank() {
        return rank;
    }

    @Override
    public int size() {
        return size;
    }

    @Override
    public void exchange(String operation, List<Part> outgoing, List<Part> incoming) {
        outgoing.forEach(this::check);
        incoming.forEach(this::check);
        begin(operation);
        String failure = "";
        try (var _ = new PointerScope()) {
            transfer(outgoing, incoming);
        } catch (RuntimeException e) {
            failure = Libtorch.oneLine(e);
        } finally {
            end(failure);
        }
        if (!failure.isEmpty()) {
            throw failed(operation);
        }
    }

    private void check(Part part) {
        if (part.member() < 0 || part.member() >= size || part.member() == rank) {
            throw new IllegalArgumentException(
                    "rank: %d (expected: another member's, 0 to %d)".formatted(part.member(), size - 1));
        }
    }

    private synchronized void begin(String operation) {
        if (!over.isEmpty()) {
            throw failed(operation);
        }
        if (busy) {
            throw new IllegalStateException("%s while another operation is under way".formatted(operation));
        }
        busy = true;
    }

    /**
     * Receives are posted first: all that a member says about them has then been read when its data has come.
     *
     * <p>Of two members that give each other little, the one of lower rank begins. While a thread sends, Gloo's own cannot
     * receive from the same member, and spins until it can: on a busy host that takes the processor from the one that sends.
     */
    private void transfer(List<Part> outgoing, List<Part> incoming) {
        List<UnderWay> works = new ArrayList<>();
        try {
            for (Part part : incoming) {
                post(works, part, gloo::recv);
            }
            List<Part> answers = new ArrayList<>();
            for (Part part : outgoing) {
                if (part.member() < rank && takesTurns(part.member(), outgoing, incoming)) {
                    answers.add(part);
                } else {
                    post(works, part, gloo::send);
                }
            }
            List<UnderWay> open = new ArrayList<>(works);
            for (int member : answers.stream().map(Part::member).distinct().toList()) {
                open.stream().filter(one -> one.member() == member).forEach(this::await);
                open.removeIf(one -> one.member() == member);
                int posted = works.size();
                for (Part part : answers) {
                    if (part.member() == member) {
                        post(works, part, gloo::send);
                    }
                }
                open.addAll(works.subList(posted, works.size()));
            }
            open.forEach(this::await);
        } finally {
            release(works);
        }
    }

    /** Both ends come to the same, because they know the same lengths. */
    private static boolean takesTurns(int member, List<Part> outgoing, List<Part> incoming) {
        return bytes(member, outgoing) <= TURN_BYTES_MAX && bytes(member, incoming) <= TURN_BYTES_MAX;
    }

    private static long bytes(int member, List<Part> parts) {
        return parts.stream()
                .filter(part -> part.member() == member)
                .mapToLong(part -> part.memory().byteSize())
                .sum();
    }

    /** What a member that is gone has sent before may all be here: that is as good as any. */
    private void await(UnderWay one) {
        boolean done = one.work()._wait(new Milliseconds(patience.toMillis()));
        if (!done && (isOver() || !one.work()._wait(new Milliseconds(1)))) {
            throw new IllegalStateException("rank %d is gone".formatted(one.member()));
        }
    }

    private synchronized boolean isOver() {
        return !over.isEmpty();
    }

    /** Wakes whoever waits for a member that is gone. */
    private synchronized void leaveAlone(int member) {
        gone.add(member);
        underWay.stream()
                .filter(one -> one.member() == member)
                .forEach(one -> one.work().abort());
    }

    /** Sends a tensor to a member or receives it from there. */
    private interface Direction {
        Work start(TensorVector tensor, int member, int tag);
    }

    private void post(List<UnderWay> works, Part part, Direction direction) {
        long bytes = part.memory().byteSize();
        if (bytes == 0) {
            return;
        }
        var tensor = new TensorVector(Tensors.over(part.memory(), DType.U8, Shape.of(bytes)));
        synchronized (this) {
            if (!over.isEmpty() || gone.contains(part.member())) {
                throw new IllegalStateException(over.isEmpty() ? "rank %d is gone".formatted(part.member()) : over);
            }
            var one = new UnderWay(part.member(), direction.start(tensor, part.member(), TAG));
            works.add(one);
            underWay.add(one);
        }
    }

    /** Frees works, after which Gloo touches their memory no more. */
    private synchronized void release(List<UnderWay> works) {
        underWay.clear();
        works.forEach(one -> one.work().close());
    }

    private void end(String failure) {
        boolean leaves;
        synchronized (this) {
            busy = false;
            over = over.isEmpty() ? failure : over;
            leaves = !over.isEmpty();
        }
        if (leaves) {
            closeOnce();
        }
    }

    @Override
    public void abort() {
        breakOff("aborted by this member");
    }

    @Override
    public void close() {
        breakOff("closed by this member");
    }

    /** Whoever is in an operation is woken, and closes the group on the way out. */
    private void breakOff(String reason) {
        boolean idle;
        synchronized (this) {
            over = over.isEmpty() ? reason : over;
            underWay.forEach(one -> one.work().abort());
            idle = !busy;
        }
        if (idle) {
            closeOnce();
        }
    }

    /** Outside of the lock: a thread of the watch may be waiting for it. */
    private void closeOnce() {
        synchronized (this) {
            if (closed) {
                return;
            }
            closed = true;
        }
        watch.close();
        group.close();
    }

    private synchronized CollectiveFailedException failed(String operation) {
        return new CollectiveFailedException(operation, name, over);
    }

    @Override
    public String toString() {
        return name;
    }
}
