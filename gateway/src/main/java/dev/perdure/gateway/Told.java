package dev.perdure.gateway;

import dev.perdure.oip.OipError;
import dev.perdure.oip.OipException;
import dev.perdure.routing.Ask;
import dev.perdure.routing.Command;
import dev.perdure.routing.Event.Cause;
import dev.perdure.routing.Fleet;
import dev.perdure.routing.FleetEvent;
import dev.perdure.routing.ReplicaId;
import dev.perdure.routing.Scaling;
import dev.perdure.routing.Status;
import dev.perdure.routing.Tier;

/** The words of those who decide, in the words of the protocol, and the other way round. */
final class Told {
    private Told() {}

    /** Returns the key of the deployment that a request is for. */
    static String asked(Ask ask) {
        return switch (ask.tiers().getFirst()) {
            case Tier.Model model -> model.version();
            case Tier.KnownGood _, Tier.Rule _ -> throw new IllegalStateException("a request for no version");
        };
    }

    static AnswerTier tier(Tier tier, Deployment asked) {
        return switch (tier) {
            case Tier.Model model -> model.version().equals(asked.key()) ? AnswerTier.MODEL : AnswerTier.PREVIOUS;
            case Tier.Rule _ -> AnswerTier.RULE;
            case Tier.KnownGood _ -> AnswerTier.KNOWN_GOOD;
        };
    }

    /**
     * Returns why the model that was asked did not answer; empty when it did.
     *
     * @param age of a known answer
     */
    static String reason(Tier tier, Deployment asked, boolean isQuarantined, String age) {
        String why = isQuarantined
                ? "its input was being computed when two replicas ended"
                : "no replica of %s answered".formatted(asked.served().id());
        return switch (tier(tier, asked)) {
            case MODEL -> "";
            case PREVIOUS -> why;
            case KNOWN_GOOD -> why + "; this is what it answered to the same input " + age;
            case RULE ->
                why + "; this is the bundle's answer for that: "
                        + asked.served().fallback().orElseThrow().reason();
        };
    }

    static OipException why(Command.Fail fail) {
        OipError error = error(fail.status());
        return fail.retryAfter()
                .map(after -> OipException.retryAfter(error, fail.reason(), after))
                .orElseGet(() -> new OipException(error, fail.reason()));
    }

    private static OipError error(Status status) {
        return switch (status) {
            case INVALID -> OipError.INVALID;
            case QUARANTINED -> OipError.QUARANTINED;
            case RATE_LIMITED -> OipError.TOO_OFTEN;
            case ERROR -> OipError.INTERNAL;
            case OVERLOADED -> OipError.OVERLOADED;
            case UNAVAILABLE -> OipError.UNAVAILABLE;
            case DEADLINE -> OipError.LATE;
        };
    }

    /** Returns what a replica's refusal says about whose fault it is. */
    static Cause cause(OipError error) {
        return switch (error) {
            case INVALID, WRONG_METHOD, TOO_LARGE -> Cause.INVALID;
            case NOT_FOUND, UNAVAILABLE, OVERLOADED, TOO_OFTEN -> Cause.TURNED_AWAY;
            case UNAUTHENTICATED, FORBIDDEN, QUARANTINED, INTERNAL, UNSUPPORTED, LATE -> Cause.ERROR;
        };
    }

    static ReplicaId replica(FleetEvent event) {
        return switch (event) {
            case FleetEvent.Ready ready -> ready.replica();
            case FleetEvent.Adopted adopted -> adopted.replica();
            case FleetEvent.NotStarted failed -> failed.replica();
            case FleetEvent.Exited exited -> exited.replica();
            case FleetEvent.Ending ending -> ending.replica();
            case FleetEvent.Disconnected lost -> lost.replica();
            case FleetEvent.Beat beat -> beat.replica();
            case FleetEvent.Probed probed -> probed.replica();
            case FleetEvent.Found _,
                    FleetEvent.Doubted _,
                    FleetEvent.Reported _,
                    FleetEvent.Sent _,
                    FleetEvent.Suspected _,
                    FleetEvent.Ended _,
                    FleetEvent.Answered _,
                    FleetEvent.Overtaken _,
                    FleetEvent.Blamed _,
                    FleetEvent.Busy _,
                    FleetEvent.Resize _,
                    FleetEvent.Retire _,
                    FleetEvent.Tick _ -> throw new IllegalArgumentException("not told by processes: " + event);
        };
    }

    /** Returns the same fleet in another number, without any that stand by. */
    static Fleet.Options with(Fleet.Options fleet, Scaling.Options scaling) {
        return new Fleet.Options(
                fleet.health(),
                fleet.vitals(),
                scaling,
                0,
                fleet.floorShare(),
                fleet.golden(),
                fleet.goldenMax(),
                fleet.startMax(),
                fleet.heldUpMax(),
                fleet.drainMax(),
                fleet.timesMax(),
                fleet.restarts(),
                fleet.failures());
    }
}
