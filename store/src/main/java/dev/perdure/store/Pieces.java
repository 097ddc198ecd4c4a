package dev.perdure.store;

import java.lang.foreign.MemorySegment;
import java.nio.file.FileAlreadyExistsException;
import java.util.List;

/** Small questions about arguments that every store asks. */
final class Pieces {
    private Pieces() {}

    static long byteSize(List<MemorySegment> pieces) {
        long size = 0;
        for (MemorySegment piece : pieces) {
            size = Math.addExact(size, piece.byteSize());
        }
        return size;
    }

    static void checkRead(String name, long offset, MemorySegment target) {
        if (offset < 0) {
            throw new IllegalArgumentException("%s: offset %d (expected: >= 0)".formatted(name, offset));
        }
        if (target.isReadOnly()) {
            throw new IllegalArgumentException(name + ": the target is read-only (expected: memory to be filled)");
        }
    }

    static FileAlreadyExistsException nameIsFolder(String folder, String name) {
        return new FileAlreadyExistsException(
                folder,
                name,
                "one would be the folder of the other. Choose names none of which is a folder of another");
    }
}
