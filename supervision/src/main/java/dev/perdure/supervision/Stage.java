package dev.perdure.supervision;

/** Where a run is, from its supervisor's seat. The transitions stand above {@link Supervision}. */
public sealed interface Stage {

    /**
     * There is no group: workers are launched and waited for.
     *
     * @param since when the first one joined; negative while none has
     */
    record Gathering(long since) implements Stage {}

    /** Taken over: members of the generation that runs are waited for, and nothing is asked of them. */
    record Returning(Generation generation, long since) implements Stage {}

    /** Workers were told to leave their group and stand still; not all have answered. */
    record Regrouping(long number, String reason) implements Stage {}

    /** All have answered. Nobody is told of the generation until it is durable. */
    record Committing(Generation generation) implements Stage {}

    /** The members meet, copy and step. */
    record Running(Generation generation) implements Stage {}

    /** Everyone was told to end; whoever does not is killed. */
    record Ending(Outcome outcome) implements Stage {}

    /** Nothing is done any more. */
    record Ended(Outcome outcome) implements Stage {}
}
