package dev.perdure.training;

import static org.assertj.core.api.Assertions.assertThat;

import dev.perdure.core.State;
import dev.perdure.training.EarlyStopping.Metric;
import java.util.Random;
import org.junit.jupiter.api.Test;

class BestSoFarTest {
    private static final EarlyStopping RULE = new EarlyStopping(Metric.HELD_OUT_LOSS, 3, 0.01, true);

    private static EpochTotals.Figures figures(double loss, double accuracy) {
        return new EpochTotals.Figures(1, 0.5, loss, accuracy);
    }

    private static BestSoFar after(EarlyStopping rule, double... losses) {
        BestSoFar best = BestSoFar.none();
        for (int i = 0; i < losses.length; i++) {
            best = best.after(rule, i + 1, figures(losses[i], 1 - losses[i]));
        }
        return best;
    }

    @Test
    void stopsWhenPatienceIsOutAndNotBefore() {
        assertThat(after(RULE, 0.5, 0.4, 0.41, 0.42).stopped()).isFalse();
        BestSoFar best = after(RULE, 0.5, 0.4, 0.41, 0.42, 0.43);
        assertThat(best.stopped()).isTrue();
        assertThat(best.epoch()).isEqualTo(2);
        assertThat(best.figures().heldOutLoss()).isEqualTo(0.4);
    }

    @Test
    void anImprovementBelowMinDeltaIsNone() {
        assertThat(after(RULE, 0.5, 0.495, 0.491).epoch()).isEqualTo(1);
        assertThat(after(RULE, 0.5, 0.495, 0.489).epoch()).isEqualTo(3);
    }

    @Test
    void aNewBestBeginsPatienceAnew() {
        assertThat(after(RULE, 0.5, 0.6, 0.6, 0.4, 0.6, 0.6).stopped()).isFalse();
        assertThat(after(RULE, 0.5, 0.6, 0.6, 0.4, 0.6, 0.6, 0.6).stopped()).isTrue();
    }

    @Test
    void higherAccuracyIsBetter() {
        var rule = new EarlyStopping(Metric.HELD_OUT_ACCURACY, 2, 0, false);
        BestSoFar best = after(rule, 0.5, 0.2, 0.3, 0.4);
        assertThat(best.epoch()).isEqualTo(2);
        assertThat(best.stopped()).isTrue();
    }

    @Test
    void aFigureThatIsNoNumberIsNeverTheBest() {
        assertThat(after(RULE, Double.NaN, Double.NaN).epoch()).isZero();
        assertThat(after(RULE, Double.NaN, 0.7, Double.NaN, Double.NaN).epoch()).isEqualTo(2);
        assertThat(after(RULE, Double.NaN, 0.7, Double.NaN, Double.NaN, Double.NaN)
                        .stopped())
                .isTrue();
    }

    @Test
    void decidesTheSameWhereverItIsTakenUpAgainFromTheState() {
        for (long seed = 0; seed < 200; seed++) {
            var random = new Random(seed);
            BestSoFar straight = BestSoFar.none();
            BestSoFar restored = BestSoFar.none();
            for (int epoch = 1; epoch <= 20; epoch++) {
                var figures = figures(random.nextDouble(), random.nextDouble());
                straight = straight.after(RULE, epoch, figures);
                State.Builder state = State.builder();
                restored.after(RULE, epoch, figures).addTo(state);
                restored = BestSoFar.of(state.build());
                assertThat(restored).as("seed %d, epoch %d", seed, epoch).isEqualTo(straight);
            }
        }
    }
}
