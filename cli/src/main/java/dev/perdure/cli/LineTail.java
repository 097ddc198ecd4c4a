package dev.perdure.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Lines that are added to a file, as they come. Owned by one thread. */
final class LineTail {
    private static final int BYTES_MAX = 1 << 20;

    private final Path file;
    private long at;

    /**
     * Begins.
     *
     * @param isAtEnd whether what is there already is passed over
     */
    LineTail(Path file, boolean isAtEnd) throws IOException {
        this.file = file;
        this.at = isAtEnd && Files.exists(file) ? Files.size(file) : 0;
    }

    /** Returns the whole lines that have come since; none when the file is not there. */
    List<String> next() throws IOException {
        if (!Files.exists(file) || Files.size(file) <= at) {
            return List.of();
        }
        try (var read = new RandomAccessFile(file.toFile(), "r")) {
            byte[] bytes = new byte[(int) Math.min(read.length() - at, BYTES_MAX)];
            read.seek(at);
            read.readFully(bytes);
            int whole = bytes.length;
            while (whole > 0 && bytes[whole - 1] != '\n') {
                whole--;
            }
            at += whole;
            return new String(bytes, 0, whole, UTF_8).lines().toList();
        }
    }
}
