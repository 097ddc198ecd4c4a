package dev.perdure.training;

/** Watches a run as it happens, on the supervisor's thread. Every method does nothing unless overridden. */
public interface RunListener {

    /** A trainer process was started. */
    default void trainerStarted(ProcessHandle trainer) {}

    /** A team of so many workers was formed, spares among them. */
    default void teamFormed(int members) {}

    /** A trainer said something. */
    default void said(TrainingEvent event) {}

    /** Something went wrong; what is done about it stands in the incident. Called again when it was recovered from. */
    default void incident(Incident incident) {}

    /** Called a few times a second, whatever happens. */
    default void tick() {}
}
