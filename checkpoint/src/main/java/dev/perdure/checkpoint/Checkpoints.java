package dev.perdure.checkpoint;

import dev.perdure.core.Digests;
import dev.perdure.core.State;
import dev.perdure.core.TensorData;
import dev.perdure.store.ObjectStore;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The checkpoints of a store: lists, restores, verifies, repairs and deletes them. Opening takes no term and writes nothing,
 * so it can be done beside a running training. May be used from any thread.
 */
public final class Checkpoints {
    private final ObjectStore store;
    private final Surroundings surroundings;
    private final Manifests manifests;
    private final Restoring restoring;
    private final Verifying verifying;
    private final Map<CheckpointName, Summary> summaries = new ConcurrentHashMap<>();

    /** What a listing needs of a manifest. Manifests never change, so it is read once. */
    private record Summary(CheckpointInfo info, Set<String> objects) {}

    private Checkpoints(ObjectStore store, Surroundings surroundings) {
        this.store = store;
        this.surroundings = surroundings;
        this.manifests = new Manifests(store);
        int threads = Runtime.getRuntime().availableProcessors();
        this.restoring = new Restoring(store, manifests, threads);
        this.verifying = new Verifying(store, manifests, threads);
    }

    public static Checkpoints open(ObjectStore store) {
        return open(store, Surroundings.real());
    }

    public static Checkpoints open(ObjectStore store, Surroundings surroundings) {
        return new Checkpoints(store, surroundings);
    }

    /** Returns all checkpoints, newest first, those with damaged manifests included. */
    public List<CheckpointInfo> list() throws IOException {
        Set<CheckpointName> verified = new HashSet<>(Paths.names(store, Paths.VERIFIED));
        Set<CheckpointName> suspect = new HashSet<>(Paths.names(store, Paths.SUSPECT));
        Set<CheckpointName> quarantined = new HashSet<>(Paths.names(store, Paths.QUARANTINE));
        var infos = new ArrayList<CheckpointInfo>();
        for (CheckpointName name : Paths.names(store, Paths.CHECKPOINTS).reversed()) {
            CheckpointInfo info = infoOf(name);
            boolean failed = suspect.contains(name) || quarantined.contains(name);
            infos.add(marked(
                    info, verified.contains(name) && !failed, suspect.contains(name), quarantined.contains(name)));
        }
        return infos;
    }

    private static CheckpointInfo marked(CheckpointInfo info, boolean verified, boolean suspect, boolean quarantined) {
        return new CheckpointInfo(
                info.name(),
                info.created(),
                info.metrics(),
                info.bytes(),
                info.tensors(),
                verified && info.problem().isEmpty(),
                suspect,
                quarantined,
                info.problem());
    }

    private CheckpointInfo infoOf(CheckpointName name) throws IOException {
        try {
            return summary(name).info();
        } catch (CorruptCheckpointException e) {
            Optional<String> problem = Optional.of(e.damages().getFirst().what());
            return new CheckpointInfo(name, Instant.EPOCH, new LinkedHashMap<>(), 0, 0, false, false, false, problem);
        }
    }

    private Summary summary(CheckpointName name) throws IOException {
        Summary known = summaries.get(name);
        if (known != null) {
            return known;
        }
        Manifest manifest = manifests.read(name);
        Set<String> objects = new HashSet<>();
        manifest.objects().forEach(object -> objects.add(object.path()));
        var info = new CheckpointInfo(
                name,
                manifest.created(),
                manifest.metrics(),
                manifest.bytes(),
                manifest.tensors().size(),
                false,
                false,
                false,
                Optional.empty());
        var summary = new Summary(info, objects);
        summaries.put(name, summary);
        return summary;
    }

    /** Returns the names of the objects that a checkpoint consists of. */
    Set<String> objectsOf(CheckpointName name) throws IOException {
        return summary(name).objects();
    }

    /** Returns the list as it would be if the newest checkpoint were verified. */
    List<CheckpointInfo> listAsIfNewestVerified() throws IOException {
        var infos = new ArrayList<>(list());
        if (!infos.isEmpty() && infos.getFirst().isSound()) {
            infos.set(0, marked(infos.getFirst(), true, false, false));
        }
        return infos;
    }

    /** Returns the newest checkpoint that nothing is known against, unread. */
    public Optional<CheckpointInfo> latest() throws IOException {
        return list().stream().filter(CheckpointInfo::isSound).max(Comparator.comparing(CheckpointInfo::name));
    }

    /**
     * Returns the checkpoint of a step; of several, the one with the greatest term.
     *
     * @return nothing if there is none
     */
    public Optional<CheckpointName> find(long step) throws IOException {
        return Paths.names(store, Paths.CHECKPOINTS).reversed().stream()
                .filter(name -> name.step() == step)
                .findFirst();
    }

    /**
     * Returns what a checkpoint consists of.
     *
     * @throws CorruptCheckpointException if there is no whole manifest of this name
     */
    public Manifest manifest(CheckpointName name) throws IOException {
        return manifests.read(name);
    }

    /**
     * Returns the SHA-256 of a checkpoint's manifest, and so of everything in it: which checkpoint this is.
     *
     * @throws CorruptCheckpointException if there is no whole manifest of this name
     */
    public String digest(CheckpointName name) throws IOException {
        return Digests.sha256(ManifestWriter.write(manifest(name)));
    }

    /**
     * Restores the newest checkpoint that is intact: copies its tensors into the target's memory and verifies every byte on
     * the way. A damaged one is repaired from a copy if the store has one, and otherwise passed over for the next older; each
     * such damage is in the result.
     *
     * <p>The first failed restore of a checkpoint marks it as suspect, the second puts it into quarantine: it is then
     * passed over unread, until {@link #verify} or {@link #repair} finds it whole.
     *
     * @param target tensors with the names, types and shapes that were saved; its other entries are not looked at
     * @return nothing if there is no checkpoint at all; the target is as before
     * @throws dev.perdure.core.BadSettingException if the tensors do not fit, saying which; the target is as before
     * @throws CorruptCheckpointException if there are checkpoints and none is intact; the target's content is undefined
     * @throws IOException if the store did not answer; the target's content is undefined. An older checkpoint is never taken
     *     for that reason.
     */
    public Optional<Restored> restoreLatest(State target) throws IOException {
        return restoring.latest(target);
    }

    /**
     * Restores one checkpoint, quarantined or not, and falls back to no other.
     *
     * @throws CorruptCheckpointException if it is damaged and no copy is whole; the target's content is undefined
     */
    public Restored restore(CheckpointName name, State target) throws IOException {
        return restoring.one(name, target);
    }

    /** Reads one checkpoint into new memory, which lives as long as the arena. */
    public Restored load(CheckpointName name, Arena arena) throws IOException {
        State.Builder target = State.builder();
        for (Manifest.Entry.Tensor tensor : manifests.read(name).tensors()) {
            target.tensor(tensor.name(), TensorData.allocate(arena, tensor.dtype(), tensor.shape()));
        }
        return restore(name, target.build());
    }

    /** Reads a checkpoint back and checks every byte's CRC32C; marks it as verified or suspect. */
    boolean readBack(CheckpointName name) throws IOException {
        return restoring.readBack(name);
    }

    /**
     * Reads every byte of a checkpoint in every copy and compares SHA-256 and CRC32C. A checkpoint that is whole in one copy
     * is marked as verified and leaves quarantine; one that is whole in none is marked as suspect.
     *
     * @throws IOException if the store did not answer
     */
    public VerifyReport verify(CheckpointName name) throws IOException {
        return verifying.verify(name);
    }

    /**
     * Puts whole copies in place of damaged and missing ones, where the store has more than one copy; believes only what
     * has the right SHA-256. Needs memory for the largest damaged object.
     *
     * @throws IOException if a store did not answer; whatever was repaired until then stays so
     */
    public RepairReport repair(CheckpointName name) throws IOException {
        return verifying.repair(name);
    }

    /**
     * Makes an older checkpoint the newest: publishes its content again, in a new term. Nothing is deleted or copied. A
     * training that still runs is thereby replaced: its next save fails with {@link CheckpointConflictException}.
     *
     * @throws CorruptCheckpointException if the checkpoint is damaged; nothing has changed but that a term was taken
     */
    public CheckpointName rollback(CheckpointName name) throws IOException {
        return new Adopting(store, store, surroundings).adopt(manifests.read(name));
    }

    /**
     * Takes back all checkpoints of later steps than this one, because what they hold is wrong though every byte is as it was
     * saved: from now on they do not exist. The newest goes first, so that whoever is interrupted leaves no gap.
     *
     * @return their names
     */
    public List<CheckpointName> withdrawAfter(long step) throws IOException {
        var pruner = new Pruner(store, this, surroundings);
        List<CheckpointName> later = Paths.names(store, Paths.CHECKPOINTS).reversed().stream()
                .filter(name -> name.step() > step)
                .toList();
        for (CheckpointName name : later) {
            pruner.delete(name);
        }
        return later;
    }

    /**
     * Copies a checkpoint into another store, where it becomes the newest.
     *
     * @return its name there: the step stays, the term is the other store's next
     * @throws CorruptCheckpointException if the checkpoint is damaged; no checkpoint was made
     */
    public CheckpointName branch(CheckpointName name, ObjectStore target) throws IOException {
        return new Adopting(store, target, surroundings).adopt(manifests.read(name));
    }

    /**
     * Writes a checkpoint's weights as one safetensors file under the names that PyTorch gives them, in pieces, whatever
     * their size.
     *
     * @return the file's SHA-256, which is that of {@link Weights#sha256}
     * @throws CorruptCheckpointException if a tensor is damaged; no file was made
     * @throws java.nio.file.FileAlreadyExistsException if the file exists
     */
    public String exportWeights(CheckpointName name, Path file) throws IOException {
        return Weights.export(store, manifests.read(name), file);
    }

    /**
     * Deletes what a policy does not keep, and the objects that nothing names any more. Safe beside a running training: see
     * {@link PruneReport#putOff}.
     */
    public PruneReport prune(RetentionPolicy policy) throws IOException {
        return new Pruner(store, this, surroundings).prune(policy);
    }
}
