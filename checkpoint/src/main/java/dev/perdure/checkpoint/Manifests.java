package dev.perdure.checkpoint;

import dev.perdure.store.CorruptObjectException;
import dev.perdure.store.ObjectStore;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.NoSuchFileException;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalLong;

/** Reads and publishes manifests. */
final class Manifests {
    private final ObjectStore store;

    Manifests(ObjectStore store) {
        this.store = store;
    }

    /**
     * Reads a manifest; one that looks damaged is read once more, and then from whichever copy is whole, which is put in
     * place of the others.
     *
     * @throws CorruptCheckpointException if it is missing or damaged in all copies
     * @throws IOException if the store did not answer
     */
    Manifest read(CheckpointName name) throws IOException {
        try {
            return read(store, name);
        } catch (CorruptCheckpointException e) {
            for (ObjectStore copy : store.copies()) {
                try {
                    Manifest manifest = read(copy, name);
                    replaceDamagedCopies(manifest);
                    return manifest;
                } catch (CorruptCheckpointException again) {
                    e.addSuppressed(again);
                }
            }
            throw e;
        }
    }

    /** Reads a manifest from this store alone, once. */
    static Manifest read(ObjectStore store, CheckpointName name) throws IOException {
        String path = Paths.manifest(name);
        try {
            OptionalLong size = store.size(path);
            if (size.isPresent() && size.getAsLong() > Manifest.BYTES_MAX) {
                throw new CorruptCheckpointException(
                        Damage.whole(name, path, "%d bytes (expected: a manifest)".formatted(size.getAsLong())));
            }
            return Manifest.parse(name, store.readAll(path));
        } catch (NoSuchFileException e) {
            throw new CorruptCheckpointException(Damage.whole(name, path, "missing"));
        } catch (CorruptObjectException e) {
            throw new CorruptCheckpointException(Damage.whole(name, path, String.valueOf(e.getMessage())));
        }
    }

    /**
     * Puts a whole copy of a manifest in place of those that are damaged or missing.
     *
     * @return whether there were any
     * @throws CorruptCheckpointException if no copy is whole
     */
    boolean repair(CheckpointName name) throws IOException {
        return replaceDamagedCopies(read(name));
    }

    private boolean replaceDamagedCopies(Manifest manifest) throws IOException {
        boolean replaced = false;
        if (store.copies().size() > 1) {
            for (ObjectStore copy : store.copies()) {
                if (!isReadable(copy, manifest.name())) {
                    replace(copy, manifest);
                    replaced = true;
                }
            }
        }
        return replaced;
    }

    private static boolean isReadable(ObjectStore copy, CheckpointName name) throws IOException {
        return Readings.findWhole(() -> readsWhole(copy, name));
    }

    private static boolean readsWhole(ObjectStore copy, CheckpointName name) throws IOException {
        try {
            read(copy, name);
            return true;
        } catch (CorruptCheckpointException e) {
            return false;
        }
    }

    private static void replace(ObjectStore store, Manifest manifest) throws IOException {
        replace(store, Paths.manifest(manifest.name()), manifest.toBytes());
    }

    static void replace(ObjectStore store, String path, byte[] bytes) throws IOException {
        store.replaceDamaged(path, List.of(MemorySegment.ofArray(bytes)));
    }

    /**
     * Creates the checkpoint: from the return of this call on, it exists. Publishing the same again is no error.
     *
     * @throws CheckpointConflictException if a checkpoint of this name with other content exists
     */
    void publish(Manifest manifest) throws IOException {
        String path = Paths.manifest(manifest.name());
        byte[] bytes = manifest.toBytes();
        store.putIfAbsent(path, bytes);
        if (holds(path, bytes)) {
            return;
        }
        if (isReadable(store, manifest.name())) {
            if (!read(store, manifest.name()).sameContent(manifest)) {
                throw CheckpointConflictException.differs(manifest.name());
            }
            return;
        }
        // Torn by a disk that lied. The term is ours, so nobody else's can be under this name.
        replace(store, manifest);
        if (!holds(path, bytes)) {
            throw new IOException(path + ": what was written does not come back");
        }
    }

    private boolean holds(String path, byte[] bytes) throws IOException {
        return Arrays.equals(store.readAll(path), bytes);
    }
}
