package dev.perdure.data;

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipException;

/**
 * A file in the IDX format of the MNIST files: two zero bytes, the type, the number of dimensions, the sizes as big-endian
 * 32-bit numbers, the values in big-endian order. Plain or gzipped.
 *
 * @param values the values alone
 */
record IdxFile(Path path, Type type, int[] sizes, MemorySegment values) {
    private static final int DIMENSIONS_MAX = 4;

    enum Type {
        U8(0x08, 1),
        I32(0x0C, 4),
        F32(0x0D, 4);

        private final int code;
        private final int bytes;

        Type(int code, int bytes) {
            this.code = code;
            this.bytes = bytes;
        }
    }

    private record Header(Type type, int[] sizes) {
        int bytes() {
            return 4 + 4 * sizes.length;
        }

        long valueBytes() {
            long bytes = type.bytes;
            for (int size : sizes) {
                bytes = Math.multiplyExact(bytes, (long) size);
            }
            return bytes;
        }

        long fileBytes() {
            return bytes() + valueBytes();
        }

        @Override
        public String toString() {
            return type + " " + Arrays.toString(sizes);
        }
    }

    /**
     * Opens a file.
     *
     * @param memoryBytes how many bytes are held in memory: a larger plain file is mapped, of what a gzipped one holds see
     *     {@link Spool}
     * @throws BadDataException if it is not an IDX file, or not as long as its header says
     */
    static IdxFile open(Path path, long memoryBytes) throws IOException {
        try (var in = new BufferedInputStream(Files.newInputStream(path))) {
            in.mark(2);
            byte[] start = in.readNBytes(2);
            in.reset();
            return start.length == 2 && start[0] == 0x1f && start[1] == (byte) 0x8b
                    ? unpacked(path, in, memoryBytes)
                    : plain(path, in, memoryBytes);
        } catch (ZipException e) {
            throw new BadDataException(
                    "%s: damaged gzip data: %s. Fetch the file again.".formatted(path, e.getMessage()));
        }
    }

    /** Returns how many records there are: the first size. */
    int records() {
        return sizes[0];
    }

    private static IdxFile plain(Path path, InputStream in, long memoryBytes) throws IOException {
        Header header = header(path, in);
        long size = Files.size(path);
        requireLength(path, header, size);
        return header.valueBytes() > memoryBytes ? mapped(path, header) : copied(path, header, in, memoryBytes);
    }

    private static IdxFile mapped(Path path, Header header) throws IOException {
        try (FileChannel file = FileChannel.open(path, StandardOpenOption.READ)) {
            MemorySegment values = file.map(MapMode.READ_ONLY, header.bytes(), header.valueBytes(), Arena.ofAuto());
            return new IdxFile(path, header.type(), header.sizes(), values);
        }
    }

    private static IdxFile unpacked(Path path, InputStream packed, long memoryBytes) throws IOException {
        try {
            InputStream in = new GZIPInputStream(packed, 1 << 16);
            return copied(path, header(path, in), in, memoryBytes);
        } catch (EOFException e) {
            throw endsInHeader(path);
        }
    }

    private static IdxFile copied(Path path, Header header, InputStream in, long memoryBytes) throws IOException {
        long expected = header.valueBytes();
        try (var spool = new Spool(memoryBytes, expected)) {
            byte[] piece = new byte[1 << 16];
            long read = 0;
            try {
                for (int n = in.read(piece); n >= 0 && read <= expected; n = in.read(piece)) {
                    spool.append(piece, (int) Math.min(n, expected - read));
                    read += n;
                }
            } catch (EOFException e) {
                requireLength(path, header, header.bytes() + read);
                throw new BadDataException(
                        "%s: truncated, ends before its gzip checksum. Fetch the file again.".formatted(path));
            }
            requireLength(path, header, header.bytes() + read);
            return new IdxFile(path, header.type(), header.sizes(), spool.finish());
        }
    }

    private static Header header(Path path, InputStream in) throws IOException {
        byte[] magic = readFully(path, in, 4);
        Type type = type(path, magic);
        int dimensions = magic[3];
        if (dimensions < 1 || dimensions > DIMENSIONS_MAX) {
            throw new BadDataException("%s: %d dimensions (expected: 1 to %d). Is it the right file?"
                    .formatted(path, dimensions, DIMENSIONS_MAX));
        }
        int[] sizes = new int[dimensions];
        ByteBuffer.wrap(readFully(path, in, 4 * dimensions)).asIntBuffer().get(sizes);
        var header = new Header(type, sizes);
        requireSensible(path, header);
        return header;
    }

    private static Type type(Path path, byte[] magic) {
        for (Type type : Type.values()) {
            if (magic[0] == 0 && magic[1] == 0 && magic[2] == type.code) {
                return type;
            }
        }
        throw new BadDataException(
                "%s: starts with %s (expected: 000008 for bytes, 00000c for 32-bit integers or 00000d for 32-bit floats). Is it an IDX file?"
                        .formatted(path, HexFormat.of().formatHex(magic, 0, 3)));
    }

    private static void requireSensible(Path path, Header header) {
        boolean negative = Arrays.stream(header.sizes()).anyMatch(size -> size < 0);
        long values = 1;
        for (int i = 1; i < header.sizes().length && !negative && values <= Integer.MAX_VALUE; i++) {
            values *= header.sizes()[i];
        }
        if (negative || values < 1 || values * header.type().bytes > Integer.MAX_VALUE) {
            throw new BadDataException(
                    "%s: sizes %s (expected: at least 1 and below 2^31 bytes for each record). The header is damaged."
                            .formatted(path, Arrays.toString(header.sizes())));
        }
    }

    private static void requireLength(Path path, Header header, long actual) {
        if (actual != header.fileBytes()) {
            String what = actual < header.fileBytes() ? "truncated, has" : "too long, has at least";
            throw new BadDataException("%s: %s %d bytes (expected: %d, by its header %s). Fetch the file again."
                    .formatted(path, what, actual, header.fileBytes(), header));
        }
    }

    private static byte[] readFully(Path path, InputStream in, int count) throws IOException {
        byte[] bytes = new byte[count];
        int read = 0;
        try {
            read = in.readNBytes(bytes, 0, count);
        } catch (EOFException e) {
            // The packed data end in the header.
        }
        if (read < count) {
            throw endsInHeader(path);
        }
        return bytes;
    }

    private static BadDataException endsInHeader(Path path) {
        return new BadDataException(
                "%s: ends within its header (expected: an IDX file). Fetch the file again.".formatted(path));
    }
}
