package dev.perdure.checkpoint;

import dev.perdure.store.CorruptObjectException;
import dev.perdure.store.ObjectStore;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.NoSuchFileException;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import java.util.zip.CRC32C;

/**
 * Reads stretches of objects into tensors and checks each block's CRC32C while its bytes are still in the processor's
 * cache. One for each thread. Where a tensor has no target, its bytes are checked and forgotten.
 */
final class StretchReader {
    private final ObjectStore store;
    private final CheckpointName checkpoint;
    private final Map<String, MemorySegment> targets;
    private final Collection<Damage> damages;
    private final MemorySegment buffer;
    private final Checksums checksums = new Checksums();

    /** @param damages added to; may be shared between threads */
    StretchReader(
            ObjectStore store,
            CheckpointName checkpoint,
            Map<String, MemorySegment> targets,
            Collection<Damage> damages,
            Arena arena) {
        this.store = store;
        this.checkpoint = checkpoint;
        this.targets = targets;
        this.damages = damages;
        this.buffer = arena.allocate(Checksums.BLOCK_BYTES, 64);
    }

    void read(ReadPlan.Stretch stretch) throws IOException {
        noting(stretch.object(), () -> {
            switch (stretch) {
                case ReadPlan.Stretch.Header(Manifest.ObjectRef object) -> header(object);
                case ReadPlan.Stretch.Part part -> part(part);
                case ReadPlan.Stretch.Together together -> together(together);
            }
        });
    }

    /** Reads one block of a tensor, of at most 1 MiB, into memory of the caller's. */
    void readBlock(Manifest.ObjectRef object, Manifest.Entry.Tensor tensor, long from, MemorySegment block)
            throws IOException {
        noting(object, () -> {
            long copied = store.read(object.path(), tensor.offset() + from, block);
            check(object, tensor, from, block.asSlice(0, copied), block.byteSize());
        });
    }

    private interface Reading {
        void run() throws IOException;
    }

    /** Notes damage that the store itself knows of. */
    private void noting(Manifest.ObjectRef object, Reading reading) throws IOException {
        try {
            reading.run();
        } catch (NoSuchFileException e) {
            damages.add(Damage.whole(checkpoint, object.path(), "missing"));
        } catch (CorruptObjectException e) {
            damages.add(Damage.whole(checkpoint, object.path(), String.valueOf(e.getMessage())));
        }
    }

    private void header(Manifest.ObjectRef object) throws IOException {
        long size = store.size(object.path()).orElseThrow(() -> new NoSuchFileException(object.path()));
        if (size != object.bytes()) {
            damages.add(
                    Damage.whole(checkpoint, object.path(), "%d bytes (expected: %d)".formatted(size, object.bytes())));
            return;
        }
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment header = arena.allocate(object.headerBytes());
            store.read(object.path(), 0, header);
            int crc = checksums.crc32c(header);
            if (crc != object.headerCrc32c()) {
                damages.add(new Damage(
                        checkpoint,
                        object.path(),
                        Optional.empty(),
                        0,
                        object.headerBytes(),
                        mismatch(crc, object.headerCrc32c())));
            }
        }
    }

    private void part(ReadPlan.Stretch.Part part) throws IOException {
        MemorySegment target = targets.get(part.tensor().name());
        if (target != null && target.isNative()) {
            readDirectly(part, target.asSlice(part.from(), part.bytes()));
            return;
        }
        for (long from = part.from(); from < part.from() + part.bytes(); from += Checksums.BLOCK_BYTES) {
            long bytes = Math.min(Checksums.BLOCK_BYTES, part.from() + part.bytes() - from);
            MemorySegment block = buffer.asSlice(0, bytes);
            long copied = store.read(part.object().path(), part.tensor().offset() + from, block);
            check(part.object(), part.tensor(), from, block.asSlice(0, copied), bytes);
            if (target != null) {
                MemorySegment.copy(block, 0, target, from, copied);
            }
        }
    }

    private void readDirectly(ReadPlan.Stretch.Part part, MemorySegment target) throws IOException {
        var crc = new BlockCrc(part);
        store.read(part.object().path(), part.tensor().offset() + part.from(), target, crc::accept);
        crc.finish();
    }

    private void together(ReadPlan.Stretch.Together together) throws IOException {
        MemorySegment all = buffer.asSlice(0, together.bytes());
        long copied = store.read(together.object().path(), together.offset(), all);
        long at = 0;
        for (Manifest.Entry.Tensor tensor : together.tensors()) {
            long there = Math.clamp(copied - at, 0, tensor.bytes());
            MemorySegment bytes = all.asSlice(at, there);
            if (tensor.bytes() > 0) {
                check(together.object(), tensor, 0, bytes, tensor.bytes());
            }
            MemorySegment target = targets.get(tensor.name());
            if (target != null) {
                MemorySegment.copy(bytes, 0, target, 0, there);
            }
            at += tensor.bytes();
        }
    }

    private void check(
            Manifest.ObjectRef object, Manifest.Entry.Tensor tensor, long from, MemorySegment block, long bytes) {
        int crc = checksums.crc32c(block);
        int expected = tensor.crcs().get((int) (from / Checksums.BLOCK_BYTES));
        if (block.byteSize() < bytes || crc != expected) {
            damage(object, tensor, from, bytes, mismatch(crc, expected));
        }
    }

    private void damage(Manifest.ObjectRef object, Manifest.Entry.Tensor tensor, long from, long bytes, String what) {
        damages.add(new Damage(checkpoint, object.path(), Optional.of(tensor.name()), from, from + bytes, what));
    }

    private static String mismatch(int crc, int expected) {
        return "CRC32C %s (expected: %s)".formatted(Checksums.hex(crc), Checksums.hex(expected));
    }

    /** Takes the slices of a tensor as they come and compares the checksum wherever a block ends. */
    private final class BlockCrc {
        private final ReadPlan.Stretch.Part part;
        private final CRC32C crc = new CRC32C();
        private long at;

        BlockCrc(ReadPlan.Stretch.Part part) {
            this.part = part;
            this.at = part.from();
        }

        void accept(MemorySegment slice) {
            for (long done = 0; done < slice.byteSize(); ) {
                long bytes = Math.min(slice.byteSize() - done, blockEnd() - at);
                crc.update(slice.asSlice(done, bytes).asByteBuffer());
                done += bytes;
                at += bytes;
                if (at % Checksums.BLOCK_BYTES == 0 || at == part.tensor().bytes()) {
                    compare();
                }
            }
        }

        private long blockEnd() {
            return (at / Checksums.BLOCK_BYTES + 1) * Checksums.BLOCK_BYTES;
        }

        private void compare() {
            long from = (at - 1) / Checksums.BLOCK_BYTES * Checksums.BLOCK_BYTES;
            int expected = part.tensor().crcs().get((int) (from / Checksums.BLOCK_BYTES));
            if ((int) crc.getValue() != expected) {
                damage(part.object(), part.tensor(), from, at - from, mismatch((int) crc.getValue(), expected));
            }
            crc.reset();
        }

        void finish() {
            long end = part.from() + part.bytes();
            if (at < end) {
                damage(part.object(), part.tensor(), at, end - at, "the object ends before");
            }
        }
    }
}
