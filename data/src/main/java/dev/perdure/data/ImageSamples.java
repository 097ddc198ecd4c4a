package dev.perdure.data;

import dev.perdure.core.Digests;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.List;

/**
 * Images of which the first ones are in memory, decoded; the others are decoded whenever they are read.
 *
 * @param pixels the first images, one behind the other, as many as there is room for
 * @param fingerprints SHA-256 of every image's pixels
 */
record ImageSamples(List<Path> files, int bytes, MemorySegment pixels, MemorySegment fingerprints, Decoder decoder)
        implements Samples {

    interface Decoder {
        byte[] decode(Path file) throws IOException;
    }

    @Override
    public int count() {
        return files.size();
    }

    @Override
    public boolean resident(int sample) {
        return (sample + 1L) * bytes <= pixels.byteSize();
    }

    @Override
    public void read(int sample, byte[] into) {
        if (resident(sample)) {
            MemorySegment.copy(pixels, ValueLayout.JAVA_BYTE, (long) sample * bytes, into, 0, bytes);
        } else {
            byte[] decoded = decodeAgain(sample);
            System.arraycopy(decoded, 0, into, 0, bytes);
        }
    }

    /** Feeds the fingerprints: they stand for the pixels, and need no decoding. */
    @Override
    public void addTo(MessageDigest digest) {
        Digests.update(digest, fingerprints.asSlice(0, 32L * count()));
    }

    @Override
    public ContentKey key(int sample) {
        return ContentKey.ofHash(fingerprint(sample));
    }

    private byte[] fingerprint(int sample) {
        return fingerprints.asSlice(sample * 32L, 32).toArray(ValueLayout.JAVA_BYTE);
    }

    private byte[] decodeAgain(int sample) {
        Path file = files.get(sample);
        try {
            byte[] decoded = decoder.decode(file);
            if (Arrays.equals(Digests.sha256().digest(decoded), fingerprint(sample))) {
                return decoded;
            }
        } catch (IOException e) {
            throw new BadDataException(
                    "%s: can no longer be read: %s. The data must not change while they are used.".formatted(file, e));
        }
        throw new BadDataException(
                "%s: holds another image than when it was opened. The data must not change while they are used."
                        .formatted(file));
    }
}
