package dev.perdure.wire;

import com.google.protobuf.ByteString;
import dev.perdure.supervision.FromWorker;
import dev.perdure.supervision.ToWorker;
import dev.perdure.wire.SupervisorStream.Event;
import dev.perdure.wire.v1.Wire;
import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A worker's end: finds its supervisor, joins, tells what the supervisor says in order on one thread, and keeps up
 * heartbeats at the pace that Welcome asks for.
 *
 * <p>When the connection breaks, or a successor has written its address, it tells the listener, reads the address again
 * and joins anew, for as long as it takes. What waited to be sent on the broken connection is dropped; the new Join says
 * where the worker stands. It never goes back to a supervisor with a smaller epoch.
 *
 * <p>When a supervisor will not have it (another protocol, a name that is another process's) it tells the listener
 * {@link ToWorker.Refused} and tries no more.
 */
public final class SupervisorClient implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(SupervisorClient.class);
    private static final long GRACE_NANOS = TimeUnit.SECONDS.toNanos(2);

    private final Path addressFile;
    private final Supplier<FromWorker.Join> join;
    private final Listener listener;
    private final WireSettings settings;
    private final ByteString life = life();
    private final BlockingQueue<Event> events = new LinkedBlockingQueue<>();
    private final Dialling dialling;
    private final Heartbeats heartbeats;
    private final Thread thread =
            Thread.ofPlatform().daemon().name("worker-hears").unstarted(this::run);
    private volatile @Nullable SupervisorStream stream;
    private volatile boolean closed;
    private boolean refused; // from here on the owner thread's
    private long epochMax = -1;
    private int attempts;
    private long due = System.nanoTime();

    /** Hears what the supervisor says. Everything is told by one thread, one thing after the other. */
    public interface Listener {
        /** The supervisor said something. */
        void said(ToWorker message);

        /** A connection on which the supervisor had said something ended. */
        void lost(String why);

        /**
         * No supervisor could be reached, for the n-th time since the last one said something; another attempt follows.
         */
        void unreachable(int attempt, String why);
    }

    /**
     * Starts to look for the supervisor.
     *
     * @param addressFile where a supervisor has written its address, or will
     * @param join says who the worker is and where it stands; asked on the listener's thread at every connection
     * @param heartbeat asked on a thread of its own; must not block
     */
    public SupervisorClient(
            Path addressFile,
            Supplier<FromWorker.Join> join,
            Supplier<FromWorker.Heartbeat> heartbeat,
            Listener listener,
            WireSettings settings) {
        this.addressFile = addressFile;
        this.join = join;
        this.listener = listener;
        this.settings = settings;
        this.dialling = new Dialling(settings);
        this.heartbeats = new Heartbeats(heartbeat);
        thread.start();
    }

    private static ByteString life() {
        byte[] secret = new byte[16];
        new SecureRandom().nextBytes(secret);
        return ByteString.copyFrom(secret);
    }

    /**
     * Tells the supervisor something, after what it was told before. Does not block.
     *
     * @return whether it is on its way, or will be when the connection that is being made is there. If that breaks or fails
     *     it is dropped, and the listener told lost or unreachable; false when there is none
     * @throws IllegalArgumentException if it is longer than {@link WireSettings#messageBytesMax}
     */
    public boolean send(FromWorker message) {
        Wire.FromWorker written = FromWorkers.write(message);
        if (written.getSerializedSize() > settings.messageBytesMax()) {
            throw new IllegalArgumentException("message: %d bytes (expected: <= %d)"
                    .formatted(written.getSerializedSize(), settings.messageBytesMax()));
        }
        SupervisorStream now = stream;
        return now != null && now.send(written);
    }

    private void run() {
        try {
            while (!closed) {
                step();
            }
            leave();
        } catch (InterruptedException e) {
            LOG.debug("Interrupted: the connection is closed at once");
        } finally {
            heartbeats.close();
            dialling.close();
        }
    }

    /** Waits for the next thing to happen, and does what it asks for. */
    private void step() throws InterruptedException {
        Event event = events.poll(Math.max(0, due - System.nanoTime()), TimeUnit.NANOSECONDS);
        try {
            if (event != null) {
                hear(event);
            }
            if (!refused && System.nanoTime() - due >= 0) {
                SupervisorStream now = stream;
                if (now == null) {
                    connect();
                } else {
                    lookForSuccessor(now);
                }
            }
        } catch (RuntimeException e) {
            LOG.error("The listener failed; the next message is told to it all the same", e);
        }
    }

    private void connect() {
        try {
            SupervisorAddress address = SupervisorAddress.read(addressFile);
            if (address.epoch() < epochMax) {
                throw new NoSupervisorException("%s: epoch %d (expected: >= %d, which was heard before)"
                        .formatted(addressFile, address.epoch(), epochMax));
            }
            Wire.FromWorker.Builder first = FromWorkers.write(join.get()).toBuilder();
            first.getJoinBuilder().setLife(life);
            var connecting = new SupervisorStream(address, settings, events::add);
            dialling.dial(connecting);
            connecting.send(first.build());
            stream = connecting;
            after(settings.successorChecks().toNanos());
        } catch (IOException e) {
            unreachable(String.valueOf(e.getMessage()));
        }
    }

    private void lookForSuccessor(SupervisorStream now) {
        after(settings.successorChecks().toNanos());
        try {
            SupervisorAddress address = SupervisorAddress.read(addressFile);
            if (address.epoch() > now.address.epoch()) {
                ended(now, "a successor took over: epoch %d after %d".formatted(address.epoch(), now.address.epoch()));
                now.end("the worker follows a successor");
            }
        } catch (IOException e) {
            LOG.debug("The supervisor that is connected is kept", e);
        }
    }

    private void hear(Event event) {
        switch (event) {
            case Event.Said said when said.stream() == stream -> hear(said.stream(), said.message());
            case Event.Ended gone when gone.stream() == stream && gone.refused() -> refused(gone);
            case Event.Ended gone when gone.stream() == stream -> ended(gone.stream(), gone.why());
            case Event.Said _, Event.Ended _ -> LOG.debug("Of an earlier connection: {}", event);
            case Event.Closing _ -> LOG.debug("Closing");
        }
    }

    private void hear(SupervisorStream from, ToWorker message) {
        from.answered = true;
        attempts = 0;
        epochMax = Math.max(epochMax, from.address.epoch());
        if (message instanceof ToWorker.Welcome welcome) {
            heartbeats.begin(welcome.heartbeats(), beat -> from.sendLatest(FromWorkers.write(beat)));
        }
        try {
            listener.said(message);
        } finally {
            from.heard();
        }
    }

    private void refused(Event.Ended gone) {
        refused = true;
        drop();
        listener.said(new ToWorker.Refused(gone.stream().address.epoch(), gone.why()));
    }

    private void ended(SupervisorStream gone, String why) {
        drop();
        if (gone.answered) {
            after(0);
            listener.lost(why);
        } else {
            unreachable(gone.address + ": " + why);
        }
    }

    private void drop() {
        stream = null;
        heartbeats.rest();
        after(TimeUnit.DAYS.toNanos(1));
    }

    private void unreachable(String why) {
        attempts++;
        after(settings.reconnects().pauseAfter(attempts).toNanos());
        listener.unreachable(attempts, why);
    }

    private void after(long nanos) {
        due = System.nanoTime() + nanos;
    }

    /** Lets what was said be written, for a while; the listener hears no more. */
    private void leave() throws InterruptedException {
        SupervisorStream last = stream;
        stream = null;
        heartbeats.rest();
        if (last == null) {
            return;
        }
        last.complete();
        long end = System.nanoTime() + GRACE_NANOS;
        for (long left = GRACE_NANOS; left > 0; left = end - System.nanoTime()) {
            Event event = events.poll(left, TimeUnit.NANOSECONDS);
            if (event instanceof Event.Ended gone && gone.stream() == last) {
                return;
            }
            last.heard();
        }
        last.end("the worker does not wait any longer");
    }

    /**
     * Closes the connection after what was sent has been written, for which it waits two seconds at most. No listener is
     * called afterwards.
     */
    @Override
    public void close() {
        closed = true;
        events.add(new Event.Closing());
        Threads.join(thread);
    }
}
