package dev.perdure.checkpoint;

import dev.perdure.core.State;
import dev.perdure.store.ObjectStore;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;

/**
 * Takes a snapshot to the store. One attempt: announce the save, wait for sweeps, write the objects, publish the manifest,
 * make sure that the objects are still there, withdraw the announcement. {@link Sweep} says why this is safe beside
 * another process that deletes.
 */
final class SaveWriter {
    private final ObjectStore store;
    private final int term;
    private final int threads;
    private final Consumer<CheckpointEvent> listener;
    private final Manifests manifests;
    private final Announcements announcements;

    SaveWriter(ObjectStore store, int term, CheckpointerOptions options, Announcements announcements) {
        this.store = store;
        this.term = term;
        this.threads = options.writeThreads();
        this.listener = options.listener();
        this.manifests = new Manifests(store);
        this.announcements = announcements;
    }

    /**
     * Makes one attempt.
     *
     * @param objects the objects of this save, the same at every attempt
     * @throws CheckpointConflictException if another writer has taken a later term, or the name holds something else
     */
    void write(PendingSave save, ObjectWriter objects, Layout layout) throws IOException {
        checkTerm();
        String announcement = announcements.announce(save.name());
        try {
            announcements.awaitSweeps();
            Manifest manifest = manifestOf(save, objects.writeAll(threads), layout);
            checkTerm();
            manifests.publish(manifest);
            List<String> healed = objects.heal();
            if (!healed.isEmpty()) {
                listener.accept(new CheckpointEvent.Healed(healed));
            }
        } finally {
            announcements.withdraw(announcement);
        }
    }

    private void checkTerm() throws IOException {
        int newest = Paths.newestTerm(store);
        if (newest > term) {
            throw CheckpointConflictException.replaced(term, newest);
        }
    }

    /** Puts values where they were in the state, and each tensor with its place and checksums. */
    private static Manifest manifestOf(PendingSave save, List<ObjectWriter.Hashed> hashed, Layout layout) {
        var entries = new ArrayList<Manifest.Entry>();
        Iterator<Manifest.Entry> tensors = tensorsOf(hashed, layout).iterator();
        for (Map.Entry<String, State.Entry> entry : save.state().entries().entrySet()) {
            entries.add(
                    entry.getValue() instanceof State.Entry.Tensor
                            ? tensors.next()
                            : new Manifest.Entry.Value(entry.getKey(), entry.getValue()));
        }
        List<Manifest.ObjectRef> refs =
                hashed.stream().map(ObjectWriter.Hashed::ref).toList();
        return new Manifest(save.name(), save.created(), save.metrics(), refs, entries);
    }

    private static List<Manifest.Entry> tensorsOf(List<ObjectWriter.Hashed> hashed, Layout layout) {
        var tensors = new ArrayList<Manifest.Entry>();
        for (int g = 0; g < hashed.size(); g++) {
            List<Layout.Slot> slots = layout.groups().get(g).slots();
            for (int s = 0; s < slots.size(); s++) {
                Layout.Slot slot = slots.get(s);
                tensors.add(new Manifest.Entry.Tensor(
                        slot.name(),
                        slot.like().dtype(),
                        slot.like().shape(),
                        g,
                        slot.offset(),
                        hashed.get(g).tensors().get(s)));
            }
        }
        return tensors;
    }

    /** Returns an empty set of digests that may be shared between threads. */
    static Set<String> noDigests() {
        return java.util.concurrent.ConcurrentHashMap.newKeySet();
    }
}
