package dev.perdure.data;

import java.security.MessageDigest;

/**
 * Validated samples in their stored form, before anything that settings and chance do to them: 8-bit values, or 32-bit
 * floats in little-endian order. Safe for use by several threads.
 */
interface Samples {

    int count();

    /** Returns the size of a sample's stored form. */
    int bytes();

    /** Returns whether reading this sample is no more than a copy. */
    boolean resident(int sample);

    /**
     * Copies a sample's stored form, the same bits every time.
     *
     * @param into of {@link #bytes} bytes
     * @throws BadDataException if what lies on disk is no longer what it was when it was opened
     */
    void read(int sample, byte[] into);

    /** Feeds the content of all samples, in order, to a digest. */
    default void addTo(MessageDigest digest) {
        byte[] stored = new byte[bytes()];
        for (int sample = 0; sample < count(); sample++) {
            read(sample, stored);
            digest.update(stored);
        }
    }

    /** Returns a number that samples of equal content share, and others hardly ever. */
    default ContentKey key(int sample) {
        byte[] stored = new byte[bytes()];
        read(sample, stored);
        return ContentKey.of(stored);
    }
}
