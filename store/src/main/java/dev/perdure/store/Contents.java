package dev.perdure.store;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.NoSuchFileException;
import java.util.List;
import java.util.OptionalLong;

/** Compares and copies whole objects. */
final class Contents {
    private static final long CHUNK_BYTES = 1 << 20;

    private Contents() {}

    /** Returns whether a store has an object of this name with exactly these bytes. */
    static boolean same(ObjectStore store, String name, List<MemorySegment> pieces) throws IOException {
        OptionalLong size = store.size(name);
        if (size.isEmpty() || size.getAsLong() != Pieces.byteSize(pieces)) {
            return false;
        }
        MemorySegment buffer = MemorySegment.ofArray(new byte[(int) Math.min(CHUNK_BYTES, size.getAsLong())]);
        long offset = 0;
        for (MemorySegment piece : pieces) {
            if (!same(store, name, offset, piece, buffer)) {
                return false;
            }
            offset += piece.byteSize();
        }
        return true;
    }

    private static boolean same(ObjectStore store, String name, long offset, MemorySegment piece, MemorySegment buffer)
            throws IOException {
        for (long at = 0; at < piece.byteSize(); at += buffer.byteSize()) {
            long length = Math.min(buffer.byteSize(), piece.byteSize() - at);
            MemorySegment stored = buffer.asSlice(0, length);
            if (store.read(name, offset + at, stored) != length || stored.mismatch(piece.asSlice(at, length)) != -1) {
                return false;
            }
        }
        return true;
    }

    /** Returns whether both stores hold the same bytes under a name that both have. */
    static boolean same(ObjectStore one, ObjectStore other, String name) throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            return same(other, name, List.of(read(one, name, arena)));
        }
    }

    /**
     * Copies an object to a store that lacks it.
     *
     * @return whether it was lacking
     */
    static boolean copy(ObjectStore from, ObjectStore to, String name) throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            return to.putIfAbsent(name, List.of(read(from, name, arena)));
        }
    }

    private static MemorySegment read(ObjectStore store, String name, Arena arena) throws IOException {
        long size = store.size(name).orElseThrow(() -> new NoSuchFileException(name));
        MemorySegment bytes = arena.allocate(size, Long.BYTES);
        long copied = store.read(name, 0, bytes);
        if (copied != size) {
            throw new CorruptObjectException("%s: %d bytes read (expected: %d)".formatted(name, copied, size));
        }
        return bytes;
    }
}
