package dev.perdure.oip;

import java.time.Duration;

/**
 * How large, how many, how long.
 *
 * @param limits of one request
 * @param requestWithin how long a request may take from its first byte to the last of its answer, unless it says less
 * @param stallMax how long the other end may neither take nor give a byte of what is under way
 * @param idleMax how long a connection without a request is kept
 * @param connectionsMax how many connections are accepted
 * @param streamsMax how many requests one HTTP/2 connection may have under way
 * @param drainWithin how long closing waits for requests that are under way
 */
public record OipServerSettings(
        OipLimits limits,
        Duration requestWithin,
        Duration stallMax,
        Duration idleMax,
        int connectionsMax,
        int streamsMax,
        Duration drainWithin) {

    /** A minute for a request, ten seconds without a byte, 10,000 connections of 10,000 requests. */
    public static final OipServerSettings DEFAULT = new OipServerSettings(
            OipLimits.DEFAULT,
            Duration.ofSeconds(60),
            Duration.ofSeconds(10),
            Duration.ofSeconds(120),
            10_000,
            10_000,
            Duration.ofSeconds(30));

    public OipServerSettings {
        positive("requestWithin", requestWithin);
        positive("stallMax", stallMax);
        positive("idleMax", idleMax);
        if (connectionsMax < 1 || streamsMax < 1) {
            throw new IllegalArgumentException(
                    "connectionsMax: %d, streamsMax: %d (expected: >= 1)".formatted(connectionsMax, streamsMax));
        }
        if (drainWithin.isNegative()) {
            throw new IllegalArgumentException("drainWithin: %s (expected: >= 0)".formatted(drainWithin));
        }
    }

    private static void positive(String name, Duration value) {
        if (value.toMillis() < 1) {
            throw new IllegalArgumentException("%s: %s (expected: >= 1 ms)".formatted(name, value));
        }
    }
}
