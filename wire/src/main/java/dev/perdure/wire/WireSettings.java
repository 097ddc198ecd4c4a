package dev.perdure.wire;

import dev.perdure.core.Backoff;
import java.time.Duration;

/**
 * How large, how many, how long.
 *
 * @param messageBytesMax the longest message either side accepts; a longer one ends its stream
 * @param unreadMax how many received messages of one stream may wait for the listener before its sender is held back
 * @param unsentMax how many messages may wait to be written on one stream; one more, and the stream is given up, because
 *     the other side does not read
 * @param streamsMax how many streams a supervisor accepts
 * @param silence after how long without a byte the other side is asked whether it is there, and after how long without
 *     an answer the connection is given up: a silent cut is noticed within three of these. At least a second
 * @param joinWithin how long a stream may stay without a Join
 * @param reconnects the pauses between attempts to reach a supervisor; the number of attempts is not limited by it
 * @param successorChecks how often a connected worker looks whether a successor has written its address
 */
public record WireSettings(
        int messageBytesMax,
        int unreadMax,
        int unsentMax,
        int streamsMax,
        Duration silence,
        Duration joinWithin,
        Backoff reconnects,
        Duration successorChecks) {

    /** 4 MiB, 16 unread, 16,384 unsent, 20,000 streams, a second's silence. */
    public static final WireSettings DEFAULT = new WireSettings(
            4 << 20,
            16,
            1 << 14,
            20_000,
            Duration.ofSeconds(1),
            Duration.ofSeconds(10),
            new Backoff(Integer.MAX_VALUE, Duration.ofMillis(20), Duration.ofMillis(500)),
            Duration.ofMillis(250));

    public WireSettings {
        atLeast("messageBytesMax", 1024, messageBytesMax);
        atLeast("unreadMax", 1, unreadMax);
        atLeast("unsentMax", 1, unsentMax);
        atLeast("streamsMax", 1, streamsMax);
        atLeast("silence in ms", 1000, silence.toMillis());
        atLeast("joinWithin in ms", 1, joinWithin.toMillis());
        atLeast("successorChecks in ms", 1, successorChecks.toMillis());
    }

    private static void atLeast(String name, long min, long value) {
        if (value < min) {
            throw new IllegalArgumentException("%s: %d (expected: >= %d)".formatted(name, value, min));
        }
    }
}
