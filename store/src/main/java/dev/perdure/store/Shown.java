package dev.perdure.store;

import java.lang.foreign.MemorySegment;
import java.util.function.Consumer;

/** How far a read has come over all its attempts, so that the next one goes on behind what was shown already. */
final class Shown {
    private final Consumer<MemorySegment> filled;
    private long bytes;

    Shown(Consumer<MemorySegment> filled) {
        this.filled = filled;
    }

    long bytes() {
        return bytes;
    }

    void show(MemorySegment slice) {
        bytes += slice.byteSize();
        filled.accept(slice);
    }
}
