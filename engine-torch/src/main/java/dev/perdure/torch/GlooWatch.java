package dev.perdure.torch;

import dev.perdure.core.DType;
import dev.perdure.core.Shape;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntConsumer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.javacpp.chrono.Milliseconds;
import org.bytedeco.pytorch.ProcessGroupGloo;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.Work;

/**
 * Notices when a connection to another member ends. Gloo tells the sends and receives that have not begun, but not one that
 * is halfway: whoever waits for the rest of a message from a killed process would wait until its patience ends. So for each
 * member a receive stands open that never gets anything, with a thread that waits for its failure.
 */
final class GlooWatch implements AutoCloseable {
    /** Nothing is ever sent with it. */
    private static final int TAG = 1;

    /** In nanoseconds it still fits into a long. */
    private static final long TEN_YEARS_MILLIS = 10L * 365 * 24 * 3600 * 1000;

    private final Arena arena = Arena.ofShared();
    private final Kept kept = new Kept();
    private final List<Work> receives = new ArrayList<>();
    private final List<Thread> threads = new ArrayList<>();

    /** @param gone is told the rank of a member whose connection ended, by a thread of the watch's own */
    GlooWatch(ProcessGroupGloo gloo, int rank, int size, IntConsumer gone) {
        for (int other = 0; other < size; other++) {
            if (other != rank) {
                watch(gloo, other, gone);
            }
        }
    }

    private void watch(ProcessGroupGloo gloo, int member, IntConsumer gone) {
        try (var _ = new PointerScope()) {
            var nothing = new TensorVector(Tensors.over(arena.allocate(1), DType.U8, Shape.of(1)));
            Work receive = kept.keep(gloo.recv(nothing, member, TAG));
            receives.add(receive);
            threads.add(Thread.ofPlatform()
                    .name("gloo-watch-" + member)
                    .daemon()
                    .start(() -> await(receive, member, gone)));
        }
    }

    private static void await(Work receive, int member, IntConsumer gone) {
        try (var _ = new PointerScope()) {
            receive._wait(new Milliseconds(TEN_YEARS_MILLIS));
        } catch (RuntimeException e) { // of Gloo: the connection is closed
            gone.accept(member);
        }
    }

    @Override
    public void close() {
        receives.forEach(Work::abort);
        for (Thread thread : threads) {
            joinUninterruptibly(thread);
        }
        kept.close();
        arena.close();
    }

    private static void joinUninterruptibly(Thread thread) {
        boolean interrupted = false;
        while (thread.isAlive()) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
