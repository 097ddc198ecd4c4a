package dev.perdure.gateway;

import dev.perdure.guard.DriftStanding;
import dev.perdure.oip.ModelId;
import dev.perdure.routing.Event;
import dev.perdure.routing.Notice;
import dev.perdure.routing.Step;
import java.util.List;

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

    /**
     * Something was decided, and has been done.
     *
     * @param nowNanos when, on a clock that never goes back
     */
    default void decided(String model, Event event, Step step, long nowNanos) {}

    /** How it stands with a model: often, also when nothing happens. */
    default void looked(String model, ModelLook look) {}

    /** A model is not served any more; nothing is told of it after this. From any thread. */
    default void ended(String model) {}

    /** Returns one that lets all of these hear, in this order. */
    static GatewayListener all(List<GatewayListener> listeners) {
        List<GatewayListener> those = List.copyOf(listeners);
        return new GatewayListener() {
            @Override
            public void told(String model, Notice notice) {
                those.forEach(each -> each.told(model, notice));
            }

            @Override
            public void decided(String model, Event event, Step step, long nowNanos) {
                those.forEach(each -> each.decided(model, event, step, nowNanos));
            }

            @Override
            public void looked(String model, ModelLook look) {
                those.forEach(each -> each.looked(model, look));
            }

            @Override
            public void rollout(RolloutReport report) {
                those.forEach(each -> each.rollout(report));
            }

            @Override
            public void drifts(ModelId model, DriftStanding.Change change) {
                those.forEach(each -> each.drifts(model, change));
            }

            @Override
            public void ended(String model) {
                those.forEach(each -> each.ended(model));
            }
        };
    }
}
