package dev.perdure.data;

import dev.perdure.core.Digests;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.List;

/**
 * What the content is known by.
 *
 * @param digest SHA-256 over the description (each line as its length and UTF-8 bytes), the stored form of every sample
 *     (of images the SHA-256 of their pixels) and the target of every sample (a class as a 64-bit number, other targets as
 *     32-bit floats); numbers in little-endian order
 * @param keys for each sample the two numbers of its {@link ContentKey}
 */
record Fingerprints(String digest, long[] keys) {

    /** @param description what besides samples and targets decides what the model sees */
    static Fingerprints of(List<String> description, Samples samples, Targets targets) {
        MessageDigest digest = Digests.sha256();
        for (String line : description) {
            byte[] bytes = line.getBytes(StandardCharsets.UTF_8);
            digest.update(longs(bytes.length));
            digest.update(bytes);
        }
        samples.addTo(digest);
        digest.update(bytes(targets));
        return new Fingerprints(Digests.hex(digest), keys(samples));
    }

    private static long[] keys(Samples samples) {
        long[] keys = new long[Math.multiplyExact(2, samples.count())];
        for (int i = 0; i < samples.count(); i++) {
            ContentKey key = samples.key(i);
            keys[2 * i] = key.high();
            keys[2 * i + 1] = key.low();
        }
        return keys;
    }

    private static ByteBuffer bytes(Targets targets) {
        return switch (targets) {
            case Targets.Classes classes -> longs(classes.labels());
            case Targets.Numbers numbers -> {
                ByteBuffer bytes = littleEndian(Math.multiplyExact(numbers.values().length, Float.BYTES));
                bytes.asFloatBuffer().put(numbers.values());
                yield bytes;
            }
        };
    }

    private static ByteBuffer longs(int... values) {
        ByteBuffer bytes = littleEndian(Math.multiplyExact(values.length, Long.BYTES));
        for (int value : values) {
            bytes.putLong(value);
        }
        return bytes.flip();
    }

    private static ByteBuffer littleEndian(int bytes) {
        return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }
}
