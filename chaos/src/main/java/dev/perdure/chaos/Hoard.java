package dev.perdure.chaos;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** What is never given back. */
final class Hoard {
    private static volatile long @Nullable [] hoard;

    private Hoard() {}

    /** Asks for more than any heap has. */
    static void fill() {
        hoard = new long[Integer.MAX_VALUE];
        throw new AssertionError("there was room for " + Objects.requireNonNull(hoard).length + " numbers");
    }
}
