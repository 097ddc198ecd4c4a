package dev.perdure.checkpoint;

import dev.perdure.store.ObjectStore;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;

/**
 * Takes a snapshot to the store. One attempt: announce the save, wait for sweeps, write the objects, publish the manifest,
 * make sure that the objects are still there, withdraw the announcement. {@link Sweep} says why this is safe beside
 * another process that deletes, and {@link PartNotes} how several do it together.
 */
final class SaveWriter {
    private final ObjectStore store;
    private final int threads;
    private final Consumer<CheckpointEvent> listener;
    private final Surroundings surroundings;
    private final Manifests manifests;
    private final Announcements announcements;
    private final PartNotes notes;

    SaveWriter(ObjectStore store, CheckpointerOptions options, Announcements announcements, PartNotes notes) {
        this.store = store;
        this.threads = options.writeThreads();
        this.listener = options.listener();
        this.surroundings = options.surroundings();
        this.manifests = new Manifests(store);
        this.announcements = announcements;
        this.notes = notes;
    }

    /**
     * Makes one attempt.
     *
     * @param objects the objects of this save, the same at every attempt
     * @return what was written of the whole state, or of this part if others publish it
     * @throws CheckpointConflictException if another writer has taken a later term, or the name holds something else
     * @throws AbandonedSaveException if another member of the group is gone
     * @throws CheckpointSaveException if another member's part did not come in time, or is of another state
     */
    ObjectWriter.Written write(PendingSave save, ObjectWriter objects, Layout layout) throws IOException {
        checkTerm(save);
        Optional<SaveShare> share = save.share();
        String announcement = share.isEmpty()
                ? announcements.announce(save.name())
                : announcements.announce(save.name(), share.get());
        try {
            announcements.awaitSweeps();
            long begin = surroundings.nanos().getAsLong();
            List<ObjectWriter.Hashed> hashed = objects.writeAll(threads);
            long took = surroundings.nanos().getAsLong() - begin;
            Manifest own = Parts.part(save, hashed, layout, objects.total().bytesWritten());
            ObjectWriter.Written written = objects.total();
            if (share.isEmpty()) {
                publish(save, List.of(own));
            } else if (share.get().leads()) {
                written = publishAll(save, share.get(), own, layout, took);
            } else {
                if (!save.isNoted()) {
                    notes.put(save, share.get(), own);
                    save.noted();
                }
                notes.awaitPublished(save, share.get(), took);
            }
            heal(objects);
            return written;
        } finally {
            announcements.withdraw(announcement);
        }
    }

    private ObjectWriter.Written publishAll(
            PendingSave save, SaveShare share, Manifest own, Layout layout, long tookNanos) throws IOException {
        notes.removeBefore(share);
        List<Manifest> parts = notes.awaitAll(save, share, own, layout, tookNanos);
        notes.requireObjects(parts.subList(1, parts.size()));
        long bytes = publish(save, parts).bytes();
        long written = Math.min(bytes, Parts.bytesWritten(parts));
        return new ObjectWriter.Written(written, bytes - written);
    }

    private Manifest publish(PendingSave save, List<Manifest> parts) throws IOException {
        Manifest manifest = Parts.whole(save, parts);
        checkTerm(save);
        manifests.publish(manifest);
        return manifest;
    }

    private void heal(ObjectWriter objects) throws IOException {
        List<String> healed = objects.heal();
        if (!healed.isEmpty()) {
            listener.accept(new CheckpointEvent.Healed(healed));
        }
    }

    /** Who saves a part for others is not in conflict with their successors. */
    private void checkTerm(PendingSave save) throws IOException {
        int term = save.name().term();
        int newest = Paths.newestTerm(store);
        if (newest > term) {
            throw save.part() > 0
                    ? new AbandonedSaveException("who led in term %d was replaced in term %d".formatted(term, newest))
                    : CheckpointConflictException.replaced(term, newest);
        }
    }

    /** Returns an empty set of digests that may be shared between threads. */
    static Set<String> noDigests() {
        return ConcurrentHashMap.newKeySet();
    }
}
