package dev.perdure.cli;

import dev.perdure.supervision.FromWorker;
import dev.perdure.supervision.ToWorker;
import dev.perdure.supervision.WorkerId;
import dev.perdure.training.RunFolder;
import dev.perdure.training.SupervisorPort;
import dev.perdure.wire.SupervisorServer;
import dev.perdure.wire.WireSettings;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** Where workers reach their supervisor over gRPC: a port of this host's loopback that the system chooses. */
final class WirePort implements SupervisorPort, SupervisorServer.Listener {
    private final Listener listener;
    private final SupervisorServer server;
    private final Map<WorkerId, Long> connections = new ConcurrentHashMap<>();
    private long connectionsEver;

    private WirePort(RunFolder folder, long epoch, Listener listener) throws IOException {
        this.listener = listener;
        var anyPort = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
        this.server = new SupervisorServer(folder.supervisorAddress(), anyPort, epoch, this, WireSettings.DEFAULT);
    }

    static WirePort open(RunFolder folder, long epoch, Listener listener) throws IOException {
        return new WirePort(folder, epoch, listener);
    }

    /** Each Join begins a connection, and the server tells of one worker's connections one after the other. */
    @Override
    public void said(WorkerId worker, FromWorker message) {
        if (message instanceof FromWorker.Join) {
            connections.put(worker, ++connectionsEver);
        }
        Long connection = connections.get(worker);
        if (connection != null) {
            listener.said(connection, message);
        }
    }

    @Override
    public void lost(WorkerId worker, String why) {
        Long connection = connections.remove(worker);
        if (connection != null) {
            listener.lost(connection, worker, why);
        }
    }

    @Override
    public void send(long connection, WorkerId worker, ToWorker message) {
        Long now = connections.get(worker);
        if (now != null && now == connection) {
            server.send(worker, message);
        }
        boolean ends = message instanceof ToWorker.Stop || message instanceof ToWorker.Refused;
        if (ends) {
            server.forget(worker);
        }
    }

    @Override
    public void close() {
        server.close();
    }
}
