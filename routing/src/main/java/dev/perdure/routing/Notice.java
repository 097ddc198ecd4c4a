package dev.perdure.routing;

/** What happened, for logs, metrics and people: nothing is to be done about it. */
public sealed interface Notice {

    /** A replica was taken out. */
    record Ejected(ReplicaId replica, Finding finding, int times) implements Notice {}

    /**
     * A replica is no more.
     *
     * @param evidence what that says against the items that it had
     */
    record Gone(ReplicaId replica, Finding finding, Evidence evidence) implements Notice {}

    /** A replica answers rightly, for the first time or again after an ejection; it stands by. */
    record Readmitted(ReplicaId replica) implements Notice {}

    /** A replica that stood by was put to use, slowly. */
    record PutToUse(ReplicaId replica) implements Notice {}

    /** A replica in use is not needed for now. */
    record Rested(ReplicaId replica) implements Notice {}

    /** Another number of replicas is wanted. */
    record Scaled(String version, int from, int to, String reason) implements Notice {}

    /** An item was with several replicas when they ended; it is not sent to replicas until the time given. */
    record Quarantined(String digest, long until) implements Notice {}

    /** A sampled request was answered differently, and nobody could say by whom rightly. */
    record Undecided(RequestId request, String words) implements Notice {}
}
