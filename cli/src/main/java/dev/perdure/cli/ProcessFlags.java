package dev.perdure.cli;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;

/**
 * What the kernel says of a process of this machine. One that was killed gives back all its memory before it closes its
 * connections and before its parent hears of it, which takes a tenth of a second where there is much; it says at once that it ends.
 * Only Linux tells this.
 *
 * <p>For one thread.
 */
final class ProcessFlags implements AutoCloseable {
    private static final int FLAGS = 6;
    private static final int ENDS = 0x4; // PF_EXITING of linux/sched.h
    private static final int BYTES_MAX = 1024;

    private final FileChannel stat;
    private final ByteBuffer read = ByteBuffer.allocate(BYTES_MAX);

    private ProcessFlags(FileChannel stat) {
        this.stat = stat;
    }

    /** Returns where to look for a process; nothing where that is not told, or when it has ended. */
    static Optional<ProcessFlags> of(long pid) {
        try {
            return Optional.of(new ProcessFlags(
                    FileChannel.open(Path.of("/proc/%d/stat".formatted(pid)), StandardOpenOption.READ)));
        } catch (IOException _) {
            return Optional.empty();
        }
    }

    /** Returns whether it ends, or has ended. */
    boolean isEnding() {
        try {
            read.clear();
            int bytes = stat.read(read, 0);
            return bytes <= 0 || isEnding(new String(read.array(), 0, bytes, US_ASCII));
        } catch (IOException _) {
            return true; // nobody has this number any more
        }
    }

    /** The second word is the program's name, in brackets, and may hold whatever a name may. */
    static boolean isEnding(String stat) {
        String[] words = stat.substring(stat.lastIndexOf(')') + 1).strip().split(" ", FLAGS + 2);
        return words.length > FLAGS && (Long.parseLong(words[FLAGS]) & ENDS) != 0;
    }

    @Override
    public void close() throws IOException {
        stat.close();
    }
}
