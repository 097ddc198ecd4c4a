package dev.perdure.registry;

import java.time.Duration;

/**
 * How a host did in this run so far. Counts and time are totals since the run began and only grow: a lower one changes
 * nothing.
 *
 * @param failures of the host, or of what ran on it
 * @param exposure how long it was in use, workers on one host not added up; kept in milliseconds
 */
public record HostExposure(String host, long failures, Duration exposure) implements Fact {
    public HostExposure {
        Checks.name("host", host);
        Checks.atLeast(0, "failures", failures);
        exposure = Checks.millis("exposure", exposure);
    }
}
