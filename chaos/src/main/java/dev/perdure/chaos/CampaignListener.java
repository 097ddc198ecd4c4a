package dev.perdure.chaos;

import dev.perdure.training.Incident;

/** Watches a campaign as it happens, on its thread. Every method does nothing unless overridden. */
public interface CampaignListener {

    /** A fault was let happen. */
    default void fired(String id, String who, String how) {}

    /** The supervisor told of something. */
    default void told(Incident incident) {}

    /** Called a few times a second. */
    default void tick(long step, int fired, int faults) {}
}
