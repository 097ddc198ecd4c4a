package dev.perdure.gateway;

import dev.perdure.routing.Fleet;
import dev.perdure.routing.RequestLimits;
import dev.perdure.routing.Routing;
import java.time.Duration;

/**
 * How many, how long.
 *
 * @param fleet of the newest version of each model; of older ones only the number of replicas differs
 * @param olderReplicas of each version that is not the newest, >= 1
 * @param limits of one request
 * @param deadline of requests that do not say how long they may take
 * @param deadlineMax of those that do
 * @param drainWithin how long an intended end waits for requests, and then for replicas
 * @param safeguards what stands around the models
 */
public record GatewaySettings(
        Routing.Options routing,
        Fleet.Options fleet,
        int olderReplicas,
        RequestLimits limits,
        Duration deadline,
        Duration deadlineMax,
        Duration drainWithin,
        Safeguards safeguards) {
    public GatewaySettings {
        if (olderReplicas < 1) {
            throw new IllegalArgumentException("olderReplicas: %d (expected: >= 1)".formatted(olderReplicas));
        }
        positive("deadline", deadline);
        positive("deadlineMax", deadlineMax);
        positive("drainWithin", drainWithin);
    }

    /** With the usual safeguards. */
    public GatewaySettings(
            Routing.Options routing,
            Fleet.Options fleet,
            int olderReplicas,
            RequestLimits limits,
            Duration deadline,
            Duration deadlineMax,
            Duration drainWithin) {
        this(routing, fleet, olderReplicas, limits, deadline, deadlineMax, drainWithin, Safeguards.usual());
    }

    /** Returns these with other safeguards. */
    public GatewaySettings with(Safeguards others) {
        return new GatewaySettings(routing, fleet, olderReplicas, limits, deadline, deadlineMax, drainWithin, others);
    }

    private static void positive(String name, Duration value) {
        if (value.toMillis() < 1) {
            throw new IllegalArgumentException("%s: %s (expected: >= 1 ms)".formatted(name, value));
        }
    }
}
