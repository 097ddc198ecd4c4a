package dev.perdure.checkpoint;

/**
 * What a save costs the training, learned from the saves so far: an average that forgets, so that it follows a disk that
 * becomes slower.
 *
 * @param stallSeconds time in which the training stood still
 * @param backgroundSeconds time in which it ran beside the save
 * @param backgroundShare by how much it was slower then: 0 not at all, 1 as if it had stood still
 */
public record SaveCost(double stallSeconds, double backgroundSeconds, double backgroundShare) {
    private static final double WEIGHT_OF_NEW = 0.3;

    public SaveCost {
        if (!(stallSeconds >= 0) || !(backgroundSeconds >= 0) || !(backgroundShare >= 0 && backgroundShare <= 1)) {
            throw new IllegalArgumentException(
                    "save cost: stall %s s, background %s s, share %s (expected: >= 0, share <= 1)"
                            .formatted(stallSeconds, backgroundSeconds, backgroundShare));
        }
    }

    /** Returns what is assumed before the first save: a second in the background, at half speed. */
    public static SaveCost unknown() {
        return new SaveCost(0, 1, 0.5);
    }

    /** Returns the average with one more save in it; the first one replaces what was assumed. */
    public SaveCost after(SavedCheckpoint saved) {
        double stall = saved.stallMillis() / 1e3;
        double background = Math.max(0, saved.durableMillis() - saved.stallMillis()) / 1e3;
        if (equals(unknown())) {
            return new SaveCost(stall, background, backgroundShare);
        }
        return new SaveCost(mix(stallSeconds, stall), mix(backgroundSeconds, background), backgroundShare);
    }

    private static double mix(double old, double next) {
        return (1 - WEIGHT_OF_NEW) * old + WEIGHT_OF_NEW * next;
    }

    /** Returns the seconds of training that a save costs. */
    public double seconds() {
        return stallSeconds + backgroundShare * backgroundSeconds;
    }
}
