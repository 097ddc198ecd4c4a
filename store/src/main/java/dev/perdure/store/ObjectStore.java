package dev.perdure.store;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.NoSuchFileException;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalLong;

/**
 * The little that Perdure needs from a storage system. Kept small on purpose: every method is a promise that each
 * backend has to keep, and {@code ObjectStoreContract} tests the same promises on all of them.
 *
 * <p>An object is a name and bytes that never change: it is created whole, or not at all, and later deleted. Names are
 * paths such as {@code objects/9f86d081}: parts of letters, digits and {@code . _ -} (not {@code .} or {@code ..}),
 * separated by {@code /}.
 *
 * <p>All methods may be called from any thread. Failures are {@link IOException}s: {@link StoreFullException} when
 * there is no room, {@link CorruptObjectException} when the store knows that bytes are damaged, and any other when the
 * store did not answer, in which case <b>a lost answer is not a lost operation</b>: the caller finds out by asking again.
 */
public interface ObjectStore {
    /** The largest object that {@link #readAll} returns. */
    int WHOLE_BYTES_MAX = 1 << 30;

    /**
     * Creates an object from pieces laid one after the other, durably, unless one has this name already. Never
     * overwrites. When it returns, the object and its name survive a power cut.
     *
     * @param pieces native or heap memory, of any size each, unchanged until the call returns
     * @return whether this call created it; {@code false} means that an object of this name exists, with whatever bytes
     * @throws IOException if the answer was lost; the object exists whole, or not at all
     */
    boolean putIfAbsent(String name, List<MemorySegment> pieces) throws IOException;

    /** Creates a small object, see {@link #putIfAbsent(String, List)}. */
    default boolean putIfAbsent(String name, byte[] bytes) throws IOException {
        return putIfAbsent(name, List.of(MemorySegment.ofArray(bytes)));
    }

    /** Returns an object's size in bytes, or nothing if no object has this name. */
    OptionalLong size(String name) throws IOException;

    /**
     * Copies a range of an object into memory.
     *
     * @param target filled from its first byte with the object's bytes from {@code offset} on
     * @return how many bytes were copied: less than the target's size only when the object ends before
     * @throws NoSuchFileException if no object has this name
     */
    long read(String name, long offset, MemorySegment target) throws IOException;

    /**
     * Returns a whole object of at most 1 GiB.
     *
     * @throws NoSuchFileException if no object has this name
     */
    default byte[] readAll(String name) throws IOException {
        long size = size(name).orElseThrow(() -> new NoSuchFileException(name));
        if (size > WHOLE_BYTES_MAX) {
            throw new IOException(
                    "%s: %d bytes (expected: <= %d to be read at once)".formatted(name, size, WHOLE_BYTES_MAX));
        }
        byte[] bytes = new byte[(int) size];
        long copied = read(name, 0, MemorySegment.ofArray(bytes));
        return copied == size ? bytes : Arrays.copyOf(bytes, (int) copied);
    }

    /**
     * Returns the names that start with {@code prefix}, in ascending order of their characters. The prefix may end
     * anywhere in a name. A name is listed once its put returned, and no longer once its deletion returned.
     */
    List<String> list(String prefix) throws IOException;

    /**
     * Deletes an object durably. Deleting what is not there is no error.
     *
     * @return whether this call deleted it
     */
    boolean delete(String name) throws IOException;
}
