package dev.perdure.store;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.NoSuchFileException;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalLong;
import java.util.function.Consumer;

/**
 * The little that Perdure needs from a storage system. Kept small on purpose: every method is a promise that each
 * backend has to keep, and {@code ObjectStoreContract} tests the same promises on all of them.
 *
 * <p>An object is a name and bytes that never change: it is created whole, or not at all, and later deleted. Names are
 * paths such as {@code objects/9f86d081}, see {@link ObjectNames}; others are refused with {@link
 * IllegalArgumentException}. No name may be the folder of another one: stores refuse that with {@link
 * java.nio.file.FileAlreadyExistsException} where they notice it.
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
     * @return whether this call created it; {@code false} means that an object of this name exists, durably, with
     *     whatever bytes
     * @throws StoreFullException if there is no room; nothing was created, and nothing is left behind
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
     * @return how many bytes were copied: less than the target's size only when the object ends before, and 0 when it
     *     ends at the offset or before it
     * @throws NoSuchFileException if no object has this name
     */
    long read(String name, long offset, MemorySegment target) throws IOException;

    /**
     * Copies a range of an object into memory, and shows each stretch of the target as soon as it is filled. A caller who
     * computes a checksum meanwhile finds the bytes in the processor's cache, not in memory.
     *
     * @param filled called in this thread with slices of the target, from first to last, without gap or overlap, and also
     *     when the read fails later on
     */
    default long read(String name, long offset, MemorySegment target, Consumer<MemorySegment> filled)
            throws IOException {
        long copied = read(name, offset, target);
        if (copied > 0) {
            filled.accept(target.asSlice(0, copied));
        }
        return copied;
    }

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

    /**
     * Returns the stores that each hold a copy of every object: this one alone, unless it mirrors. Who finds damage in one
     * copy reads the others, and mends it with {@link #replaceDamaged}.
     */
    default List<ObjectStore> copies() {
        return List.of(this);
    }

    /**
     * Replaces an object whose bytes are damaged, by deleting and creating it. A failure in between leaves no object of
     * this name here, which is no loss: what was there was of no use.
     *
     * @param verified the right bytes; the caller has proof that they are
     */
    default void replaceDamaged(String name, List<MemorySegment> verified) throws IOException {
        delete(name);
        putIfAbsent(name, verified);
    }
}
