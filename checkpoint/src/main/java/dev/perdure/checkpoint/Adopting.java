package dev.perdure.checkpoint;

import dev.perdure.store.CorruptObjectException;
import dev.perdure.store.ObjectStore;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.NoSuchFileException;
import java.time.Duration;
import java.util.List;

/**
 * Makes a stored checkpoint the newest of a store, the same or another, by the same steps as a save: take a term, announce,
 * wait for sweeps, see that the objects are there, publish.
 */
final class Adopting {
    private static final Duration SWEEP_PATIENCE = Duration.ofSeconds(30);

    private final ObjectStore from;
    private final ObjectStore into;
    private final Surroundings surroundings;
    private final Checksums checksums = new Checksums();

    Adopting(ObjectStore from, ObjectStore into, Surroundings surroundings) {
        this.from = from;
        this.into = into;
        this.surroundings = surroundings;
    }

    CheckpointName adopt(Manifest manifest) throws IOException {
        var name = new CheckpointName(Terms.claim(into), manifest.name().step());
        var announcements = new Announcements(into, SWEEP_PATIENCE, surroundings);
        String announcement = announcements.announce(name);
        try {
            announcements.awaitSweeps();
            for (Manifest.ObjectRef object : manifest.objects()) {
                provide(manifest.name(), object);
            }
            new Manifests(into).publish(manifest.as(name, surroundings.clock().instant()));
            return name;
        } finally {
            announcements.withdraw(announcement);
        }
    }

    private void provide(CheckpointName source, Manifest.ObjectRef object) throws IOException {
        if (StoredObjects.hasDigest(into, object, checksums)) {
            return;
        }
        try (Arena arena = Arena.ofShared()) {
            MemorySegment bytes = arena.allocate(object.bytes());
            if (from.read(object.path(), 0, bytes) < object.bytes()
                    || !StoredObjects.hasDigest(bytes, object, checksums)) {
                throw new CorruptCheckpointException(
                        Damage.whole(source, object.path(), "its SHA-256 or size is another"));
            }
            if (!into.putIfAbsent(object.path(), List.of(bytes))) {
                into.replaceDamaged(object.path(), List.of(bytes));
            }
        } catch (NoSuchFileException e) {
            throw new CorruptCheckpointException(Damage.whole(source, object.path(), "missing"));
        } catch (CorruptObjectException e) {
            throw new CorruptCheckpointException(Damage.whole(source, object.path(), String.valueOf(e.getMessage())));
        }
    }
}
