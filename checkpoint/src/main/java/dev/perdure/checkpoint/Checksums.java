package dev.perdure.checkpoint;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.zip.CRC32C;

/** CRC32C (Castagnoli) and SHA-256 over memory of any kind and size. Not thread-safe: it has a small buffer. */
final class Checksums {
    /** Tensors are checksummed in blocks of this size, so that damage is told to this precision. */
    static final int BLOCK_BYTES = 1 << 20;

    private static final int PIECE_BYTES = 1 << 16;

    private final byte[] piece = new byte[PIECE_BYTES];
    private final CRC32C crc = new CRC32C();

    /** Returns how many blocks a tensor of this size has. */
    static long blocks(long bytes) {
        return (bytes + BLOCK_BYTES - 1) / BLOCK_BYTES;
    }

    /** Returns the CRC32C of a segment. */
    int crc32c(MemorySegment segment) {
        if (segment.isNative() && segment.byteSize() <= BLOCK_BYTES) {
            crc.reset();
            crc.update(segment.asByteBuffer());
            return (int) crc.getValue();
        }
        crc.reset();
        for (long at = 0; at < segment.byteSize(); at += PIECE_BYTES) {
            crc.update(piece, 0, take(segment, at));
        }
        return (int) crc.getValue();
    }

    /** Feeds a segment to a digest and returns its CRC32C, touching the memory once. */
    int crc32c(MemorySegment segment, MessageDigest digest) {
        crc.reset();
        for (long at = 0; at < segment.byteSize(); at += PIECE_BYTES) {
            int length = take(segment, at);
            digest.update(piece, 0, length);
            crc.update(piece, 0, length);
        }
        return (int) crc.getValue();
    }

    /** Feeds a segment to a digest. */
    void update(MessageDigest digest, MemorySegment segment) {
        for (long at = 0; at < segment.byteSize(); at += PIECE_BYTES) {
            digest.update(piece, 0, take(segment, at));
        }
    }

    private int take(MemorySegment segment, long at) {
        int length = (int) Math.min(PIECE_BYTES, segment.byteSize() - at);
        MemorySegment.copy(segment, ValueLayout.JAVA_BYTE, at, piece, 0, length);
        return length;
    }

    static String hex(int crc32c) {
        return HexFormat.of().toHexDigits(crc32c);
    }
}
