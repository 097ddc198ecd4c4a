package dev.perdure.store;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes large aligned memory to a file without a copy in the page cache ({@code O_DIRECT}). That spares a core a copy of
 * all bytes, leaves the cache to those who read, and is never held up because too many pages are dirty. Where the file
 * system or the memory does not allow it, nothing is written and the caller goes the usual way.
 */
final class PastTheCache implements AutoCloseable {
    /** Below this, a copy costs less than the second opening of the file. */
    static final long BYTES_MIN = 1 << 20;

    private static final Logger log = LoggerFactory.getLogger(PastTheCache.class);
    private static final Optional<OpenOption> DIRECT = direct();
    private static final long BLOCK_BYTES = 4096;
    private static final long CHUNK_BYTES = 16 << 20;

    private final Path path;
    /** Open until the end: on POSIX, closing any channel of a file drops the locks this process has on it. */
    private @Nullable FileChannel channel;

    PastTheCache(Path path) {
        this.path = path;
    }

    /** Writes the whole blocks of a segment to the beginning of the file; returns how many bytes that was, perhaps none. */
    long write(MemorySegment bytes) throws IOException {
        boolean suits = bytes.isNative() && bytes.byteSize() >= BYTES_MIN && bytes.address() % BLOCK_BYTES == 0;
        FileChannel direct = suits ? open() : null;
        return direct == null ? 0 : writeBlocks(direct, bytes);
    }

    private static long writeBlocks(FileChannel direct, MemorySegment bytes) throws IOException {
        long end = bytes.byteSize() / BLOCK_BYTES * BLOCK_BYTES;
        long at = 0;
        while (at < end) {
            long chunk = Math.min(CHUNK_BYTES, end - at);
            int written = writeOnce(direct, at, bytes.asSlice(at, chunk).asByteBuffer());
            if (written <= 0 || written % BLOCK_BYTES != 0) {
                return at;
            }
            at += written;
        }
        return end;
    }

    /** Returns 0 where the first write is refused: some file systems open such files and then want other alignments. */
    private static int writeOnce(FileChannel direct, long at, ByteBuffer chunk) throws IOException {
        try {
            return direct.write(chunk, at);
        } catch (IOException e) {
            if (at > 0) {
                throw e;
            }
            log.debug("the first block was refused; written through the page cache", e);
            return 0;
        }
    }

    private @Nullable FileChannel open() {
        try {
            if (DIRECT.isPresent()) {
                channel = FileChannel.open(path, StandardOpenOption.WRITE, DIRECT.get());
            }
        } catch (UnsupportedOperationException | IOException e) {
            log.debug("{}: written through the page cache", path, e);
        }
        return channel;
    }

    /** The JDK's option is in a module of its own, which a run-time image may lack, and cannot be named without a warning. */
    private static Optional<OpenOption> direct() {
        try {
            return Arrays.stream(
                            Class.forName("com.sun.nio.file.ExtendedOpenOption").getEnumConstants())
                    .filter(option -> option.toString().equals("DIRECT"))
                    .map(OpenOption.class::cast)
                    .findFirst();
        } catch (ClassNotFoundException e) {
            return Optional.empty();
        }
    }

    @Override
    public void close() throws IOException {
        if (channel != null) {
            channel.close();
        }
    }
}
