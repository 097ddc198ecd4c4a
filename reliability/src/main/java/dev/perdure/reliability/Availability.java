package dev.perdure.reliability;

/**
 * How much of the time something works that fails now and then and is repaired.
 *
 * @param meanBetweenFailures MTBF, from a repair to the next failure, > 0, in any unit
 * @param meanToRepair MTTR, from a failure to its repair, >= 0, in the same unit
 */
public record Availability(double meanBetweenFailures, double meanToRepair) {
    public Availability {
        Checks.positive("meanBetweenFailures", meanBetweenFailures);
        Checks.notNegative("meanToRepair", meanToRepair);
    }

    /** Returns the share of time in which it works: {@code MTBF / (MTBF + MTTR)}. */
    public double share() {
        return meanBetweenFailures / (meanBetweenFailures + meanToRepair);
    }

    /** Returns the rate of failures while it works, per unit of time. */
    public double failureRate() {
        return 1 / meanBetweenFailures;
    }

    /** Returns how long it is down in a stretch of time, on average. */
    public double downIn(double time) {
        return Checks.notNegative("time", time) * (1 - share());
    }
}
