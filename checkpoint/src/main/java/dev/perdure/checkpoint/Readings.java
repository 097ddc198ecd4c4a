package dev.perdure.checkpoint;

import java.io.IOException;

/** Looks twice before it believes in damage, because the remedies delete, and a flipped bit may be the reading's own. */
final class Readings {
    private static final int READINGS = 2;

    private Readings() {}

    interface Reading {
        /** Returns whether what was read is whole. */
        boolean isWhole() throws IOException;
    }

    /** Returns whether one of two readings finds it whole. */
    static boolean findWhole(Reading reading) throws IOException {
        for (int i = 0; i < READINGS; i++) {
            if (reading.isWhole()) {
                return true;
            }
        }
        return false;
    }
}
