package dev.perdure.training;

import dev.perdure.core.BadSettingException;
import dev.perdure.core.Settings;
import dev.perdure.supervision.OnDivergence;
import java.util.List;

/**
 * How a run looks for wrong numbers, and what it does about them.
 *
 * @param compareEvery members compare their whole states every so many steps
 * @param recheckEvery every so many steps a microbatch of each member is computed again by another; 1: all of them; 0:
 *     none ever
 * @param onDivergence what is done when a step gives no finite numbers however often it is redone
 * @param adjustments to the recipe, from its beginning on
 */
record NumberChecks(int compareEvery, int recheckEvery, OnDivergence onDivergence, Adjustments adjustments) {

    /** Settings of {@code training} that do not reach the weights as long as all numbers are finite. */
    static final String ON_DIVERGENCE = "on-divergence";

    static NumberChecks read(Settings training, Settings supervision) {
        return new NumberChecks(
                supervision.integer("compare-every", 10, 1, 1_000_000),
                supervision.integer("recheck-every", 200, 0, 1_000_000),
                training.choice(ON_DIVERGENCE, OnDivergence.STOP),
                adjustments(training));
    }

    private static Adjustments adjustments(Settings training) {
        List<String> texts = training.texts("adjustments", List.of());
        try {
            return Adjustments.parse(texts);
        } catch (BadSettingException e) {
            training.reject("adjustments", String.valueOf(e.getMessage()));
            return Adjustments.none();
        }
    }
}
