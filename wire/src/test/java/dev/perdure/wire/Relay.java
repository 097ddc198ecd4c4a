package dev.perdure.wire;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** A connection's middle, which can fall silent, or break on the worker's side only. */
final class Relay implements AutoCloseable {
    private final ServerSocket server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    private final List<Socket> fromWorkers = new CopyOnWriteArrayList<>();
    private final List<Socket> toSupervisor = new CopyOnWriteArrayList<>();
    private final int port;
    private volatile boolean silent;

    Relay(int port) throws IOException {
        this.port = port;
        Thread.ofVirtual().start(this::accept);
    }

    int port() {
        return server.getLocalPort();
    }

    /** From now on it reads what comes and passes nothing on. */
    void fallSilent() {
        silent = true;
    }

    /** Breaks what workers see, and keeps quiet about it to the supervisor. */
    void breakOnTheWorkersSide() throws IOException {
        silent = true;
        for (Socket socket : fromWorkers) {
            socket.close();
        }
        fromWorkers.clear();
    }

    void passOnWhatComesNew() {
        silent = false;
    }

    private void accept() {
        try {
            while (true) {
                Socket worker = server.accept();
                var supervisor = new Socket(InetAddress.getLoopbackAddress(), port);
                fromWorkers.add(worker);
                toSupervisor.add(supervisor);
                Thread.ofVirtual().start(() -> pass(worker, supervisor));
                Thread.ofVirtual().start(() -> pass(supervisor, worker));
            }
        } catch (IOException closed) {
            // the test is over
        }
    }

    private void pass(Socket from, Socket to) {
        byte[] bytes = new byte[1 << 14];
        try {
            InputStream in = from.getInputStream();
            OutputStream out = to.getOutputStream();
            for (int read = in.read(bytes); read > 0; read = in.read(bytes)) {
                if (!silent) {
                    out.write(bytes, 0, read);
                }
            }
            if (!silent) {
                to.close();
            }
        } catch (IOException broken) {
            // one side is gone; the other is told by close, or not at all
        }
    }

    @Override
    public void close() throws IOException {
        server.close();
        for (Socket socket : fromWorkers) {
            socket.close();
        }
        for (Socket socket : toSupervisor) {
            socket.close();
        }
    }
}
