package dev.perdure.cli;

import dev.perdure.gateway.GatewayListener;
import dev.perdure.gateway.ModelLook;
import dev.perdure.gateway.RolloutReport;
import dev.perdure.guard.DriftStanding;
import dev.perdure.oip.ModelId;
import dev.perdure.routing.Event;
import dev.perdure.routing.Notice;
import dev.perdure.routing.Step;

/**
 * Has what becomes of rollouts kept, before others hear of it.
 *
 * @param other who hears everything
 */
record KeptRollouts(RolloutRecords records, GatewayListener other) implements GatewayListener {
    @Override
    public void told(String model, Notice notice) {
        other.told(model, notice);
    }

    @Override
    public void decided(String model, Event event, Step step, long nowNanos) {
        other.decided(model, event, step, nowNanos);
    }

    @Override
    public void looked(String model, ModelLook look) {
        other.looked(model, look);
    }

    @Override
    public void drifts(ModelId model, DriftStanding.Change change) {
        other.drifts(model, change);
    }

    @Override
    public void ended(String model) {
        other.ended(model);
    }

    @Override
    public void rollout(RolloutReport report) {
        records.keep(report);
        other.rollout(report);
    }
}
