package dev.perdure.cli;

import dev.perdure.supervision.FromWorker;
import dev.perdure.supervision.ToWorker;
import dev.perdure.training.RunFolder;
import dev.perdure.training.WorkerLink;
import dev.perdure.wire.SupervisorClient;
import dev.perdure.wire.WireSettings;
import java.time.Duration;
import java.util.OptionalLong;

/** A worker's line to its supervisor over gRPC. */
final class WireLink implements WorkerLink, SupervisorClient.Listener {
    private final Side side;
    private final SupervisorClient client;
    private volatile OptionalLong aloneSince = OptionalLong.of(System.nanoTime());

    private WireLink(RunFolder folder, Side side) {
        this.side = side;
        this.client = new SupervisorClient(
                folder.supervisorAddress(), side::join, side::heartbeat, this, WireSettings.DEFAULT);
    }

    static WireLink open(RunFolder folder, Side side) {
        return new WireLink(folder, side);
    }

    @Override
    public void said(ToWorker message) {
        aloneSince = OptionalLong.empty();
        side.ordered(message);
    }

    @Override
    public void lost(String why) {
        aloneSince = OptionalLong.of(System.nanoTime());
    }

    @Override
    public void unreachable(int attempt, String why) {
        // Already alone.
    }

    @Override
    public void send(FromWorker message) {
        client.send(message);
    }

    @Override
    public Duration alone() {
        OptionalLong since = aloneSince;
        return since.isEmpty() ? Duration.ZERO : Duration.ofNanos(System.nanoTime() - since.getAsLong());
    }

    @Override
    public void close() {
        client.close();
    }
}
