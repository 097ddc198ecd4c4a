package dev.perdure.guard;

/**
 * How drift is watched.
 *
 * @param window how many samples make a window; 50 to 5,000
 * @param alpha the chance at most of a false alarm, in (0, 1): in each window, all its tests together
 * @param ever whether {@code alpha} is the chance in all windows together, however many there will be. Later windows then
 *     need stronger evidence, and in the end only a test with exact tails can alarm
 * @param seed chooses how the reference is divided to find out what chance does
 */
public record DriftSettings(int window, double alpha, boolean ever, long seed) {
    public DriftSettings {
        if (window < 50 || window > 5000) {
            throw new IllegalArgumentException("drift: window %d (expected: 50 to 5000)".formatted(window));
        }
        if (!(alpha > 0 && alpha < 1)) {
            throw new IllegalArgumentException("drift: alpha %s (expected: > 0 and < 1)".formatted(alpha));
        }
    }

    /** Returns windows of 500 samples, of which one in a thousand cries wolf. */
    public static DriftSettings standard() {
        return new DriftSettings(500, 0.001, false, 1);
    }
}
