package dev.perdure.reliability;

/**
 * How often a detector may cry wolf when all is well, on the assumptions that it states.
 *
 * @param rate the chance at most, 0 to 1
 * @param per for what
 */
public record FalseAlarms(double rate, Per per) {
    /** What a chance is for. */
    public enum Per {
        /** each heartbeat, loss, operation that is observed */
        OBSERVATION,
        /** each stay in a phase, however often it is looked at */
        PHASE,
        /** each worker in each window of steps */
        WORKER_AND_WINDOW,
        /** each sequential test, from its begin to its decision */
        TEST
    }

    public FalseAlarms {
        Checks.share("rate", rate, true);
    }

    /** Returns the expected number in an hour, when so many of what the chance is for pass in an hour. */
    public double perHour(double countPerHour) {
        return rate * Checks.notNegative("countPerHour", countPerHour);
    }
}
