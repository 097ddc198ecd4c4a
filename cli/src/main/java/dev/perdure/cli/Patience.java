package dev.perdure.cli;

import dev.perdure.reliability.HeartbeatWatch;
import dev.perdure.routing.Fleet;
import dev.perdure.routing.Vitals;
import java.time.Duration;

/** Longer bounds for replicas on a machine that is busy with other things, where healthy ones look silent. */
final class Patience {
    private Patience() {}

    /** Returns the same settings, with replicas waited for so many times as long before they are taken for silent or stuck. */
    static Fleet.Options times(double factor, Fleet.Options usual) {
        Vitals.Bounds vitals = usual.vitals();
        HeartbeatWatch.Options beats = vitals.heartbeats();
        return new Fleet.Options(
                usual.health(),
                new Vitals.Bounds(
                        new HeartbeatWatch.Options(
                                beats.periodNanos(),
                                beats.deviationMinNanos(),
                                Math.round(factor * beats.pauseNanos()),
                                beats.phi(),
                                beats.memory()),
                        times(factor, vitals.silenceMax()),
                        times(factor, vitals.stuckMin()),
                        vitals.stuckMax()),
                usual.scaling(),
                usual.standbys(),
                usual.floorShare(),
                usual.golden(),
                times(factor, usual.goldenMax()),
                usual.startMax(),
                times(factor, usual.heldUpMax()),
                usual.drainMax(),
                usual.timesMax(),
                usual.restarts(),
                usual.failures());
    }

    private static Duration times(double factor, Duration length) {
        return Duration.ofNanos(Math.round(factor * length.toNanos()));
    }
}
