package dev.perdure.registry;

import java.time.Duration;

/**
 * How the strategy of one decision worked out. Written once and never changed; {@link Registry#recoveryStatistics} adds them up.
 *
 * @param decision the number of the decision that chose it
 * @param kind the kind of fault
 * @param strategy what was tried against it
 * @param took from the decision to the success or failure, kept in milliseconds
 */
public record Recovery(long decision, String kind, String strategy, boolean succeeded, Duration took) implements Fact {
    public Recovery {
        Checks.atLeast(0, "decision", decision);
        Checks.name("kind", kind);
        Checks.name("strategy", strategy);
        took = Checks.millis("took", took);
    }
}
