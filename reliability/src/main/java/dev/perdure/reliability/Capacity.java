package dev.perdure.reliability;

import java.util.OptionalInt;

/**
 * How many servers a load needs: {@code T = N/n}, each of n servers takes its part of N requests, with some more for those
 * that are down.
 *
 * @param load requests a second in all, > 0
 * @param perServer requests a second that one takes, > 0
 * @param available the share of time in which one works, 0 to 1
 */
public record Capacity(double load, double perServer, double available) {

    /**
     * How many, and what that gives.
     *
     * @param servers how many to run
     * @param neededUp how many of them must work for the load
     * @param availability the chance that as many work
     * @param loadOfEach requests a second on each when all work
     * @param cost servers times the price of one
     */
    public record Plan(int servers, int neededUp, double availability, double loadOfEach, double cost) {}

    public Capacity {
        Checks.positive("load", load);
        Checks.positive("perServer", perServer);
        Checks.share("available", available, true);
    }

    /** Returns the load of each of n servers. */
    public double loadOfEach(int servers) {
        return load / Checks.atLeast("servers", servers, 1);
    }

    /** Returns how many must work for the load. */
    public int neededUp() {
        return Math.toIntExact((long) Math.ceil(load / perServer));
    }

    /**
     * Returns the fewest servers of which enough work with this chance.
     *
     * @param target 0 to 1, both excluded
     * @param priceOfOne in any unit, >= 0
     * @throws IllegalArgumentException if no number of such servers is enough
     */
    public Plan plan(double target, double priceOfOne) {
        Checks.notNegative("priceOfOne", priceOfOne);
        int up = neededUp();
        OptionalInt servers = Redundancy.needed(up, available, target);
        if (servers.isEmpty()) {
            throw new IllegalArgumentException(
                    "available: %s (expected: enough that %s of some number of servers work). Repair them faster."
                            .formatted(available, up));
        }
        int n = servers.getAsInt();
        return new Plan(n, up, Redundancy.availability(up, n, available), loadOfEach(n), n * priceOfOne);
    }
}
