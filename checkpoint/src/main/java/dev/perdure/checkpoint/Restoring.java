package dev.perdure.checkpoint;

import dev.perdure.core.State;
import dev.perdure.core.TensorData;
import dev.perdure.store.ObjectStore;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;

/** Copies checkpoints into live tensors, newest first, until one is intact. */
final class Restoring {
    private static final long BYTES_WORTH_A_THREAD = 4 << 20;

    private final ObjectStore store;
    private final Manifests manifests;
    private final Markers markers;
    private final int threads;

    Restoring(ObjectStore store, Manifests manifests, int threads) {
        this.store = store;
        this.manifests = manifests;
        this.markers = new Markers(store);
        this.threads = threads;
    }

    Optional<Restored> latest(State target) throws IOException {
        List<CheckpointName> names = Paths.names(store, Paths.CHECKPOINTS).reversed();
        Set<CheckpointName> quarantined = new HashSet<>(Paths.names(store, Paths.QUARANTINE));
        List<Damage> skipped = new ArrayList<>();
        for (CheckpointName name : names) {
            if (quarantined.contains(name)) {
                skipped.add(
                        Damage.whole(name, Paths.manifest(name), "in quarantine, because it failed to restore twice"));
                continue;
            }
            try {
                Restored restored = one(name, target);
                return Optional.of(
                        new Restored(name, restored.state(), restored.metrics(), skipped, restored.repaired()));
            } catch (CorruptCheckpointException e) {
                skipped.addAll(e.damages());
            }
        }
        if (!names.isEmpty()) {
            throw new CorruptCheckpointException(
                    "none of %d checkpoints is intact. Look for a copy of %s.".formatted(names.size(), store), skipped);
        }
        return Optional.empty();
    }

    Restored one(CheckpointName name, State target) throws IOException {
        try {
            Manifest manifest = manifests.read(name);
            SequencedMap<String, TensorData> tensors = target.tensors();
            Compatibility.check(manifest, tensors);
            List<String> repaired = readOrRepair(manifest, targetsOf(tensors));
            markers.whole(name);
            return new Restored(name, stateOf(manifest, target), manifest.metrics(), List.of(), repaired);
        } catch (CorruptCheckpointException e) {
            markers.damaged(name);
            throw e;
        }
    }

    boolean readBack(CheckpointName name) throws IOException {
        try {
            readOrRepair(manifests.read(name), Map.of());
            markers.whole(name);
            return true;
        } catch (CorruptCheckpointException e) {
            markers.damaged(name);
            return false;
        }
    }

    private static Map<String, MemorySegment> targetsOf(SequencedMap<String, TensorData> tensors) {
        Map<String, MemorySegment> targets = HashMap.newHashMap(tensors.size());
        tensors.forEach((name, tensor) -> targets.put(name, tensor.data()));
        return targets;
    }

    /** Returns the objects that had to be repaired. What looks damaged is read once more before it is believed. */
    private List<String> readOrRepair(Manifest manifest, Map<String, MemorySegment> targets) throws IOException {
        List<Manifest.ObjectRef> bad = damagedObjects(manifest, read(manifest, manifest.objects(), targets));
        if (bad.isEmpty()) {
            return List.of();
        }
        List<String> repaired = new ArrayList<>();
        if (store.copies().size() > 1) {
            for (Manifest.ObjectRef object : bad) {
                if (StoredObjects.repair(store, object) == StoredObjects.Outcome.REPAIRED) {
                    repaired.add(object.path());
                }
            }
        }
        Collection<Damage> left = read(manifest, bad, targets);
        if (!left.isEmpty()) {
            throw new CorruptCheckpointException("a checkpoint is damaged:", List.copyOf(left));
        }
        return repaired;
    }

    private static List<Manifest.ObjectRef> damagedObjects(Manifest manifest, Collection<Damage> damages) {
        Set<String> paths = new HashSet<>();
        damages.forEach(damage -> paths.add(damage.object()));
        return manifest.objects().stream()
                .filter(object -> paths.contains(object.path()))
                .toList();
    }

    private Collection<Damage> read(
            Manifest manifest, List<Manifest.ObjectRef> objects, Map<String, MemorySegment> targets)
            throws IOException {
        Collection<Damage> damages = new ConcurrentLinkedQueue<>();
        List<ReadPlan.Stretch> stretches = ReadPlan.of(manifest, objects);
        try (Arena buffers = Arena.ofShared()) {
            Parallel.forEach(threadsFor(objects, targets), stretches.size(), () -> {
                var reader = new StretchReader(store, manifest.name(), targets, damages, buffers);
                return index -> reader.read(stretches.get(index));
            });
        }
        return damages;
    }

    private int threadsFor(List<Manifest.ObjectRef> objects, Map<String, MemorySegment> targets) {
        var other = new Thread();
        long bytes = objects.stream().mapToLong(Manifest.ObjectRef::bytes).sum();
        boolean shared = targets.values().stream().allMatch(target -> target.isAccessibleBy(other));
        return shared ? Math.clamp(bytes / BYTES_WORTH_A_THREAD, 1, threads) : 1;
    }

    private static State stateOf(Manifest manifest, State target) {
        State.Builder state = State.builder();
        for (Manifest.Entry entry : manifest.entries()) {
            switch (entry) {
                case Manifest.Entry.Tensor tensor -> state.tensor(tensor.name(), target.tensor(tensor.name()));
                case Manifest.Entry.Value(String name, State.Entry value) -> state.add(name, value);
            }
        }
        return state.build();
    }
}
