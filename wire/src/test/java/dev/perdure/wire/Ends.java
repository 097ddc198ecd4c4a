package dev.perdure.wire;

import dev.perdure.core.Backoff;
import dev.perdure.supervision.FromWorker;
import dev.perdure.supervision.Progress;
import dev.perdure.supervision.ToWorker;
import dev.perdure.supervision.WorkerId;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.OptionalLong;

/** Both ends as tests use them. */
final class Ends {
    static final WorkerId W1 = new WorkerId("w1");
    static final InetSocketAddress LOOPBACK = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    static final WireSettings SETTINGS = WireSettings.DEFAULT;
    static final ToWorker WELCOME = new ToWorker.Welcome(1, Duration.ofMillis(20));

    private Ends() {}

    static SupervisorServer server(Path file, long epoch, SupervisorServer.Listener listener) throws IOException {
        return new SupervisorServer(file, LOOPBACK, epoch, listener, SETTINGS);
    }

    static SupervisorClient client(Path file, WorkerId worker, SupervisorClient.Listener listener) {
        return new SupervisorClient(
                file,
                () -> join(worker, 12),
                () -> new FromWorker.Heartbeat(worker, 0, new Progress(12, Progress.Phase.IDLE, -1)),
                listener,
                SETTINGS);
    }

    static FromWorker.Join join(WorkerId worker, long position) {
        return new FromWorker.Join(worker, "here", 4711, "build", "digest", 0, OptionalLong.of(position));
    }

    static FromWorker.Told told(WorkerId worker, long number, String text) {
        return new FromWorker.Told(worker, number, text);
    }

    static WireSettings withMessages(int bytesMax) {
        return new WireSettings(
                bytesMax,
                SETTINGS.unreadMax(),
                SETTINGS.unsentMax(),
                SETTINGS.streamsMax(),
                SETTINGS.silence(),
                SETTINGS.joinWithin(),
                SETTINGS.reconnects(),
                SETTINGS.successorChecks());
    }

    static WireSettings hasty(Duration joinWithin, int unsentMax) {
        return new WireSettings(
                SETTINGS.messageBytesMax(),
                SETTINGS.unreadMax(),
                unsentMax,
                SETTINGS.streamsMax(),
                SETTINGS.silence(),
                joinWithin,
                new Backoff(Integer.MAX_VALUE, Duration.ofMillis(1), Duration.ofMillis(10)),
                Duration.ofMillis(10));
    }
}
