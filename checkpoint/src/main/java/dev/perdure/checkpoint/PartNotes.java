package dev.perdure.checkpoint;

import dev.perdure.store.ObjectStore;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * How the members of a group save a state together. Each writes the objects of its part and then a note, which is a manifest
 * of that part alone. The member that leads waits for all notes, publishes the manifest of the whole, and removes them: that
 * tells the others that it is over, one way or the other. {@code docs/format.md} has it in order.
 *
 * <p>A note's name has the leader's term and the number of the save in that term, which is never given twice. So a note of a
 * save that was given up, or of a member that was thought dead, is never taken for one of another save.
 */
final class PartNotes {
    private static final Duration POLL = Duration.ofMillis(20);

    private final ObjectStore store;
    private final Duration patience;
    private final Surroundings surroundings;
    private volatile boolean closing;

    PartNotes(ObjectStore store, Duration patience, Surroundings surroundings) {
        this.store = store;
        this.patience = patience;
        this.surroundings = surroundings;
    }

    /** From now on nobody waits for who leads. */
    void close() {
        closing = true;
    }

    /** Tells that a part is durable. The name is this process's own, so whatever else is there was torn. */
    void put(PendingSave save, SaveShare share, Manifest part) throws IOException {
        String path = Paths.part(save.name(), share);
        byte[] bytes = part.toBytes();
        store.putIfAbsent(path, bytes);
        if (!holds(path, bytes)) {
            Manifests.replace(store, path, bytes);
            if (!holds(path, bytes)) {
                throw new IOException(path + ": what was written does not come back");
            }
        }
    }

    private boolean holds(String path, byte[] bytes) throws IOException {
        try {
            return Arrays.equals(store.readAll(path), bytes);
        } catch (NoSuchFileException e) {
            return false;
        }
    }

    /**
     * Waits until the save is over: the leader removed the note, or a leader of a later term is there, or patience ends.
     *
     * @param tookNanos how long the own part took; patience is at least twice as long
     * @throws AbandonedSaveException if no checkpoint came of it
     */
    void awaitPublished(PendingSave save, SaveShare share, long tookNanos) throws IOException {
        String path = Paths.part(save.name(), share);
        Duration limit = limit(tookNanos);
        for (Duration waited = Duration.ZERO; store.size(path).isPresent(); waited = waited.plus(POLL)) {
            if (Paths.newestTerm(store) > share.term()) {
                store.delete(path);
                break;
            }
            if (closing || waited.compareTo(limit) >= 0) {
                break; // The note stays: whoever leads may still come to it.
            }
            surroundings.sleep(POLL);
        }
        if (store.size(Paths.manifest(save.name())).isEmpty()) {
            throw new AbandonedSaveException("whoever leads did not publish it");
        }
    }

    private Duration limit(long tookNanos) {
        Duration twice = Duration.ofNanos(2 * tookNanos);
        return twice.compareTo(patience) > 0 ? twice : patience;
    }

    /**
     * Waits for the notes of all others and returns all parts in order.
     *
     * @param own the leader's part
     * @param tookNanos how long it took; patience is at least twice as long
     * @throws AbandonedSaveException if the group broke up and not all were there
     * @throws CheckpointSaveException if one did not come in time, or is of another state
     */
    List<Manifest> awaitAll(PendingSave save, SaveShare share, Manifest own, Layout layout, long tookNanos)
            throws IOException {
        var found = new ArrayList<Optional<Manifest>>();
        found.add(Optional.of(own));
        Duration limit = limit(tookNanos);
        for (Duration waited = Duration.ZERO; ; waited = waited.plus(POLL)) {
            boolean last = save.isCalledOff();
            boolean late = waited.compareTo(limit) >= 0;
            while (found.size() < share.parts()) {
                Optional<Manifest> next = read(save, share.of(found.size()));
                if (next.isEmpty()) {
                    break;
                }
                Parts.requireSameState(own, next.get(), layout.part(found.size(), share.parts()), found.size());
                found.add(next);
            }
            if (found.size() == share.parts()) {
                return found.stream().flatMap(Optional::stream).toList();
            }
            String missing = "part %d of %d (counting from 0) is not there".formatted(found.size(), share.parts());
            if (last) {
                throw new AbandonedSaveException(missing + ", and the group has broken up");
            }
            if (late) {
                throw new CheckpointSaveException("%s after %d s".formatted(missing, limit.toSeconds()));
            }
            surroundings.sleep(POLL);
        }
    }

    /** Returns a note if it is there and whole. */
    private Optional<Manifest> read(PendingSave save, SaveShare share) throws IOException {
        String path = Paths.part(save.name(), share);
        if (store.size(path).isEmpty()) {
            return Optional.empty();
        }
        try {
            return Optional.of(Manifest.parse(save.name(), store.readAll(path)));
        } catch (NoSuchFileException | CorruptCheckpointException e) {
            return Optional.empty(); // Its writer is about to mend it.
        }
    }

    /**
     * Makes sure that the others' objects are there. The leader's own sign keeps sweeps off, so they stay.
     *
     * @throws IOException if one is not: its writer mends it if it lives, so it is worth another attempt
     */
    void requireObjects(List<Manifest> others) throws IOException {
        for (Manifest part : others) {
            for (Manifest.ObjectRef ref : part.objects()) {
                if (store.size(ref.path()).orElse(-1) != ref.bytes()) {
                    throw new IOException("%s: not there, or not of %d bytes, though its part was noted as durable"
                            .formatted(ref.path(), ref.bytes()));
                }
            }
        }
    }

    /** Removes the notes of a save that is over, and with them whoever waits for it. */
    void remove(CheckpointName name, SaveShare share) throws IOException {
        for (int part = 1; part < share.parts(); part++) {
            store.delete(Paths.part(name, share.of(part)));
        }
    }

    /** Removes what earlier saves have left, which nobody will ever publish. */
    void removeBefore(SaveShare share) throws IOException {
        for (String path : store.list(Paths.PARTS)) {
            if (Paths.isPartBefore(path, share)) {
                store.delete(path);
            }
        }
    }
}
