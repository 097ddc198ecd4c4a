package dev.perdure.gateway;

import dev.perdure.recall.Recall;
import dev.perdure.routing.Event;
import dev.perdure.routing.Finding;
import dev.perdure.routing.FleetCommand;
import dev.perdure.routing.FleetEvent;
import dev.perdure.routing.Notice;
import dev.perdure.routing.RequestId;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/** Tells {@link KnownGood} what of a model's events concerns it. Used by the thread that decides, but for what replicas gave. */
final class Remembering {
    private final KnownGood known;
    private final Deployments deployments;
    private final Function<RequestId, Optional<Flight>> flights;

    Remembering(String model, Recall recall, Deployments deployments, Function<RequestId, Optional<Flight>> flights) {
        this.known = new KnownGood(recall, recall.clock(), model);
        this.deployments = deployments;
        this.flights = flights;
    }

    KnownGood known() {
        return known;
    }

    /** Something happened, and is about to be decided on. */
    void happens(Event event) {
        switch (event) {
            case Event.OfReplica of -> {
                if (of.event() instanceof FleetEvent.Probed probed
                        && probed.result() instanceof FleetEvent.Golden.Right) {
                    known.right(of.replica());
                }
            }
            case Event.Compared(RequestId request, List<List<Integer>> groups) -> {
                if (groups.size() > 1) {
                    flights.apply(request).ifPresent(flight -> contradicted(flight, groups));
                }
            }
            case Event.Arrived _,
                    Event.Abandoned _,
                    Event.Answered _,
                    Event.Failed _,
                    Event.Fell _,
                    Event.Deploy _,
                    Event.Resize _,
                    Event.Retire _,
                    Event.Tick _ -> {}
        }
    }

    private void contradicted(Flight flight, List<List<Integer>> groups) {
        deployments
                .find(flight.key(groups.getFirst().getFirst()))
                .ifPresent(deployment -> known.contradicted(deployment.served(), flight.ask.digests()));
    }

    /** A replica is about to be asked something. */
    void does(FleetCommand command) {
        if (command instanceof FleetCommand.Probe probe) {
            known.probes(probe.replica());
        }
    }

    /** Something is known of replicas. */
    void noticed(Notice notice) {
        switch (notice) {
            case Notice.Ejected ejected -> {
                if (ejected.finding().grade() == Finding.Grade.WRONG) {
                    known.wrong(ejected.replica());
                }
            }
            case Notice.Gone gone -> known.gone(gone.replica());
            case Notice.Readmitted _,
                    Notice.PutToUse _,
                    Notice.Rested _,
                    Notice.Scaled _,
                    Notice.Quarantined _,
                    Notice.Undecided _ -> {}
        }
    }
}
