package dev.perdure.gateway;

import dev.perdure.guard.DriftStanding;
import dev.perdure.oip.ModelId;
import dev.perdure.routing.Notice;

/** Hears what happens, from the thread that decides, which must not be held up. */
public interface GatewayListener {
    /** Hears nothing. */
    GatewayListener NONE = (_, _) -> {};

    /** Something happened to a model's replicas or requests. */
    void told(String model, Notice notice);

    /** What is asked of a version begins to drift away from its training, or does so no more; from another thread. */
    default void drifts(ModelId model, DriftStanding.Change change) {}

    /**
     * A newer version has come a step further on its way to take over, or it was decided about. The decision, and that one is
     * begun, may be written down here: nothing but other changes of versions waits for that.
     */
    default void rollout(RolloutReport report) {
        // only who keeps versions needs to hear of it
    }
}
