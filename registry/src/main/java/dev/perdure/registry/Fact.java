package dev.perdure.registry;

/**
 * Something a supervisor wants remembered: everything that {@link Registry#write} takes stands here.
 *
 * <p>All of them can be written again without harm: what is there already stays as it is. A supervisor that does not know
 * whether its last write arrived repeats it.
 */
public sealed interface Fact
        permits Generation, Progress, Incident, Decision, Recovery, HostExposure, WorkerProcess, Handover {}
