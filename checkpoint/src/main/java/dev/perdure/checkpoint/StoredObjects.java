package dev.perdure.checkpoint;

import dev.perdure.core.Digests;
import dev.perdure.store.CorruptObjectException;
import dev.perdure.store.ObjectStore;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.NoSuchFileException;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;

/** Looks at stored objects as a whole: is this the one its name says, and is there a copy that is. */
final class StoredObjects {
    private static final long WINDOW_BYTES = 4 << 20;

    private StoredObjects() {}

    /** Returns whether an object is there, with its full size and the bytes that its name says. */
    static boolean hasDigest(ObjectStore store, Manifest.ObjectRef ref, Checksums checksums) throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            OptionalLong size = store.size(ref.path());
            if (size.isEmpty() || size.getAsLong() != ref.bytes()) {
                return false;
            }
            MemorySegment window = arena.allocate(Math.min(WINDOW_BYTES, ref.bytes()));
            MessageDigest digest = Digests.sha256();
            for (long at = 0; at < ref.bytes(); at += WINDOW_BYTES) {
                MemorySegment part = window.asSlice(0, Math.min(WINDOW_BYTES, ref.bytes() - at));
                if (store.read(ref.path(), at, part) < part.byteSize()) {
                    return false;
                }
                checksums.update(digest, part);
            }
            return Digests.hex(digest).equals(ref.sha256());
        } catch (NoSuchFileException | CorruptObjectException e) {
            return false;
        }
    }

    /**
     * Puts a whole copy in place of every copy that is damaged or missing.
     *
     * <p>Needs memory for the object when there is something to repair.
     */
    static Outcome repair(ObjectStore store, Manifest.ObjectRef ref) throws IOException {
        var checksums = new Checksums();
        var damaged = new ArrayList<ObjectStore>();
        var whole = new ArrayList<ObjectStore>();
        for (ObjectStore copy : store.copies()) {
            (isWhole(copy, ref, checksums) ? whole : damaged).add(copy);
        }
        if (damaged.isEmpty()) {
            return Outcome.WHOLE;
        }
        return replace(damaged, whole, ref, checksums) ? Outcome.REPAIRED : Outcome.BEYOND_REPAIR;
    }

    /** What became of an object's copies. */
    enum Outcome {
        WHOLE,
        REPAIRED,
        BEYOND_REPAIR
    }

    private static boolean isWhole(ObjectStore copy, Manifest.ObjectRef ref, Checksums checksums) throws IOException {
        return Readings.findWhole(() -> hasDigest(copy, ref, checksums));
    }

    private static boolean replace(
            List<ObjectStore> damaged, List<ObjectStore> whole, Manifest.ObjectRef ref, Checksums checksums)
            throws IOException {
        if (whole.isEmpty()) {
            return false;
        }
        try (Arena arena = Arena.ofShared()) {
            MemorySegment bytes = arena.allocate(ref.bytes());
            for (ObjectStore source : whole) {
                if (source.read(ref.path(), 0, bytes) == ref.bytes() && hasDigest(bytes, ref, checksums)) {
                    for (ObjectStore target : damaged) {
                        target.replaceDamaged(ref.path(), List.of(bytes));
                    }
                    return true;
                }
            }
            return false;
        }
    }

    static boolean hasDigest(MemorySegment bytes, Manifest.ObjectRef ref, Checksums checksums) {
        MessageDigest digest = Digests.sha256();
        checksums.update(digest, bytes);
        return Digests.hex(digest).equals(ref.sha256());
    }
}
