package dev.perdure.training;

import dev.perdure.core.State;

/**
 * The best epoch of a run, and whether it is time to stop: what {@link EarlyStopping} knows. Part of the state, and decided
 * by every member of a team from the same figures, so that it is the same whatever happened on the way.
 *
 * @param epoch the best one; 0 before there is any
 * @param figures that epoch's
 * @param waited epochs since then
 */
record BestSoFar(long epoch, EpochTotals.Figures figures, long waited, boolean stopped) {

    static BestSoFar none() {
        return new BestSoFar(0, EpochTotals.Figures.NONE, 0, false);
    }

    /** Returns what is known after one more epoch. A figure that is not a number is no best, and makes it wait like any other. */
    BestSoFar after(EarlyStopping rule, long ended, EpochTotals.Figures now) {
        double value = rule.metric().of(now);
        boolean better = !Double.isNaN(value)
                && (epoch == 0 || rule.metric().gain(value, rule.metric().of(figures)) > rule.minDelta());
        if (better) {
            return new BestSoFar(ended, now, 0, false);
        }
        return new BestSoFar(epoch, figures, waited + 1, waited + 1 >= rule.patience());
    }

    boolean isBest(long ended) {
        return epoch == ended;
    }

    void addTo(State.Builder state) {
        state.integer("stopping/bestEpoch", epoch)
                .integer("stopping/waited", waited)
                .integer("stopping/stopped", stopped ? 1 : 0);
        figures.addTo(state, "stopping/");
    }

    static BestSoFar of(State state) {
        return new BestSoFar(
                state.integer("stopping/bestEpoch"),
                EpochTotals.Figures.of(state, "stopping/"),
                state.integer("stopping/waited"),
                state.integer("stopping/stopped") == 1);
    }
}
