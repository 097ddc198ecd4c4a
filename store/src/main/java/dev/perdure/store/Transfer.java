package dev.perdure.store;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** Moves memory of any size to and from a file. */
final class Transfer {
    /** One read of native memory when nobody looks at the bytes meanwhile. */
    static final long LARGE_CHUNK_BYTES = 1 << 26;

    /** Fits the second-level cache of a core with room to spare, so that a checksum that follows costs no memory access. */
    static final long CACHED_CHUNK_BYTES = 1 << 18;

    /** The JDK copies heap memory through a buffer of this size that it keeps for each thread. */
    private static final long HEAP_CHUNK_BYTES = 1 << 20;

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

    /**
     * Fills the target from an offset on, and returns how many bytes there were.
     *
     * <p>Reads rather than maps: copying from a mapping is up to a third faster when nobody looks at the bytes and no
     * faster when a checksum is computed on the way, but a disk error under a mapping is a fault of the virtual machine,
     * and under a read it is an {@link IOException}.
     */
    static long read(
            FileChannel channel, long offset, MemorySegment target, long chunkWanted, Consumer<MemorySegment> filled)
            throws IOException {
        long chunk = target.isNative() ? chunkWanted : Math.min(chunkWanted, HEAP_CHUNK_BYTES);
        long copied = 0;
        while (copied < target.byteSize()) {
            MemorySegment slice = target.asSlice(copied, Math.min(chunk, target.byteSize() - copied));
            int read = channel.read(slice.asByteBuffer(), offset + copied);
            if (read <= 0) {
                break;
            }
            filled.accept(slice.asSlice(0, read));
            copied += read;
        }
        return copied;
    }
}
