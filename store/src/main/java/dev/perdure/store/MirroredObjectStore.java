package dev.perdure.store;

import dev.perdure.store.MirrorIncident.Different;
import dev.perdure.store.MirrorIncident.MirrorFailed;
import dev.perdure.store.MirrorIncident.PrimaryFailed;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.Collection;
import java.util.List;
import java.util.OptionalLong;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Writes to two stores and reads from either, so that a damaged or lost disk costs nothing.
 *
 * <p><b>The primary decides.</b> It says who created an object, and its failure is the put's failure. The mirror follows:
 * when it fails, the put or the deletion has succeeded all the same, the observer is told, and what the mirror is owed is
 * remembered until {@link #repair} or {@link #synchronise} pays it. Debts are remembered in memory only; after a restart
 * {@code synchronise} finds what is missing by comparing the two sides, and what the mirror should have deleted is there
 * again, whole, until it is deleted again.
 *
 * <p><b>Reading.</b> Asked of the primary, and of the mirror when the primary fails or lacks the object. When the mirror
 * has no better answer, the primary's holds. A listing is the union of both; when one side fails, it is the other's. After
 * a listing that the primary did not answer, deletions are refused until {@code synchronise} has succeeded: the mirror may
 * not know of the newest objects, and whoever deletes what nothing seems to need must have seen all.
 *
 * <p><b>Other bytes.</b> When both sides have an object with different bytes, nothing is overwritten: it is reported, to
 * the observer where a put finds it, and in {@link MirrorRepair#different}. Which are right only the caller can know, who
 * reads each side through {@link #copies} and mends with {@link #replaceDamaged} there. When a put finds the name taken on
 * the primary, only the sizes are compared, because what stays the same is put again at every checkpoint.
 */
public final class MirroredObjectStore implements ObjectStore {
    private final ObjectStore primary;
    private final ObjectStore mirror;
    private final Consumer<MirrorIncident> observer;
    private final MirrorDebts debts = new MirrorDebts();
    private volatile boolean listedWithoutPrimary;

    /** @param observer told in the calling thread of whatever was got over; it must not throw */
    public MirroredObjectStore(ObjectStore primary, ObjectStore mirror, Consumer<MirrorIncident> observer) {
        this.primary = primary;
        this.mirror = mirror;
        this.observer = observer;
    }

    @Override
    public boolean putIfAbsent(String name, List<MemorySegment> pieces) throws IOException {
        boolean created = primary.putIfAbsent(name, pieces);
        try {
            if (debts.owesDeletion(name)) {
                mirror.delete(name);
                debts.deletion(name, true);
            }
            boolean equal = created ? follow(name, pieces) : compareSizes(name);
            debts.put(name, equal);
        } catch (IOException e) {
            debts.put(name, false);
            observer.accept(new MirrorFailed("put", name, e));
        }
        return created;
    }

    /** Returns whether the mirror holds these bytes now. */
    private boolean follow(String name, List<MemorySegment> pieces) throws IOException {
        if (mirror.putIfAbsent(name, pieces) || Contents.same(mirror, name, pieces)) {
            return true;
        }
        observer.accept(new Different(name));
        return false;
    }

    private boolean compareSizes(String name) throws IOException {
        OptionalLong copy = mirror.size(name);
        boolean equal = copy.equals(primary.size(name));
        if (copy.isPresent() && !equal) {
            observer.accept(new Different(name));
        }
        return equal;
    }

    @Override
    public OptionalLong size(String name) throws IOException {
        OptionalLong size = OptionalLong.empty();
        IOException failure = null;
        try {
            size = primary.size(name);
        } catch (IOException e) {
            failure = e;
        }
        if (size.isEmpty()) {
            size = sizeInMirror(name, failure);
        }
        if (size.isEmpty() && failure != null) {
            throw failure;
        }
        return size;
    }

    private OptionalLong sizeInMirror(String name, @Nullable IOException failureOfPrimary) {
        if (debts.owesDeletion(name)) {
            return OptionalLong.empty();
        }
        try {
            OptionalLong size = mirror.size(name);
            if (failureOfPrimary != null && size.isPresent()) {
                observer.accept(new PrimaryFailed("size", name, failureOfPrimary));
            }
            return size;
        } catch (IOException e) {
            observer.accept(new MirrorFailed("size", name, e));
            return OptionalLong.empty();
        }
    }

    @Override
    public long read(String name, long offset, MemorySegment target) throws IOException {
        try {
            return primary.read(name, offset, target);
        } catch (IOException e) {
            return readMirror(name, e, () -> mirror.read(name, offset, target));
        }
    }

    /** What the primary showed before it failed is not shown again: the mirror goes on behind it. */
    @Override
    public long read(String name, long offset, MemorySegment target, Consumer<MemorySegment> filled)
            throws IOException {
        Shown shown = new Shown(filled);
        try {
            primary.read(name, offset, target, shown::show);
        } catch (IOException e) {
            long done = shown.bytes();
            readMirror(name, e, () -> mirror.read(name, offset + done, target.asSlice(done), shown::show));
        }
        return shown.bytes();
    }

    private interface Reading {
        long run() throws IOException;
    }

    private long readMirror(String name, IOException failureOfPrimary, Reading reading) throws IOException {
        if (debts.owesDeletion(name)) {
            throw failureOfPrimary;
        }
        try {
            long copied = reading.run();
            observer.accept(new PrimaryFailed("read", name, failureOfPrimary));
            return copied;
        } catch (IOException e) {
            failureOfPrimary.addSuppressed(e);
            throw failureOfPrimary;
        }
    }

    @Override
    public List<String> list(String prefix) throws IOException {
        SortedSet<String> names = new TreeSet<>();
        IOException failure = null;
        try {
            names.addAll(primary.list(prefix));
        } catch (IOException e) {
            failure = e;
        }
        try {
            names.addAll(mirror.list(prefix));
        } catch (IOException e) {
            if (failure != null) {
                failure.addSuppressed(e);
                throw failure;
            }
            observer.accept(new MirrorFailed("list", prefix, e));
        }
        if (failure != null) {
            listedWithoutPrimary = true;
            observer.accept(new PrimaryFailed("list", prefix, failure));
        }
        names.removeAll(debts.deletions());
        return List.copyOf(names);
    }

    @Override
    public boolean delete(String name) throws IOException {
        if (listedWithoutPrimary) {
            throw new IOException(("%s: not deleted, because %s did not answer a listing, and %s may not know of the"
                            + " newest objects. Synchronise the two, then delete.")
                    .formatted(name, primary, mirror));
        }
        boolean deleted = primary.delete(name);
        try {
            deleted |= mirror.delete(name);
            debts.deletion(name, true);
        } catch (IOException e) {
            debts.deletion(name, false);
            observer.accept(new MirrorFailed("delete", name, e));
        }
        return deleted;
    }

    /** Returns the primary and the mirror. */
    @Override
    public List<ObjectStore> copies() {
        return List.of(primary, mirror);
    }

    /** Replaces an object on both sides. */
    @Override
    public void replaceDamaged(String name, List<MemorySegment> verified) throws IOException {
        primary.replaceDamaged(name, verified);
        mirror.replaceDamaged(name, verified);
        debts.put(name, true);
    }

    /** Returns the names for which the mirror is known to be behind, in ascending order. */
    public List<String> owed() {
        return List.copyOf(debts.names());
    }

    /** Pays what is owed for these names, copies what one side lacks, and compares the bytes of what both have. */
    public MirrorRepair repair(Collection<String> names) {
        return repairing().run(new TreeSet<>(names), true);
    }

    /**
     * Pays all debts, and copies to each side what only the other has. Compares sizes, not bytes, so that it costs little
     * when little is missing; {@link #repair} compares bytes.
     *
     * @throws IOException if a side cannot be listed; nothing was changed
     */
    public MirrorRepair synchronise() throws IOException {
        SortedSet<String> names = debts.names();
        names.addAll(primary.list(""));
        names.addAll(mirror.list(""));
        MirrorRepair repair = repairing().run(names, false);
        if (repair.isWhole()) {
            listedWithoutPrimary = false;
        }
        return repair;
    }

    private MirrorRepairing repairing() {
        return new MirrorRepairing(primary, mirror, debts);
    }

    @Override
    public String toString() {
        return primary + " mirrored to " + mirror;
    }
}
