package dev.perdure.training;

/**
 * How a run ended.
 *
 * @param problem what to tell the person who started it; empty when the run finished
 */
public record RunOutcome(ExitCode exitCode, String problem, RunReport report) {}
