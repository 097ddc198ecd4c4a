package dev.perdure.training;

import dev.perdure.core.State;
import dev.perdure.core.TensorData;
import dev.perdure.engine.Collective;
import dev.perdure.engine.CollectiveFailedException;
import dev.perdure.engine.TrainableModel.Evaluation;
import dev.perdure.supervision.Generation;
import dev.perdure.supervision.Share;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The generation to come, as a member sees it that still steps in the one before: a thread of its own meets the others. On the
 * source that thread also sends its state to the joiners, and then every step that was applied since, until all go over.
 *
 * <p>The stepping thread waits for nothing here, but for its state to be copied in memory once, on the source. When the
 * joiners are slower than the others for long, the source gives them up rather than keep more than {@value #KEPT_MAX} bytes.
 */
final class Succession implements Followers {
    private static final Logger LOG = LoggerFactory.getLogger(Succession.class);
    private static final long KEPT_MAX = 1L << 30;

    private final Generation next;
    private final int rank;
    private final FollowedStep.Sizes sizes;
    private final Supplier<State> layout;
    private final Meeting meeting;
    private final Runnable met;
    private final Thread thread;
    private final BlockingQueue<Kept> queue = new LinkedBlockingQueue<>();
    private final AtomicLong kept = new AtomicLong();
    private @Nullable Collective group;
    private boolean cancelled;
    private boolean over;
    private volatile boolean captured;
    private volatile boolean capturing;
    private volatile boolean ready;
    private volatile boolean goesOver;

    /** Forms the group of the next generation. */
    interface Meeting {
        Collective meet() throws InterruptedException;
    }

    /** What waits to be sent, with the memory that it owns. */
    private sealed interface Kept {
        record Snapshot(State state, Arena arena) implements Kept {}

        record Item(FollowedStep what, Arena arena, long bytes) implements Kept {}
    }

    /**
     * Begins to meet.
     *
     * @param layout gives a state with this member's tensors, of which only types and shapes are looked at
     * @param met is called once this member could go over, as far as it is concerned
     */
    Succession(
            Generation next,
            int rank,
            FollowedStep.Sizes sizes,
            Supplier<State> layout,
            Meeting meeting,
            Runnable met) {
        this.next = next;
        this.rank = rank;
        this.sizes = sizes;
        this.layout = layout;
        this.meeting = meeting;
        this.met = met;
        this.capturing = isSource();
        this.thread = Thread.ofPlatform()
                .daemon()
                .name("perdure-generation-" + next.number())
                .start(this::run);
    }

    Generation next() {
        return next;
    }

    private boolean isSource() {
        return rank == next.source();
    }

    static Set<Integer> joiners(Generation next) {
        Set<Integer> ranks = new HashSet<>();
        for (int i = 0; i < next.shares().size(); i++) {
            Share share = next.shares().get(i);
            if (next.isJoiner(share.worker())) {
                ranks.add(i);
            }
        }
        return ranks;
    }

    private void run() {
        try {
            Collective formed = meeting.meet();
            if (!keep(formed)) {
                return;
            }
            if (isSource()) {
                feed(formed);
            } else {
                StateCopy.run(formed, next.source(), joiners(next), layout.get());
                isReady();
            }
        } catch (CollectiveFailedException e) {
            ready = false;
            LOG.info("generation {} is not met for any more: {}", next.number(), e.getMessage());
        } catch (InterruptedException e) {
            LOG.debug("the meeting for generation {} was called off", next.number());
        } finally {
            ends();
        }
    }

    private synchronized void ends() {
        over = true;
        queue.forEach(Succession::free);
        queue.clear();
    }

    /** Returns whether the group is still wanted. */
    private synchronized boolean keep(Collective formed) {
        if (cancelled) {
            formed.close();
            return false;
        }
        group = formed;
        return true;
    }

    private void isReady() {
        ready = true;
        met.run();
    }

    private void feed(Collective formed) throws InterruptedException {
        List<Integer> to = joiners(next).stream().sorted().toList();
        boolean upToDate = false;
        while (true) {
            Kept head = queue.take();
            switch (head) {
                case Kept.Snapshot(State state, Arena arena) -> {
                    try (arena) {
                        StateCopy.run(formed, next.source(), joiners(next), state);
                    }
                }
                case Kept.Item item -> {
                    try (Arena _ = item.arena()) {
                        FollowedStep.send(formed, to, item.what());
                    }
                    kept.addAndGet(-item.bytes());
                    if (item.what() instanceof FollowedStep.Over) {
                        return;
                    }
                }
            }
            if (!upToDate && queue.isEmpty()) {
                upToDate = true;
                FollowedStep.send(formed, to, new FollowedStep.UpToDate());
                isReady();
            }
        }
    }

    private static void free(Kept item) {
        switch (item) {
            case Kept.Snapshot snapshot -> snapshot.arena().close();
            case Kept.Item step -> step.arena().close();
        }
    }

    @Override
    public long readyFor() {
        return ready && goesOver ? next.number() : 0;
    }

    /** The supervisor says that all have met. */
    void goOver() {
        goesOver = true;
    }

    @Override
    public void applied(Supplier<State> state) {
        if (!capturing) {
            return;
        }
        capturing = false;
        captured = true;
        Arena arena = Arena.ofShared();
        State.Builder copy = State.builder();
        state.get().entries().forEach((name, entry) -> {
            switch (entry) {
                case State.Entry.Tensor(TensorData tensor) -> copy.tensor(name, copyOf(tensor, arena));
                case State.Entry.Int(long value) -> copy.integer(name, value);
                case State.Entry.Real(double value) -> copy.real(name, value);
                case State.Entry.Text(String text) -> copy.text(name, text);
                case State.Entry.Blob blob -> copy.blob(name, blob.bytes());
            }
        });
        queue.add(new Kept.Snapshot(copy.build(), arena));
    }

    private static TensorData copyOf(TensorData tensor, Arena arena) {
        TensorData copy = TensorData.allocate(arena, tensor.dtype(), tensor.shape());
        copy.data().copyFrom(tensor.data());
        return copy;
    }

    @Override
    public void computed(long step, StepGradient gradient, int[] samples) {
        if (!captured) {
            return;
        }
        Arena arena = Arena.ofShared();
        ResultTable table = sizes.table(arena);
        table.put(gradient.microbatches());
        MemorySegment rows = table.rows(new Span(0, sizes.microbatches()));
        TensorData values = copyOf(gradient.gradient(), arena);
        MemorySegment ids = arena.allocateFrom(ValueLayout.JAVA_INT, samples);
        add(
                new FollowedStep.Step(step, values.data(), rows, ids),
                arena,
                values.bytes() + rows.byteSize() + ids.byteSize());
    }

    @Override
    public void skipped(long step, int[] samples) {
        if (captured) {
            Arena arena = Arena.ofShared();
            MemorySegment ids = arena.allocateFrom(ValueLayout.JAVA_INT, samples);
            add(new FollowedStep.Skipped(step, ids), arena, ids.byteSize());
        }
    }

    @Override
    public void evaluated(Evaluation heldOut) {
        if (captured) {
            add(new FollowedStep.Evaluated(heldOut), Arena.ofShared(), 0);
        }
    }

    private synchronized void add(FollowedStep what, Arena arena, long bytes) {
        if (over || cancelled) {
            arena.close();
            return;
        }
        queue.add(new Kept.Item(what, arena, bytes));
        if (kept.addAndGet(bytes) > KEPT_MAX) {
            LOG.warn("those who join with generation {} are too slow to follow", next.number());
            cancel();
        }
    }

    /**
     * Goes over: brings the joiners along, and hands the group to the stepping thread, which calls this.
     *
     * @throws CollectiveFailedException if it is not to be had any more
     */
    Collective handOver() throws InterruptedException {
        if (isSource()) {
            add(new FollowedStep.Over(), Arena.ofShared(), 0);
        }
        thread.join();
        synchronized (this) {
            Collective formed = group;
            group = null;
            if (formed == null || !ready) {
                throw new CollectiveFailedException("going over", "generation " + next.number(), "it was called off");
            }
            return formed;
        }
    }

    /** Gives up, without waiting. Does nothing once the group was handed over. */
    synchronized void cancel() {
        cancelled = true;
        captured = false;
        capturing = false;
        ready = false;
        thread.interrupt();
        if (group != null) {
            group.close();
            group = null;
        }
    }

    /** Returns the ranks and shares of a generation. */
    static List<Span> shares(Generation generation) {
        var spans = new ArrayList<Span>();
        generation.shares().forEach(share -> spans.add(new Span(share.from(), share.to())));
        return spans;
    }
}
