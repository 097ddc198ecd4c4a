package dev.perdure.store;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;
import java.util.List;
import java.util.NavigableMap;
import java.util.OptionalLong;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A store in this process's memory, which keeps every promise of {@link ObjectStore} except that it survives the
 * process: the world of tests and of dry runs. Objects above 1 MiB lie outside the Java heap.
 *
 * <p>Like a file system it refuses a name that is the folder of another one, so that a program tested here does not
 * meet that refusal for the first time on a disk.
 */
public final class MemoryObjectStore implements ObjectStore {
    private static final long HEAP_BYTES_MAX = 1 << 20;

    private final NavigableMap<String, MemorySegment> objects = new TreeMap<>();

    /** Makes an empty store. */
    public MemoryObjectStore() {}

    @Override
    public boolean putIfAbsent(String name, List<MemorySegment> pieces) throws IOException {
        ObjectNames.checkName(name);
        if (find(name) != null) {
            return false;
        }
        MemorySegment bytes = copyOf(name, pieces);
        synchronized (objects) {
            refuseFolders(name);
            return objects.putIfAbsent(name, bytes) == null;
        }
    }

    @Override
    public OptionalLong size(String name) {
        MemorySegment bytes = find(ObjectNames.checkName(name));
        return bytes == null ? OptionalLong.empty() : OptionalLong.of(bytes.byteSize());
    }

    @Override
    public long read(String name, long offset, MemorySegment target) throws IOException {
        Pieces.checkRead(ObjectNames.checkName(name), offset, target);
        MemorySegment bytes = find(name);
        if (bytes == null) {
            throw new NoSuchFileException(name);
        }
        long copied = Math.clamp(bytes.byteSize() - offset, 0, target.byteSize());
        if (copied > 0) {
            MemorySegment.copy(bytes, offset, target, 0, copied);
        }
        return copied;
    }

    @Override
    public List<String> list(String prefix) {
        ObjectNames.checkPrefix(prefix);
        synchronized (objects) {
            return objects.tailMap(prefix, true).keySet().stream()
                    .takeWhile(name -> name.startsWith(prefix))
                    .toList();
        }
    }

    @Override
    public boolean delete(String name) {
        ObjectNames.checkName(name);
        synchronized (objects) {
            return objects.remove(name) != null;
        }
    }

    @Override
    public String toString() {
        return "memory:";
    }

    private @Nullable MemorySegment find(String name) {
        synchronized (objects) {
            return objects.get(name);
        }
    }

    private static MemorySegment copyOf(String name, List<MemorySegment> pieces) throws StoreFullException {
        long size = Pieces.byteSize(pieces);
        MemorySegment bytes = allocate(name, size);
        long at = 0;
        for (MemorySegment piece : pieces) {
            MemorySegment.copy(piece, 0, bytes, at, piece.byteSize());
            at += piece.byteSize();
        }
        return bytes.asReadOnly();
    }

    private static MemorySegment allocate(String name, long size) throws StoreFullException {
        try {
            return size <= HEAP_BYTES_MAX
                    ? MemorySegment.ofArray(new byte[(int) size])
                    : Arena.ofAuto().allocate(size, Long.BYTES);
        } catch (OutOfMemoryError e) {
            throw new StoreFullException(
                    "%s: no memory for %d bytes. Keep large objects on a disk, or raise -XX:MaxDirectMemorySize."
                            .formatted(name, size),
                    e);
        }
    }

    private void refuseFolders(String name) throws FileAlreadyExistsException {
        String next = objects.higherKey(name + "/");
        if (next != null && next.startsWith(name + "/")) {
            throw Pieces.nameIsFolder(name, next);
        }
        for (int at = name.indexOf('/'); at >= 0; at = name.indexOf('/', at + 1)) {
            if (objects.containsKey(name.substring(0, at))) {
                throw Pieces.nameIsFolder(name.substring(0, at), name);
            }
        }
    }
}
