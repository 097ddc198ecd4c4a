package dev.perdure.registry;

import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Where a run stands: what a supervisor that takes over goes on from. Its size is bounded by workers, hosts and open
 * incidents, not by the length of the run.
 *
 * @param generation the newest generation
 * @param appliedStep the highest step known to be applied
 * @param lastIncident the number of the newest incident
 * @param lastDecision the number of the newest decision
 * @param openIncidents those without an outcome, in order
 * @param workers processes not known to have ended, by worker
 * @param hosts what this run has booked on each host, by host
 */
public record Standing(
        Optional<Generation> generation,
        OptionalLong appliedStep,
        OptionalLong lastIncident,
        OptionalLong lastDecision,
        List<Incident> openIncidents,
        List<WorkerProcess> workers,
        List<HostExposure> hosts) {
    public Standing {
        openIncidents = List.copyOf(openIncidents);
        workers = List.copyOf(workers);
        hosts = List.copyOf(hosts);
    }
}
