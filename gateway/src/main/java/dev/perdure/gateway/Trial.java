package dev.perdure.gateway;

import dev.perdure.gateway.ModelDesk.FleetLook;
import dev.perdure.gateway.RolloutSettings.Manner;
import dev.perdure.routing.Rollout;
import dev.perdure.routing.Rollout.Route;
import dev.perdure.routing.Rollout.Seen;
import dev.perdure.routing.Rollout.Stage;
import java.time.Duration;
import java.util.Optional;
import java.util.random.RandomGenerator;

/**
 * A newer deployment beside the one that answers, until it takes over or goes: a value.
 *
 * <pre>
 * waits      until a replica of it answers; then, in a gradual rollout, is on trial, and otherwise takes over as soon as it has
 *            as many replicas as it is to have
 * on trial   as {@link Rollout} has it: shadow, canary, promoted or rolled back
 * rolled back also when no replica of it answers for too long, all such times together
 * </pre>
 *
 * @param stable answers until then
 * @param wanted replicas that it is to have
 * @param lookedAt when its replicas were last looked at
 * @param absentNanos how long none of them could be asked: while it waits, and from then on
 * @param rollout absent while it waits
 */
record Trial(
        Deployment stable,
        Deployment candidate,
        RolloutSettings settings,
        int wanted,
        long lookedAt,
        long absentNanos,
        Optional<Rollout> rollout) {

    static Trial of(Deployment stable, Deployment candidate, RolloutSettings settings, int wanted, long now) {
        return new Trial(stable, candidate, settings, wanted, now, 0, Optional.empty());
    }

    private Trial with(long now, long absent, Optional<Rollout> next) {
        return new Trial(stable, candidate, settings, wanted, now, absent, next);
    }

    private Trial with(Optional<Rollout> next) {
        return with(lookedAt, absentNanos, next);
    }

    private Rollout begun(long now) {
        return Rollout.of(settings.options(), now);
    }

    boolean isGradual() {
        return settings.manner() == Manner.GRADUAL;
    }

    /** Returns the same without a trial: the candidate takes over as soon as it has all its replicas. */
    Trial atOnce() {
        return new Trial(
                stable, candidate, settings.in(Manner.AT_ONCE), wanted, lookedAt, absentNanos, Optional.empty());
    }

    /** Takes a look at the candidate's replicas. */
    Trial looked(FleetLook look, long now) {
        if (isOver()) {
            return this;
        }
        if (!look.isAnswering()) {
            Duration max = rollout.isPresent() ? settings.absentMax() : settings.readyMax();
            Trial absent = with(now, absentNanos + now - lookedAt, rollout);
            return absent.absentNanos < max.toNanos()
                    ? absent
                    : absent.rolledBack("for %d s no replica of it could be asked".formatted(max.toSeconds()), now);
        }
        if (!isGradual()) {
            boolean isWhole = look.inUse() >= wanted;
            return with(now, 0, isWhole ? Optional.of(ended(now, new Stage.Promoted())) : Optional.empty());
        }
        return rollout.isPresent() ? with(now, absentNanos, rollout) : with(now, 0, Optional.of(begun(now)));
    }

    private Rollout ended(long now, Stage stage) {
        Rollout known = rollout.orElseGet(() -> begun(now));
        return new Rollout(known.options(), stage, known.tests(), known.stableLatency());
    }

    /** Takes in what a request showed. */
    Trial after(Seen seen, long now) {
        return with(rollout.map(known -> known.after(seen, now)));
    }

    /** Returns the trial given up, for this reason; one that is over stays as it is. */
    Trial rolledBack(String reason, long now) {
        return isOver() ? this : with(Optional.of(ended(now, new Stage.RolledBack(reason))));
    }

    /** Returns the trial with its candidate taken over, whatever was seen; one that is over stays as it is. */
    Trial promoted(long now) {
        return isOver() ? this : with(Optional.of(ended(now, new Stage.Promoted())));
    }

    /** Returns where the next request goes; nothing while requests have nothing to do with it. */
    Optional<Route> route(RandomGenerator random) {
        return isGradual() && !isOver() ? rollout.map(known -> known.route(random)) : Optional.empty();
    }

    /** Returns where it is: equal as long as nothing is to be told. */
    String place() {
        return rollout.map(known -> switch (known.stage()) {
                    case Stage.Shadow _ -> "shadow";
                    case Stage.Canary canary -> "canary " + canary.step();
                    case Stage.Promoted _, Stage.RolledBack _ -> "over";
                })
                .orElse("waits");
    }

    /** Returns whether it has been decided. */
    boolean isOver() {
        return rollout.filter(Rollout::isOver).isPresent();
    }
}
