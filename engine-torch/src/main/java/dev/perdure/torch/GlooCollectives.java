package dev.perdure.torch;

import dev.perdure.core.BadSettingException;
import dev.perdure.engine.Collective;
import dev.perdure.engine.CollectiveFailedException;
import dev.perdure.engine.Collectives;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import org.bytedeco.javacpp.Loader;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.javacpp.chrono.Milliseconds;
import org.bytedeco.pytorch.GlooDeviceVector;
import org.bytedeco.pytorch.PrefixStore;
import org.bytedeco.pytorch.ProcessGroupGloo;
import org.bytedeco.pytorch.Store;
import org.bytedeco.pytorch.StringVector;

/**
 * Groups of processes of one host, over the TCP of Gloo as PyTorch's c10d has it, bound to the loopback interface.
 *
 * <p>A meeting point is {@code file:PATH}, a file that the first member creates and the last removes, in a folder that
 * exists; or {@code tcp:HOST:PORT/PREFIX}, a server of c10d. A file needs no process that could fail.
 *
 * <p>A group costs two threads and a listening socket for itself, and a connection and a thread for every other member, until
 * it is closed. Gloo writes a line to standard output when a group forms: nothing else should be read from there.
 */
public final class GlooCollectives implements Collectives {
    /** When all have come, only a member that dies or is stopped at this moment can keep a group from being formed. */
    private static final Duration CONNECT_MAX = Duration.ofSeconds(5);

    private static final Duration PATIENCE = Duration.ofMinutes(30);
    private static final int POLL_MILLIS = 1;

    private final Duration patience;

    /** Loads libtorch; operations may stand still for half an hour, because a supervisor finds out sooner who is stuck. */
    public GlooCollectives() {
        this(PATIENCE);
    }

    /**
     * Loads libtorch.
     *
     * @param patience how long an operation may stand still before it fails
     */
    public GlooCollectives(Duration patience) {
        this.patience = patience;
        Libtorch.load();
        Loader.load(org.bytedeco.pytorch.presets.torch_gloo.class);
    }

    @Override
    public Collective meet(String meetingPoint, int rank, int size, long generation, Duration timeout)
            throws InterruptedException {
        if (rank < 0 || rank >= size) {
            throw new IllegalArgumentException("rank: %d of %d (expected: 0 to size - 1)".formatted(rank, size));
        }
        String name = "rank %d of %d, generation %d".formatted(rank, size, generation);
        long deadline = System.nanoTime() + timeout.toNanos();
        MeetingPoint point = MeetingPoint.parse(meetingPoint);
        try (var _ = new PointerScope()) {
            // A store made with `new` has no owner that counts references: only its clone may be handed on.
            Store shared = point.open(size, timeout).clone();
            Store store = new PrefixStore("generation-" + generation, shared).clone();
            awaitAll(store, rank, size, deadline, name);
            return new GlooCollective(connect(store, rank, size), rank, size, name, CONNECT_MAX).formed(patience);
        } catch (CollectiveFailedException | BadSettingException e) {
            throw e;
        } catch (RuntimeException e) {
            throw new CollectiveFailedException("meeting at " + meetingPoint, name, Libtorch.oneLine(e));
        }
    }

    /** Waits here and not in Gloo, which cannot be interrupted and does not say who is missing. */
    private static void awaitAll(Store store, int rank, int size, long deadline, String name)
            throws InterruptedException {
        store.set(arrival(rank), "here");
        try {
            while (!store.check(arrivals(size))) {
                if (System.nanoTime() - deadline > 0) {
                    throw new CollectiveFailedException(
                            "meeting", name, "ranks %s have not come in time".formatted(missing(store, size)));
                }
                Thread.sleep(POLL_MILLIS);
            }
        } catch (InterruptedException e) {
            store.deleteKey(arrival(rank));
            throw e;
        }
    }

    private static String arrival(int rank) {
        return "arrived-" + rank;
    }

    private static StringVector arrivals(int size) {
        return new StringVector(
                IntStream.range(0, size).mapToObj(GlooCollectives::arrival).toArray(String[]::new));
    }

    private static List<Integer> missing(Store store, int size) {
        return IntStream.range(0, size)
                .filter(rank -> !store.check(new StringVector(arrival(rank))))
                .boxed()
                .toList();
    }

    private static ProcessGroupGloo connect(Store store, int rank, int size) {
        var options = ProcessGroupGloo.Options.create(new Milliseconds(CONNECT_MAX.toMillis()));
        options.threads(1);
        options.devices(new GlooDeviceVector(ProcessGroupGloo.createDeviceForHostname("127.0.0.1")));
        return new ProcessGroupGloo(store, rank, size, options);
    }
}
