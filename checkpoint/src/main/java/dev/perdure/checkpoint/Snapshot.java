package dev.perdure.checkpoint;

import dev.perdure.core.TensorData;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.SequencedMap;

/**
 * Off-heap memory that holds a layout's objects byte for byte, headers included: tensors are copied to where they lie in
 * the files. Each begins on a page, as writing past the page cache wants it. It is touched when it is made, so that the first copy is as fast as later ones, and used again and again.
 */
final class Snapshot implements AutoCloseable {
    private static final long PAGE_BYTES = 4096;
    private static final long BATCH_BYTES = 8 << 20;

    private final Layout layout;
    private final Arena arena = Arena.ofShared();
    private final List<MemorySegment> images = new ArrayList<>();
    private final List<List<Copy>> batches = new ArrayList<>();

    /** A stretch of a tensor and where it goes. */
    record Copy(int tensor, long from, long bytes, MemorySegment image, long to) {}

    Snapshot(Layout layout) {
        this.layout = layout;
        long bytes = layout.groups().stream()
                .mapToLong(group -> wholePages(group.bytes()))
                .sum();
        MemorySegment memory = arena.allocate(Math.max(1, bytes), PAGE_BYTES);
        for (long at = 0; at < memory.byteSize(); at += PAGE_BYTES) {
            memory.set(ValueLayout.JAVA_BYTE, at, (byte) 0);
        }
        long at = 0;
        for (Layout.Group group : layout.groups()) {
            MemorySegment image = memory.asSlice(at, group.bytes());
            MemorySegment.copy(group.header(), 0, image, ValueLayout.JAVA_BYTE, 0, group.header().length);
            images.add(image);
            at += wholePages(group.bytes());
        }
        planCopies();
    }

    private static long wholePages(long bytes) {
        return Math.ceilDiv(bytes, PAGE_BYTES) * PAGE_BYTES;
    }

    private void planCopies() {
        List<Copy> open = new ArrayList<>();
        long openBytes = 0;
        for (int g = 0; g < images.size(); g++) {
            for (Layout.Slot slot : layout.groups().get(g).slots()) {
                for (long from = 0; from < slot.bytes(); ) {
                    long bytes = Math.min(slot.bytes() - from, BATCH_BYTES - openBytes);
                    open.add(new Copy(slot.index(), from, bytes, images.get(g), slot.offset() + from));
                    from += bytes;
                    openBytes += bytes;
                    if (openBytes == BATCH_BYTES) {
                        batches.add(open);
                        open = new ArrayList<>();
                        openBytes = 0;
                    }
                }
            }
        }
        batches.add(open);
    }

    Layout layout() {
        return layout;
    }

    /** Returns the bytes of an object. */
    MemorySegment image(int group) {
        return images.get(group);
    }

    /** Prepares to copy the tensors of this layout. Nothing is copied before somebody helps. */
    Capture begin(SequencedMap<String, TensorData> tensors) {
        List<MemorySegment> sources =
                tensors.values().stream().map(TensorData::data).toList();
        return new Capture(sources, batches);
    }

    @Override
    public void close() {
        arena.close();
    }
}
