package dev.perdure.routing;

import java.time.Duration;

/**
 * How many replicas are wanted, by what there is to do: requests in flight and waiting, against what one replica should
 * have. It grows when that was too much for a while, or requests waited too long in the queue; it shrinks by one when one
 * fewer would do with room to spare for much longer. Between the two nothing changes.
 *
 * @param target how many are wanted now
 * @param load average of requests in flight and waiting
 * @param highSince since when there was too much to do, -1 if there is not
 * @param lowSince since when there was too little, -1 if there is not
 * @param at when it last looked
 */
public record Scaling(Options options, int target, double load, long highSince, long lowSince, long at) {
    private static final double TAU_NANOS = 1e9;

    /**
     * Settings.
     *
     * @param min never fewer than this, >= 0
     * @param max never more, >= min
     * @param perReplica requests that one replica should have in flight, > 0
     * @param room share of {@code perReplica} that the others may be filled to when one goes, 0 to 1
     * @param delayMax a longer wait in the queue is too long
     * @param upAfter how long there must be too much to do
     * @param downAfter how long there must be too little
     */
    public record Options(
            int min, int max, double perReplica, double room, Duration delayMax, Duration upAfter, Duration downAfter) {
        public Options {
            Checks.atLeast("min", min, 0);
            Checks.atLeast("max", max, min);
            Checks.atLeast("perReplica", perReplica, 1e-9);
            Checks.share("room", room);
            Checks.positive("delayMax", delayMax);
            Checks.notNegative("upAfter", upAfter);
            Checks.notNegative("downAfter", downAfter);
        }

        /** Returns the usual settings between two limits; equal limits fix the number. */
        public static Options between(int min, int max) {
            return new Options(min, max, 4, 0.6, Duration.ofMillis(50), Duration.ofSeconds(1), Duration.ofSeconds(60));
        }
    }

    /** Returns the fewest that are allowed. */
    public static Scaling of(Options options, long now) {
        return new Scaling(options, options.min(), 0, -1, -1, now);
    }

    /**
     * Takes a look at what there is to do.
     *
     * @param busy requests in flight and waiting
     * @param delayNanos how long the oldest has waited in the queue
     */
    public Scaling after(int busy, long delayNanos, long now) {
        double kept = Math.exp(-Math.max(0, now - at) / TAU_NANOS);
        double average = kept * load + (1 - kept) * busy;
        boolean high = average > options.perReplica() * target
                || delayNanos > options.delayMax().toNanos();
        boolean low = average < options.perReplica() * options.room() * (target - 1);
        var looked = new Scaling(options, target, average, since(high, highSince, now), since(low, lowSince, now), now);
        if (looked.lasts(looked.highSince, options.upAfter(), now)) {
            return looked.to(Math.max(target + 1, (int) Math.ceil(average / options.perReplica())));
        }
        return looked.lasts(looked.lowSince, options.downAfter(), now) ? looked.to(target - 1) : looked;
    }

    private static long since(boolean holds, long before, long now) {
        return holds ? (before < 0 ? now : before) : -1;
    }

    private boolean lasts(long since, Duration needed, long now) {
        return since >= 0 && now - since >= needed.toNanos();
    }

    private Scaling to(int wanted) {
        return new Scaling(options, Math.clamp(wanted, options.min(), options.max()), load, -1, -1, at);
    }

    /** Returns the scaling within other limits. */
    public Scaling within(Options other) {
        return new Scaling(other, Math.clamp(target, other.min(), other.max()), load, -1, -1, at);
    }
}
