package dev.perdure.store;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.util.ArrayList;
import java.util.List;

/** Moves memory of any size to and from a file. */
final class Transfer {
    /** A system call moves at most this much, which bounds what the JDK buffers for heap memory. */
    private static final long HEAP_CHUNK_BYTES = 1 << 20;

    private static final long NATIVE_CHUNK_BYTES = 1 << 26;

    /** One gathering write takes this many pieces. */
    private static final int BATCH_BUFFERS = 256;

    private static final long BATCH_BYTES = 1 << 24;

    private Transfer() {}

    static void write(FileChannel channel, List<MemorySegment> pieces) throws IOException {
        List<ByteBuffer> batch = new ArrayList<>();
        long batchBytes = 0;
        for (MemorySegment piece : pieces) {
            long chunk = piece.isNative() ? BATCH_BYTES : HEAP_CHUNK_BYTES;
            for (long at = 0; at < piece.byteSize(); at += chunk) {
                MemorySegment slice = piece.asSlice(at, Math.min(chunk, piece.byteSize() - at));
                batch.add(slice.asByteBuffer());
                batchBytes += slice.byteSize();
                if (batchBytes >= BATCH_BYTES || batch.size() == BATCH_BUFFERS) {
                    writeBatch(channel, batch, batchBytes);
                    batch.clear();
                    batchBytes = 0;
                }
            }
        }
        writeBatch(channel, batch, batchBytes);
    }

    private static void writeBatch(FileChannel channel, List<ByteBuffer> batch, long bytes) throws IOException {
        ByteBuffer[] buffers = batch.toArray(ByteBuffer[]::new);
        for (long written = 0; written < bytes; ) {
            written += channel.write(buffers);
        }
    }

    /** Fills the target from an offset on, and returns how many bytes there were. */
    static long read(FileChannel channel, long offset, MemorySegment target) throws IOException {
        long chunk = target.isNative() ? NATIVE_CHUNK_BYTES : HEAP_CHUNK_BYTES;
        long copied = 0;
        while (copied < target.byteSize()) {
            ByteBuffer buffer = target.asSlice(copied, Math.min(chunk, target.byteSize() - copied))
                    .asByteBuffer();
            int read = channel.read(buffer, offset + copied);
            if (read <= 0) {
                break;
            }
            copied += read;
        }
        return copied;
    }
}
