package dev.perdure.core;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;

/** SHA-256 over memory of any size, and its lower-case hexadecimal form, which is how Perdure names content. */
public final class Digests {
    /** Slices are handed to {@link MessageDigest} in pieces of this size, which fits a core's cache. */
    private static final long PIECE_BYTES = 1 << 20;

    private Digests() {}

    public static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every Java runtime has SHA-256", e);
        }
    }

    public static String sha256(byte[] bytes) {
        return HexFormat.of().formatHex(sha256().digest(bytes));
    }

    public static String sha256(MemorySegment segment) {
        MessageDigest digest = sha256();
        update(digest, segment);
        return hex(digest);
    }

    /** Returns the digest of segments laid one after the other. */
    public static String sha256(List<MemorySegment> pieces) {
        MessageDigest digest = sha256();
        pieces.forEach(piece -> update(digest, piece));
        return hex(digest);
    }

    /** Feeds a segment of any kind, which may pass 2 GiB, to a digest. */
    public static void update(MessageDigest digest, MemorySegment segment) {
        for (long at = 0; at < segment.byteSize(); at += PIECE_BYTES) {
            MemorySegment piece = segment.asSlice(at, Math.min(PIECE_BYTES, segment.byteSize() - at));
            if (piece.isNative() || piece.heapBase().orElse(null) instanceof byte[]) {
                digest.update(piece.asByteBuffer());
            } else {
                digest.update(piece.toArray(ValueLayout.JAVA_BYTE)); // an array of another type gives no buffer
            }
        }
    }

    /** Finishes a digest and returns it as 64 lower-case hexadecimal digits. */
    public static String hex(MessageDigest digest) {
        return HexFormat.of().formatHex(digest.digest());
    }
}
