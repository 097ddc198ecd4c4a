package dev.perdure.registry;

import java.time.Duration;

/**
 * How a host did in all runs of a registry.
 *
 * @param runs in how many runs it was used
 * @param failures in all of them
 * @param exposure how long it was in use in all of them; runs at one time count twice
 */
public record HostStatistics(String host, long runs, long failures, Duration exposure) {}
