package dev.perdure.format;

import dev.perdure.core.Digests;
import dev.perdure.core.TensorData;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import java.util.TreeMap;

/**
 * Files of tensors as the safetensors library reads and writes them: 8 bytes of length, little-endian; that many bytes
 * of JSON; the tensors' bytes without gaps.
 *
 * <p>The <b>canonical</b> file of some tensors is a function of names, types, shapes and bytes alone: names ascending,
 * {@code __metadata__} of {@code {"format":"pt"}}, tensors from a multiple of 64 on. Its SHA-256 stands for the weights.
 */
public final class Safetensors {
    private static final int PIECE_BYTES = 1 << 20;

    private Safetensors() {}

    /**
     * Reads the header of a file and checks it against the file's size.
     *
     * @throws SafetensorsException if it is malformed
     */
    public static SafetensorsHeader header(Path file) throws IOException {
        try (var channel = FileChannel.open(file, StandardOpenOption.READ)) {
            return header(file.toString(), channel);
        }
    }

    private static SafetensorsHeader header(String source, FileChannel channel) throws IOException {
        long fileBytes = channel.size();
        byte[] first = read(channel, 0, SafetensorsHeader.LENGTH_BYTES);
        int length = SafetensorsHeader.jsonBytes(source, first, fileBytes);
        byte[] json = read(channel, SafetensorsHeader.LENGTH_BYTES, length);
        if (json.length < length) {
            throw new SafetensorsException(source, "it was cut while it was read");
        }
        return SafetensorsHeader.decode(source, json, fileBytes);
    }

    private static byte[] read(FileChannel channel, long from, int length) throws IOException {
        var buffer = ByteBuffer.allocate(length);
        while (buffer.hasRemaining() && channel.read(buffer, from + buffer.position()) >= 0) {}
        return java.util.Arrays.copyOf(buffer.array(), buffer.position());
    }

    /**
     * Maps a file's tensors into memory, in the order of their bytes.
     *
     * @param arena how long the memory lives
     * @return tensors that must not be written to
     * @throws SafetensorsException if the file is malformed
     */
    public static SequencedMap<String, TensorData> map(Path file, Arena arena) throws IOException {
        try (var channel = FileChannel.open(file, StandardOpenOption.READ)) {
            SafetensorsHeader header = header(file.toString(), channel);
            return views(header, channel.map(MapMode.READ_ONLY, 0, channel.size(), arena));
        }
    }

    /**
     * Returns the tensors of a file that lies in memory, in the order of their bytes: views of that memory.
     *
     * @param source what to call the file in a message
     * @throws SafetensorsException if it is malformed
     */
    public static SequencedMap<String, TensorData> view(String source, MemorySegment file) throws SafetensorsException {
        long fileBytes = file.byteSize();
        byte[] first = bytes(file, 0, Math.min(SafetensorsHeader.LENGTH_BYTES, fileBytes));
        int length = SafetensorsHeader.jsonBytes(source, first, fileBytes);
        byte[] json = bytes(file, SafetensorsHeader.LENGTH_BYTES, length);
        return views(SafetensorsHeader.decode(source, json, fileBytes), file);
    }

    private static byte[] bytes(MemorySegment file, long from, long length) {
        return file.asSlice(from, length).toArray(ValueLayout.JAVA_BYTE);
    }

    private static SequencedMap<String, TensorData> views(SafetensorsHeader header, MemorySegment file) {
        var tensors = new LinkedHashMap<String, TensorData>();
        for (SafetensorsHeader.Slot slot : header.tensors()) {
            MemorySegment data = file.asSlice(header.dataStart() + slot.begin(), slot.bytes());
            tensors.put(slot.name(), new TensorData(slot.dtype(), slot.shape(), data));
        }
        return tensors;
    }

    /** Returns the canonical file of these tensors in pieces that lie one after the other; the tensors' are no copies. */
    public static List<MemorySegment> pieces(SequencedMap<String, TensorData> tensors) {
        SequencedMap<String, TensorData> sorted = new TreeMap<>(tensors);
        List<MemorySegment> pieces = new ArrayList<>();
        pieces.add(MemorySegment.ofArray(canonicalHeader(SafetensorsHeader.place(sorted))));
        sorted.values().forEach(tensor -> pieces.add(tensor.data()));
        return pieces;
    }

    /** Returns the SHA-256 of the canonical file of these tensors, without writing it. */
    public static String sha256(SequencedMap<String, TensorData> tensors) {
        return Digests.sha256(pieces(tensors));
    }

    /**
     * Writes the canonical file of these tensors, durably and whole or not at all: under another name first.
     *
     * @return its SHA-256
     * @throws FileAlreadyExistsException if the file exists
     */
    public static String write(Path file, SequencedMap<String, TensorData> tensors) throws IOException {
        SequencedMap<String, TensorData> sorted = new TreeMap<>(tensors);
        return write(file, SafetensorsHeader.place(sorted), out -> {
            for (TensorData tensor : sorted.values()) {
                out.accept(tensor.data());
            }
        });
    }

    /** Takes the bytes of tensors, in order. */
    public interface Sink {
        void accept(MemorySegment bytes) throws IOException;
    }

    /** Gives the bytes of tensors, in order and in pieces of any size. */
    public interface Content {
        void writeTo(Sink out) throws IOException;
    }

    /** @param slots sorted by name */
    public static String write(Path file, List<SafetensorsHeader.Slot> slots, Content content) throws IOException {
        if (Files.exists(file)) {
            throw new FileAlreadyExistsException(file.toString(), null, "nothing is overwritten: choose another name");
        }
        Path beside = file.resolveSibling(file.getFileName() + ".part");
        MessageDigest digest = Digests.sha256();
        try {
            try (var channel = FileChannel.open(
                    beside,
                    StandardOpenOption.CREATE,
                    StandardOpenOption.WRITE,
                    StandardOpenOption.TRUNCATE_EXISTING)) {
                write(channel, digest, MemorySegment.ofArray(canonicalHeader(slots)));
                content.writeTo(bytes -> write(channel, digest, bytes));
                channel.force(true);
            }
            Files.move(beside, file, StandardCopyOption.ATOMIC_MOVE);
            syncFolderOf(file);
            return Digests.hex(digest);
        } finally {
            Files.deleteIfExists(beside);
        }
    }

    /** A name is durable when its folder is. */
    private static void syncFolderOf(Path file) throws IOException {
        Path folder = file.toAbsolutePath().getParent();
        if (folder != null) {
            try (var channel = FileChannel.open(folder, StandardOpenOption.READ)) {
                channel.force(true);
            }
        }
    }

    private static void write(FileChannel channel, MessageDigest digest, MemorySegment data) throws IOException {
        byte[] piece = new byte[(int) Math.min(PIECE_BYTES, data.byteSize())];
        for (long at = 0; at < data.byteSize(); at += PIECE_BYTES) {
            int length = (int) Math.min(PIECE_BYTES, data.byteSize() - at);
            MemorySegment.copy(data, ValueLayout.JAVA_BYTE, at, piece, 0, length);
            digest.update(piece, 0, length);
            var buffer = ByteBuffer.wrap(piece, 0, length);
            while (buffer.hasRemaining()) {
                channel.write(buffer);
            }
        }
    }

    private static byte[] canonicalHeader(List<SafetensorsHeader.Slot> slots) {
        var metadata = new LinkedHashMap<String, String>();
        metadata.put("format", "pt");
        return SafetensorsHeader.encode(slots, metadata);
    }
}
