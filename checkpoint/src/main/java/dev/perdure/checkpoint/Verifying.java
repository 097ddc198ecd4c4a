package dev.perdure.checkpoint;

import dev.perdure.store.ObjectStore;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;

/** Reads every byte of a checkpoint in every copy: SHA-256 of objects and manifest, and CRC32C to say where damage is. */
final class Verifying {
    private final ObjectStore store;
    private final Manifests manifests;
    private final Markers markers;
    private final int threads;

    Verifying(ObjectStore store, Manifests manifests, int threads) {
        this.store = store;
        this.manifests = manifests;
        this.markers = new Markers(store);
        this.threads = threads;
    }

    VerifyReport verify(CheckpointName name) throws IOException {
        var damages = new ArrayList<Damage>();
        long bytes = 0;
        boolean someCopyWhole = false;
        for (ObjectStore copy : store.copies()) {
            var found = new ConcurrentLinkedQueue<Damage>();
            bytes += verify(copy, name, found);
            someCopyWhole |= found.isEmpty();
            damages.addAll(found);
        }
        if (someCopyWhole) {
            markers.whole(name);
        } else {
            markers.damaged(name);
        }
        return new VerifyReport(name, bytes, damages);
    }

    private long verify(ObjectStore copy, CheckpointName name, Collection<Damage> damages) throws IOException {
        try {
            Manifest manifest = Manifests.read(copy, name);
            var bytes = new AtomicLong();
            Parallel.forEach(threads, manifest.objects().size(), () -> {
                var checksums = new Checksums();
                return index -> {
                    Manifest.ObjectRef object = manifest.objects().get(index);
                    bytes.addAndGet(object.bytes());
                    if (!StoredObjects.hasDigest(copy, object, checksums)) {
                        locate(copy, manifest, object, damages);
                    }
                };
            });
            return bytes.get();
        } catch (CorruptCheckpointException e) {
            damages.addAll(e.damages());
            return 0;
        }
    }

    /** Says which part of an object is damaged whose digest does not hold. */
    private static void locate(
            ObjectStore copy, Manifest manifest, Manifest.ObjectRef object, Collection<Damage> damages)
            throws IOException {
        var found = new ArrayList<Damage>();
        try (Arena arena = Arena.ofConfined()) {
            var reader = new StretchReader(copy, manifest.name(), Map.of(), found, arena);
            for (ReadPlan.Stretch stretch : ReadPlan.of(manifest, List.of(object))) {
                reader.read(stretch);
            }
        }
        if (found.isEmpty()) {
            found.add(Damage.whole(manifest.name(), object.path(), "its SHA-256 is another"));
        }
        damages.addAll(found);
    }

    RepairReport repair(CheckpointName name) throws IOException {
        var repaired = new ArrayList<String>();
        try {
            if (manifests.repair(name)) {
                repaired.add(Paths.manifest(name));
            }
            for (Manifest.ObjectRef object : manifests.read(name).objects()) {
                if (StoredObjects.repair(store, object) == StoredObjects.Outcome.REPAIRED) {
                    repaired.add(object.path());
                }
            }
        } catch (CorruptCheckpointException e) {
            return new RepairReport(name, List.of(), e.damages());
        }
        return new RepairReport(name, repaired, verify(name).damages());
    }
}
