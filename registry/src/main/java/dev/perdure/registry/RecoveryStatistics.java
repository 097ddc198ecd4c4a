package dev.perdure.registry;

import java.time.Duration;

/**
 * How a strategy worked out against a kind of fault in all runs of a registry.
 *
 * @param tries at least 1
 * @param successes of these
 * @param successTime all successes together took so long
 * @param failureTime all failures together took so long
 */
public record RecoveryStatistics(
        String kind, String strategy, long tries, long successes, Duration successTime, Duration failureTime) {

    public long failures() {
        return tries - successes;
    }
}
