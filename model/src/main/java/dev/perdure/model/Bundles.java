package dev.perdure.model;

import dev.perdure.core.BadSettingException;
import dev.perdure.core.Digests;
import dev.perdure.store.ObjectStore;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A place for one bundle: all objects of a store, or those below a prefix. {@code docs/bundle-format.md} defines what lies
 * there. At most one process writes to a place at a time; any number may read, also meanwhile.
 *
 * <p>What is wrong with a bundle is a {@link RefusedBundleException}. Every other {@link IOException} says that the store
 * did not answer, and nothing about the bundle.
 */
public final class Bundles {
    private final Place place;

    private Bundles(Place place) {
        this.place = place;
    }

    /** Returns the place that is a whole store, such as a folder. */
    public static Bundles at(ObjectStore store) {
        return at(store, "");
    }

    /**
     * Returns a place within a store.
     *
     * @param prefix such as {@code digits/1/}
     */
    public static Bundles at(ObjectStore store, String prefix) {
        return new Bundles(new Place(store, prefix));
    }

    /**
     * Writes a bundle, and reads all of it back before it can be seen. When it returns, the bundle is there, durably and
     * whole; when it fails, there is none, or the whole one. Writing the same again mends what became damaged; leftovers of
     * a writer that died are cleared away.
     *
     * @param key signs it; nobody does when there is none
     * @return its digest
     * @throws BadSettingException if another bundle is here
     * @throws RefusedBundleException if something else is here, or the store did not keep what it was given
     */
    public String write(Bundle bundle, @Nullable SigningKey key) throws IOException {
        return Digests.sha256(new BundleWriter(place).write(bundle, key));
    }

    /**
     * Opens a bundle. Everything is verified before anything is returned, and what is returned is the memory that was
     * verified, not the store's.
     *
     * @param arena how long the memory of tensors and program lives; it cannot be written to
     * @throws RefusedBundleException if anything is wrong
     */
    public OpenedBundle open(Trust trust, Arena arena) throws IOException {
        return new BundleReader(place, trust).read(arena).opened();
    }

    /**
     * Verifies a bundle.
     *
     * @return what is known about it; its tensors and program can no longer be read
     * @throws RefusedBundleException if anything is wrong
     */
    public OpenedBundle verify(Trust trust) throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            return open(trust, arena);
        }
    }

    /**
     * Verifies a bundle, whoever has signed it until now, and signs it. Signatures of other keys stay.
     *
     * @return what is known about it now
     * @throws RefusedBundleException if anything is wrong
     */
    public OpenedBundle sign(SigningKey key) throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            byte[] manifest =
                    new BundleReader(place, Trust.anybody()).read(arena).manifest();
            new BundleWriter(place).sign(manifest, key);
        }
        return verify(Trust.only(List.of(key.publicHalf())));
    }

    /** Returns where it is. */
    @Override
    public String toString() {
        return place.toString();
    }
}
