package dev.perdure.data;

import dev.perdure.core.Shape;
import dev.perdure.engine.Batch;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.util.List;

/** Samples: opened, validated, split and normalised. Immutable, and safe for use by several threads. */
@SuppressWarnings("DoNotCallSuggester")
public final class Dataset {
    private Dataset() {}

    public static Dataset open(DataSettings settings, long seed) throws IOException {
        throw new UnsupportedOperationException();
    }

    public Shape sampleShape() {
        throw new UnsupportedOperationException();
    }

    public int outputs() {
        throw new UnsupportedOperationException();
    }

    public List<String> classNames() {
        throw new UnsupportedOperationException();
    }

    public String digest() {
        throw new UnsupportedOperationException();
    }

    public int[] ids(Part part) {
        throw new UnsupportedOperationException();
    }

    public Batch batch(int[] ids, Augment augment, Arena arena) {
        throw new UnsupportedOperationException();
    }

    /** Makes room for a batch of so many samples. */
    public Batch allocate(int samples, Arena arena) {
        throw new UnsupportedOperationException();
    }

    public void fill(int[] ids, Augment augment, Batch into) {
        throw new UnsupportedOperationException();
    }

    static Batch first(Batch batch, int samples) {
        throw new UnsupportedOperationException();
    }

    public DataReport report() {
        throw new UnsupportedOperationException();
    }
}
