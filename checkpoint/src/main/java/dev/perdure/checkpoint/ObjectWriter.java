package dev.perdure.checkpoint;

import dev.perdure.core.Digests;
import dev.perdure.store.ObjectStore;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReferenceArray;

/**
 * Writes the objects of one save. Everything may be done again after a failure: what is hashed stays hashed, and an object
 * that is there is not written twice.
 */
final class ObjectWriter {
    private final ObjectStore store;
    private final Snapshot snapshot;
    private final Set<String> trusted;
    private final AtomicReferenceArray<Hashed> hashed;
    private final AtomicLong bytesWritten = new AtomicLong();

    /** What is known of an object once its bytes were read. */
    record Hashed(Manifest.ObjectRef ref, List<Manifest.Crcs> tensors) {}

    /** How many bytes a save wrote, and how many were there already. */
    record Written(long bytesWritten, long bytesReused) {}

    /** @param trusted the digests of objects that this process has written or read back whole; added to */
    ObjectWriter(ObjectStore store, Snapshot snapshot, Set<String> trusted) {
        this.store = store;
        this.snapshot = snapshot;
        this.trusted = trusted;
        this.hashed = new AtomicReferenceArray<>(snapshot.layout().groups().size());
    }

    /** Hashes and writes all objects, several at a time, so that one is hashed while another is on its way to the disk. */
    List<Hashed> writeAll(int threads) throws IOException {
        Parallel.forEach(threads, hashed.length(), () -> {
            var checksums = new Checksums();
            return group -> write(group, checksums);
        });
        var all = new ArrayList<Hashed>();
        for (int group = 0; group < hashed.length(); group++) {
            all.add(hashed.get(group));
        }
        return all;
    }

    private void write(int group, Checksums checksums) throws IOException {
        if (hashed.get(group) == null) {
            hashed.set(group, hash(group, checksums));
        }
        Manifest.ObjectRef ref = hashed.get(group).ref();
        List<MemorySegment> image = List.of(snapshot.image(group));
        OptionalLong there = store.size(ref.path());
        if (there.isEmpty() && store.putIfAbsent(ref.path(), image)) {
            written(ref);
        } else if (!isWhole(ref, checksums)) {
            store.replaceDamaged(ref.path(), image);
            written(ref);
        }
        trusted.add(ref.sha256());
    }

    private void written(Manifest.ObjectRef ref) {
        bytesWritten.addAndGet(ref.bytes());
    }

    private Hashed hash(int group, Checksums checksums) {
        MemorySegment image = snapshot.image(group);
        Layout.Group layout = snapshot.layout().groups().get(group);
        MessageDigest digest = Digests.sha256();
        int headerBytes = layout.header().length;
        int headerCrc = checksums.crc32c(image.asSlice(0, headerBytes), digest);
        var tensors = new ArrayList<Manifest.Crcs>();
        for (Layout.Slot slot : layout.slots()) {
            int[] crcs = new int[Math.toIntExact(Checksums.blocks(slot.bytes()))];
            for (int block = 0; block < crcs.length; block++) {
                long from = (long) block * Checksums.BLOCK_BYTES;
                long bytes = Math.min(Checksums.BLOCK_BYTES, slot.bytes() - from);
                crcs[block] = checksums.crc32c(image.asSlice(slot.offset() + from, bytes), digest);
            }
            tensors.add(new Manifest.Crcs(crcs));
        }
        return new Hashed(
                new Manifest.ObjectRef(Digests.hex(digest), image.byteSize(), headerBytes, headerCrc), tensors);
    }

    /**
     * Returns whether an object that is there can be relied on. One that this process has neither written nor read before
     * is read back: a damaged one would make every checkpoint damaged that names it. Damage is believed only when a second
     * reading sees it too.
     */
    private boolean isWhole(Manifest.ObjectRef ref, Checksums checksums) throws IOException {
        OptionalLong size = store.size(ref.path());
        if (size.isEmpty() || size.getAsLong() != ref.bytes()) {
            return false;
        }
        return trusted.contains(ref.sha256())
                || Readings.findWhole(() -> StoredObjects.hasDigest(store, ref, checksums));
    }

    /**
     * Makes sure, after the manifest was published, that all objects are still there with their full size, and writes
     * again those that are not.
     *
     * @return the objects that were written again
     */
    List<String> heal() throws IOException {
        var healed = new ArrayList<String>();
        for (int group = 0; group < hashed.length(); group++) {
            Manifest.ObjectRef ref = hashed.get(group).ref();
            OptionalLong size = store.size(ref.path());
            if (size.isEmpty() || size.getAsLong() != ref.bytes()) {
                store.replaceDamaged(ref.path(), List.of(snapshot.image(group)));
                healed.add(ref.path());
            }
        }
        return healed;
    }

    Written total() {
        long bytes = Math.min(bytesWritten.get(), snapshot.layout().bytes());
        return new Written(bytes, snapshot.layout().bytes() - bytes);
    }
}
