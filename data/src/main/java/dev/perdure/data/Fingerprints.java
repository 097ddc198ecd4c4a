package dev.perdure.data;

import dev.perdure.core.Digests;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.List;
import java.util.stream.IntStream;

/**
 * What the content is known by.
 *
 * @param heads for each sample the first 16 bytes of its SHA-256, as two numbers
 * @param digest SHA-256 over the description (each line as its length and UTF-8 bytes), then sample by sample over the
 *     SHA-256 of the stored form and the target (a class as a 64-bit number, other targets as 32-bit floats); numbers in
 *     little-endian order
 */
record Fingerprints(long[] heads, String digest) {
    private static final int PIECE = 4096;

    /** @param description what besides samples and targets decides what the model sees */
    static Fingerprints of(List<String> description, Samples samples, Targets targets) {
        MessageDigest digest = Digests.sha256();
        for (String line : description) {
            byte[] bytes = line.getBytes(StandardCharsets.UTF_8);
            digest.update(number(bytes.length));
            digest.update(bytes);
        }
        long[] heads = new long[Math.multiplyExact(2, samples.count())];
        for (int from = 0; from < samples.count(); from += PIECE) {
            byte[][] piece = piece(samples, from, Math.min(samples.count(), from + PIECE));
            for (int i = 0; i < piece.length; i++) {
                var head = ByteBuffer.wrap(piece[i]);
                heads[2 * (from + i)] = head.getLong();
                heads[2 * (from + i) + 1] = head.getLong();
                digest.update(piece[i]);
                digest.update(target(targets, from + i));
            }
        }
        return new Fingerprints(heads, Digests.hex(digest));
    }

    private static byte[][] piece(Samples samples, int from, int to) {
        return IntStream.range(from, to)
                .parallel()
                .mapToObj(samples::fingerprint)
                .toArray(byte[][]::new);
    }

    private static byte[] target(Targets targets, int sample) {
        return switch (targets) {
            case Targets.Classes classes -> number(classes.labels()[sample]);
            case Targets.Numbers(float[] values, int outputs) -> {
                var bytes = ByteBuffer.allocate(outputs * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
                bytes.asFloatBuffer().put(values, sample * outputs, outputs);
                yield bytes.array();
            }
        };
    }

    private static byte[] number(long value) {
        return ByteBuffer.allocate(Long.BYTES)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(value)
                .array();
    }
}
