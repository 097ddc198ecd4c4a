package dev.perdure.oip;

import java.time.Duration;

/**
 * How large, how long.
 *
 * @param limits of one answer
 * @param connectWithin how long a connection may take to come about
 * @param silence after how long without a byte the other side is asked whether it is there, and after how long without
 *     an answer the connection is given up; at least a second, or zero for a socket on the same host, whose end is always
 *     noticed
 */
public record OipClientSettings(OipLimits limits, Duration connectWithin, Duration silence) {

    /** A second to connect, and a second's silence. */
    public static final OipClientSettings DEFAULT =
            new OipClientSettings(OipLimits.DEFAULT, Duration.ofSeconds(1), Duration.ofSeconds(1));

    public OipClientSettings {
        if (connectWithin.toMillis() < 1) {
            throw new IllegalArgumentException("connectWithin: %s (expected: >= 1 ms)".formatted(connectWithin));
        }
        if (!silence.isZero() && silence.toMillis() < 1000) {
            throw new IllegalArgumentException("silence: %s (expected: >= 1 s, or none)".formatted(silence));
        }
    }
}
