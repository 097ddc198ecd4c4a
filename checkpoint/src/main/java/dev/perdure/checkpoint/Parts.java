package dev.perdure.checkpoint;

import dev.perdure.core.Digests;
import dev.perdure.core.State;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Takes a manifest apart and puts it together: pure functions. A part is a manifest of some objects and their tensors. */
final class Parts {
    /** Holds a digest of the state's values in a part, so that parts of two states are told apart. */
    static final String VALUES = "perdure.values";

    private static final String WRITTEN = "bytesWritten";

    private Parts() {}

    /** Returns the manifest of what one process wrote of a state. */
    static Manifest part(PendingSave save, List<ObjectWriter.Hashed> hashed, Layout layout, long bytesWritten) {
        var entries = new ArrayList<Manifest.Entry>();
        entries.add(new Manifest.Entry.Value(VALUES, new State.Entry.Text(digestOfValues(save))));
        entries.addAll(tensorsOf(hashed, layout));
        var metrics = new LinkedHashMap<String, Double>();
        metrics.put(WRITTEN, (double) bytesWritten);
        List<Manifest.ObjectRef> refs =
                hashed.stream().map(ObjectWriter.Hashed::ref).toList();
        return new Manifest(save.name(), save.created(), metrics, refs, entries);
    }

    private static String digestOfValues(PendingSave save) {
        List<Manifest.Entry> values = save.state().entries().entrySet().stream()
                .filter(entry -> !(entry.getValue() instanceof State.Entry.Tensor))
                .<Manifest.Entry>map(entry -> new Manifest.Entry.Value(entry.getKey(), entry.getValue()))
                .toList();
        MessageDigest digest = Digests.sha256();
        digest.update(new Manifest(save.name(), Instant.EPOCH, new LinkedHashMap<>(), List.of(), values).toBytes());
        return Digests.hex(digest);
    }

    private static List<Manifest.Entry> tensorsOf(List<ObjectWriter.Hashed> hashed, Layout layout) {
        var tensors = new ArrayList<Manifest.Entry>();
        for (int g = 0; g < hashed.size(); g++) {
            List<Layout.Slot> slots = layout.groups().get(g).slots();
            for (int s = 0; s < slots.size(); s++) {
                tensors.add(tensor(slots.get(s), g, hashed.get(g).tensors().get(s)));
            }
        }
        return tensors;
    }

    private static Manifest.Entry.Tensor tensor(Layout.Slot slot, int object, Manifest.Crcs crcs) {
        return new Manifest.Entry.Tensor(
                slot.name(), slot.like().dtype(), slot.like().shape(), object, slot.offset(), crcs);
    }

    /** Returns the manifest of the whole: values where they were in the state, each tensor with its place. */
    static Manifest whole(PendingSave save, List<Manifest> parts) {
        var objects = new ArrayList<Manifest.ObjectRef>();
        var tensors = new ArrayList<Manifest.Entry>();
        for (Manifest part : parts) {
            for (Manifest.Entry.Tensor t : part.tensors()) {
                tensors.add(new Manifest.Entry.Tensor(
                        t.name(), t.dtype(), t.shape(), objects.size() + t.object(), t.offset(), t.crcs()));
            }
            objects.addAll(part.objects());
        }
        Iterator<Manifest.Entry> next = tensors.iterator();
        var entries = new ArrayList<Manifest.Entry>();
        for (Map.Entry<String, State.Entry> entry : save.state().entries().entrySet()) {
            entries.add(
                    entry.getValue() instanceof State.Entry.Tensor
                            ? next.next()
                            : new Manifest.Entry.Value(entry.getKey(), entry.getValue()));
        }
        return new Manifest(save.name(), save.created(), save.metrics(), objects, entries);
    }

    /** Returns how many bytes all parts together have written. */
    static long bytesWritten(List<Manifest> parts) {
        return parts.stream()
                .mapToLong(part -> part.metrics().getOrDefault(WRITTEN, 0.0).longValue())
                .sum();
    }

    /**
     * Makes sure that another's part is of the same state as the own: the same values, and its tensors and objects as the
     * layout has them.
     *
     * @throws CheckpointSaveException if not
     */
    static void requireSameState(Manifest own, Manifest other, Layout expected, int part)
            throws CheckpointSaveException {
        boolean sameValues = own.entries().getFirst().equals(other.entries().getFirst());
        if (!sameValues || !isLaidOutAs(other, expected)) {
            throw new CheckpointSaveException(
                    ("part %d of the checkpoint of step %d is of another state than part 0: it has other %s. Nothing was"
                                    + " published. Members of one group must have the same state bit for bit.")
                            .formatted(part, own.name().step(), sameValues ? "tensors" : "values"));
        }
    }

    private static boolean isLaidOutAs(Manifest other, Layout expected) {
        var tensors = new ArrayList<Manifest.Entry.Tensor>();
        Iterator<Manifest.Entry.Tensor> found = other.tensors().iterator();
        for (int g = 0; g < expected.groups().size(); g++) {
            for (Layout.Slot slot : expected.groups().get(g).slots()) {
                if (!found.hasNext()) {
                    return false;
                }
                tensors.add(tensor(slot, g, found.next().crcs()));
            }
        }
        List<Long> sizes = expected.groups().stream().map(Layout.Group::bytes).toList();
        return tensors.equals(other.tensors())
                && sizes.equals(
                        other.objects().stream().map(Manifest.ObjectRef::bytes).toList());
    }
}
