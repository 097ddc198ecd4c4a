package dev.perdure.store;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.util.List;
import java.util.function.Consumer;

/**
 * Moves memory of any size to and from a file. Large native memory goes straight to the system call; heap memory (of any
 * element type) and small pieces are gathered in a buffer, which for heap memory is no more than the JDK would do itself.
 */
final class Transfer {
    /** One read of native memory when nobody looks at the bytes meanwhile. */
    static final long LARGE_CHUNK_BYTES = 1 << 26;

    /** Fits the second-level cache of a core with room to spare, so that a checksum that follows costs no memory access. */
    static final long CACHED_CHUNK_BYTES = 1 << 18;

    private static final long BUFFER_BYTES = 1 << 20;

    /** From here on a native piece is worth a system call of its own. */
    private static final long DIRECT_BYTES_MIN = 1 << 16;

    private Transfer() {}

    static void write(FileChannel channel, List<MemorySegment> pieces) throws IOException {
        long buffered = pieces.stream()
                .filter(piece -> !goesDirectly(piece))
                .mapToLong(MemorySegment::byteSize)
                .sum();
        try (Arena arena = Arena.ofConfined()) {
            Gathering gathering = new Gathering(channel, arena.allocate(Math.min(buffered, BUFFER_BYTES)));
            for (MemorySegment piece : pieces) {
                if (goesDirectly(piece)) {
                    gathering.flush();
                    writeAll(channel, piece);
                } else {
                    gathering.add(piece);
                }
            }
            gathering.flush();
        }
    }

    private static boolean goesDirectly(MemorySegment piece) {
        return piece.isNative() && piece.byteSize() >= DIRECT_BYTES_MIN;
    }

    private static void writeAll(FileChannel channel, MemorySegment bytes) throws IOException {
        for (long at = 0; at < bytes.byteSize(); at += LARGE_CHUNK_BYTES) {
            ByteBuffer chunk = bytes.asSlice(at, Math.min(LARGE_CHUNK_BYTES, bytes.byteSize() - at))
                    .asByteBuffer();
            while (chunk.hasRemaining()) {
                channel.write(chunk);
            }
        }
    }

    /**
     * Fills the target from an offset on, and returns how many bytes there were.
     *
     * <p>Reads rather than maps: copying from a mapping is up to a third faster when nobody looks at the bytes and no
     * faster when a checksum is computed on the way, but a disk error under a mapping is a fault of the virtual machine,
     * and under a read it is an {@link IOException}.
     *
     * @param chunkMax bytes at most between two calls of {@code filled}
     */
    static long read(
            FileChannel channel, long offset, MemorySegment target, long chunkMax, Consumer<MemorySegment> filled)
            throws IOException {
        long wanted = Math.clamp(channel.size() - offset, 0, target.byteSize());
        try (Arena arena = Arena.ofConfined()) {
            long chunk = target.isNative() ? chunkMax : Math.min(chunkMax, BUFFER_BYTES);
            MemorySegment buffer = arena.allocate(target.isNative() ? 0 : Math.min(chunk, wanted));
            for (long copied = 0; copied < wanted; ) {
                MemorySegment slice = target.asSlice(copied, Math.min(chunk, wanted - copied));
                int read = readOnce(channel, offset + copied, slice, buffer);
                if (read <= 0) {
                    return copied;
                }
                filled.accept(slice.asSlice(0, read));
                copied += read;
            }
        }
        return wanted;
    }

    private static int readOnce(FileChannel channel, long offset, MemorySegment target, MemorySegment buffer)
            throws IOException {
        if (target.isNative()) {
            return channel.read(target.asByteBuffer(), offset);
        }
        int read = channel.read(buffer.asSlice(0, target.byteSize()).asByteBuffer(), offset);
        if (read > 0) {
            MemorySegment.copy(buffer, 0, target, 0, read);
        }
        return read;
    }

    /** Collects bytes in a buffer, and writes it whenever it is full. */
    private static final class Gathering {
        private final FileChannel channel;
        private final MemorySegment buffer;
        private long held;

        Gathering(FileChannel channel, MemorySegment buffer) {
            this.channel = channel;
            this.buffer = buffer;
        }

        void add(MemorySegment piece) throws IOException {
            for (long at = 0; at < piece.byteSize(); ) {
                long length = Math.min(piece.byteSize() - at, buffer.byteSize() - held);
                MemorySegment.copy(piece, at, buffer, held, length);
                at += length;
                held += length;
                if (held == buffer.byteSize()) {
                    flush();
                }
            }
        }

        void flush() throws IOException {
            writeAll(channel, buffer.asSlice(0, held));
            held = 0;
        }
    }
}
