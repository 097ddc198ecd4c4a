package dev.perdure.chaos;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.locks.LockSupport;

/** Clients that do what no client should, over sockets of their own. */
final class BadClients {
    private static final int ANSWER_WITHIN_MILLIS = 15_000;
    private static final int CONNECT_WITHIN_MILLIS = 5_000;
    private static final Duration BYTE_EVERY = Duration.ofMillis(100);
    private static final long TEBIBYTE = 1L << 40;
    private static final int CHUNK = 1 << 20;
    private static final int CHUNKS = 100;
    /** The reasons for which a request may be turned away by whoever was asked. */
    private static final int REFUSED = 400;

    private static final int BROKEN = 500;
    private static final int ENDED = 0;
    private static final int SILENT = -1;

    private final InetSocketAddress at;
    private final String path;
    private final byte[] body;

    BadClients(InetSocketAddress at, String path, String body) {
        this.at = at;
        this.path = path;
        this.body = body.getBytes(UTF_8);
    }

    private Socket connected() throws IOException {
        var socket = new Socket();
        socket.setSoTimeout(ANSWER_WITHIN_MILLIS);
        socket.connect(at, CONNECT_WITHIN_MILLIS);
        return socket;
    }

    private byte[] head(long length) {
        return "POST %s HTTP/1.1\r\nHost: %s\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n"
                .formatted(path, at.getHostString(), length)
                .getBytes(US_ASCII);
    }

    /** Returns the status of the answer; {@link #ENDED} when the connection was ended, {@link #SILENT} when nothing came in time. */
    private static int status(Socket socket) {
        try {
            var in = new BufferedReader(new InputStreamReader(socket.getInputStream(), US_ASCII));
            String line = in.readLine();
            return line == null ? ENDED : Integer.parseInt(line.split(" ")[1]);
        } catch (SocketTimeoutException _) {
            return SILENT;
        } catch (IOException _) {
            return ENDED;
        }
    }

    /** Sends a byte now and then, for so long. */
    void writeSlowly(Duration length) throws IOException {
        long end = System.nanoTime() + length.toNanos();
        try (Socket socket = connected()) {
            OutputStream out = socket.getOutputStream();
            out.write(head(body.length));
            for (int i = 0; i < body.length && System.nanoTime() - end < 0; i++) {
                out.write(body[i]);
                out.flush();
                LockSupport.parkNanos(BYTE_EVERY.toNanos());
            }
        }
    }

    /** Asks as long as it can be sent, for so long, and reads nothing. */
    void readNothing(Duration length) throws IOException {
        long end = System.nanoTime() + length.toNanos();
        try (var socket = new Socket()) {
            socket.setReceiveBufferSize(1024);
            socket.connect(at, CONNECT_WITHIN_MILLIS);
            Thread asks = Thread.ofVirtual().name("asks").start(() -> askUntilEnded(socket));
            while (System.nanoTime() - end < 0 && asks.isAlive()) {
                LockSupport.parkNanos(BYTE_EVERY.toNanos());
            }
            LockSupport.parkNanos(Math.max(0, end - System.nanoTime()));
        }
    }

    private void askUntilEnded(Socket socket) {
        try {
            OutputStream out = socket.getOutputStream();
            while (true) {
                out.write(head(body.length));
                out.write(body);
            }
        } catch (IOException _) {
            // nobody takes any more of it, or it is over
        }
    }

    /** Returns what was wrong with what came of a body that is said, and of one that is, too large; empty for nothing. */
    String sendTooMuch() throws IOException {
        try (Socket said = connected();
                Socket sent = connected()) {
            said.getOutputStream().write(head(TEBIBYTE));
            int first = status(said);
            int second = statusOfFlood(sent);
            return isTurnedAway(first) && isTurnedAway(second)
                    ? ""
                    : "answered with %d and %d (expected: 413, or no more connection)".formatted(first, second);
        }
    }

    private int statusOfFlood(Socket socket) {
        try {
            OutputStream out = socket.getOutputStream();
            out.write("POST %s HTTP/1.1\r\nHost: %s\r\nTransfer-Encoding: chunked\r\n\r\n"
                    .formatted(path, at.getHostString())
                    .getBytes(US_ASCII));
            byte[] chunk = new byte[CHUNK];
            for (int i = 0; i < CHUNKS; i++) {
                out.write((Integer.toHexString(CHUNK) + "\r\n").getBytes(US_ASCII));
                out.write(chunk);
                out.write("\r\n".getBytes(US_ASCII));
            }
            out.write("0\r\n\r\n".getBytes(US_ASCII));
        } catch (IOException _) {
            // turned away in the middle of it
        }
        return status(socket);
    }

    private static boolean isTurnedAway(int status) {
        return status == ENDED || (status >= REFUSED && status < BROKEN);
    }

    /**
     * Sends bodies like a right one that are not, one after the other.
     *
     * @return what was wrong with the answers: each is to be a right one or a refusal with a reason; empty for nothing
     */
    String sendMalformed(int bodies, long seed) throws IOException {
        var random = new Random(seed);
        List<String> wrong = new ArrayList<>();
        for (int i = 0; i < bodies; i++) {
            byte[] malformed = malformed(random);
            try (Socket socket = connected()) {
                socket.getOutputStream().write(head(malformed.length));
                socket.getOutputStream().write(malformed);
                int status = status(socket);
                if (status <= ENDED || status >= BROKEN) {
                    wrong.add("body %d: %d".formatted(i, status));
                }
            }
        }
        return wrong.isEmpty()
                ? ""
                : "%d of %d were not answered with 200 or 4xx, such as %s"
                        .formatted(wrong.size(), bodies, wrong.getFirst());
    }

    private byte[] malformed(Random random) {
        return switch (random.nextInt(4)) {
            case 0 -> Arrays.copyOf(body, random.nextInt(body.length));
            case 1 -> changed(random, 1 + random.nextInt(8));
            case 2 ->
                new String(body, UTF_8)
                        .replaceFirst("\"shape\":\\[", "\"shape\":[-%d,".formatted(random.nextInt(100)))
                        .getBytes(UTF_8);
            default ->
                new String(body, UTF_8).replaceFirst("FP32|FP64|INT64", "BYTES").getBytes(UTF_8);
        };
    }

    private byte[] changed(Random random, int bytes) {
        byte[] copy = body.clone();
        for (int i = 0; i < bytes; i++) {
            copy[random.nextInt(copy.length)] = (byte) random.nextInt(256);
        }
        return copy;
    }
}
