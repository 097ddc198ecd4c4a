package dev.perdure.data;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.zip.CRC32;

/**
 * The frame of a PNG file (ISO/IEC 15948, section 5): a signature and chunks, each with its length, type and CRC, the last
 * one of type IEND. Java's reader looks at no CRC and takes a file that ends early for whole when it has all the rows.
 */
final class PngChunks {
    private static final long SIGNATURE = 0x89504E470D0A1A0AL;
    private static final int IEND = 0x49454E44;

    /** Length, type and CRC. */
    private static final int FRAME_BYTES = 12;

    private PngChunks() {}

    /** @throws IOException with a reason for a person if this is a PNG file, but damaged or not whole */
    static void check(byte[] file) throws IOException {
        ByteBuffer bytes = ByteBuffer.wrap(file);
        if (file.length < Long.BYTES || bytes.getLong() != SIGNATURE) {
            return;
        }
        int type = 0;
        while (type != IEND) {
            int start = bytes.position();
            int length = bytes.remaining() >= FRAME_BYTES ? bytes.getInt() : -1;
            if (length < 0 || length > file.length - start - FRAME_BYTES) {
                throw new IOException("ends within the chunk at byte %d (expected: a whole PNG file)".formatted(start));
            }
            type = bytes.getInt();
            bytes.position(start + 8 + length);
            if (bytes.getInt() != crc(file, start + 4, 4 + length)) {
                throw new IOException(
                        "the chunk at byte %d does not match its CRC (expected: a whole PNG file)".formatted(start));
            }
        }
    }

    private static int crc(byte[] file, int from, int length) {
        var crc = new CRC32();
        crc.update(file, from, length);
        return (int) crc.getValue();
    }
}
