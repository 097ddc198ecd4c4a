package dev.perdure.data;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;

/**
 * Bytes of an unknown number, written once and then read as one piece of memory: native memory as long as they fit, a
 * mapped temporary file (already deleted, so that a crash leaves nothing) when they do not. The memory lives for as long
 * as it is reachable.
 */
final class Spool implements AutoCloseable {
    private final long memoryBytes;
    private MemorySegment memory;
    private @Nullable FileChannel file;
    private long size;

    /**
     * @param memoryBytes how much may be held in memory
     * @param expected how many bytes will come, as a guess
     */
    Spool(long memoryBytes, long expected) throws IOException {
        this.memoryBytes = memoryBytes;
        this.memory = MemorySegment.NULL;
        if (expected > memoryBytes) {
            file = openFile();
        } else {
            memory = Arena.ofAuto().allocate(Math.max(expected, 1), 64);
        }
    }

    void append(byte[] bytes, int length) throws IOException {
        if (file == null && size + length > memory.byteSize()) {
            grow(size + length);
        }
        if (file == null) {
            MemorySegment.copy(MemorySegment.ofArray(bytes), 0, memory, size, length);
        } else {
            write(file, ByteBuffer.wrap(bytes, 0, length));
        }
        size += length;
    }

    /** Returns all that was appended. */
    MemorySegment finish() throws IOException {
        return file == null ? memory.asSlice(0, size) : file.map(MapMode.READ_ONLY, 0, size, Arena.ofAuto());
    }

    @Override
    public void close() throws IOException {
        if (file != null) {
            file.close();
        }
    }

    private void grow(long needed) throws IOException {
        if (needed > memoryBytes) {
            file = openFile();
            for (long at = 0; at < size; at += 1 << 20) {
                write(file, memory.asSlice(at, Math.min(1 << 20, size - at)).asByteBuffer());
            }
            memory = MemorySegment.NULL;
            return;
        }
        long room = Math.min(memoryBytes, Math.max(needed, 2 * memory.byteSize()));
        MemorySegment larger = Arena.ofAuto().allocate(room, 64);
        MemorySegment.copy(memory, 0, larger, 0, size);
        memory = larger;
    }

    private static FileChannel openFile() throws IOException {
        Path path = Files.createTempFile("perdure-data", ".spool");
        return FileChannel.open(
                path, StandardOpenOption.READ, StandardOpenOption.WRITE, StandardOpenOption.DELETE_ON_CLOSE);
    }

    private static void write(FileChannel file, ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            file.write(bytes);
        }
    }
}
