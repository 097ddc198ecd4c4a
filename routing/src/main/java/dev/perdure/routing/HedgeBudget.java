package dev.perdure.routing;

/**
 * How many requests may be sent a second time while the first is under way (Dean, Barroso: The tail at scale, CACM 56(2),
 * 2013): a share of all requests, so that hedging cannot double the load of a fleet that is slow because it has too much
 * to do. Every request earns its share; what is not used is kept, up to a few.
 *
 * @param share hedges for each request, 0 to 1
 * @param saved hedges that may be sent now
 */
public record HedgeBudget(double share, double saved) {
    private static final double SAVED_MAX = 10;

    public HedgeBudget {
        Checks.share("share", share);
        Checks.atLeast("saved", saved, 0);
    }

    /** Returns a budget of which nothing is earned. */
    public static HedgeBudget of(double share) {
        return new HedgeBudget(share, 0);
    }

    /** Returns the budget after a request. */
    public HedgeBudget earned() {
        return new HedgeBudget(share, Math.min(SAVED_MAX, saved + share));
    }

    /** Returns whether a hedge may be sent. */
    public boolean allows() {
        return saved >= 1;
    }

    /** Returns the budget after a hedge. */
    public HedgeBudget spent() {
        return new HedgeBudget(share, Math.max(0, saved - 1));
    }
}
