package dev.perdure.cli;

/**
 * Where the output goes.
 *
 * @param width in columns
 * @param interactive whether a line can be rewritten in place
 * @param colour whether colours are wanted and understood
 */
record Terminal(int width, boolean interactive, boolean colour) {
    private static final int NARROWEST = 20;

    Terminal {
        width = Math.max(NARROWEST, width);
    }
}
