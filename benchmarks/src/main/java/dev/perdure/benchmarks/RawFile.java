package dev.perdure.benchmarks;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** What the machine can do with one file and nothing else: the measure of everything. */
final class RawFile {
    private static final long CHUNK = 8 << 20;

    private RawFile() {}

    /** Writes a new file and makes it durable; returns seconds. */
    static double write(Path file, MemorySegment bytes) throws IOException {
        Files.deleteIfExists(file);
        long begin = System.nanoTime();
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            for (long at = 0; at < bytes.byteSize(); at += CHUNK) {
                ByteBuffer chunk = bytes.asSlice(at, Math.min(CHUNK, bytes.byteSize() - at))
                        .asByteBuffer();
                while (chunk.hasRemaining()) {
                    channel.write(chunk);
                }
            }
            channel.force(false);
        }
        return seconds(begin);
    }

    /** Maps a file and copies it to memory that is there already; returns seconds. */
    static double restore(Path file, MemorySegment target) throws IOException {
        long begin = System.nanoTime();
        try (Arena arena = Arena.ofConfined();
                FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            target.copyFrom(channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size(), arena));
        }
        return seconds(begin);
    }

    /** Copies memory to memory, both touched; returns seconds. */
    static double copy(MemorySegment source, MemorySegment target) {
        long begin = System.nanoTime();
        target.copyFrom(source);
        return seconds(begin);
    }

    static double seconds(long beginNanos) {
        return (System.nanoTime() - beginNanos) / 1e9;
    }
}
