package dev.perdure.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.data.Offset.offset;

import java.util.List;
import org.junit.jupiter.api.Test;

class LearningRateTest {

    @Test
    void isTheSameAtEveryStepWhenConstant() {
        var rate = new LearningRate.Constant(0.01);
        assertThat(List.of(rate.at(1, 10), rate.at(10, 10))).containsOnly(0.01);
    }

    @Test
    void decaysAfterEveryThirdStep() {
        var rate = new LearningRate.StepDecay(0.8, 3, 0.5);
        assertThat(List.of(1, 3, 4, 6, 7).stream().map(step -> rate.at(step, 100)))
                .containsExactly(0.8, 0.8, 0.4, 0.4, 0.2);
    }

    @Test
    void followsHalfACosineFromRateToMin() {
        var rate = new LearningRate.Cosine(1.0, 0.2);
        assertThat(rate.at(1, 5)).isEqualTo(1.0);
        assertThat(rate.at(2, 5)).isCloseTo(0.2 + 0.8 * (1 + Math.sqrt(0.5)) / 2, offset(1e-15));
        assertThat(rate.at(3, 5)).isCloseTo(0.6, offset(1e-15));
        assertThat(rate.at(5, 5)).isEqualTo(0.2);
        assertThat(rate.at(1, 1)).as("a run of one step takes the rate itself").isEqualTo(1.0);
    }

    @Test
    void risesLinearlyToWhatFollows() {
        var rate = new LearningRate.WarmUp(4, new LearningRate.Constant(1.0));
        assertThat(List.of(1, 2, 3, 4, 5, 6).stream().map(step -> rate.at(step, 100)))
                .containsExactly(0.2, 0.4, 0.6, 0.8, 1.0, 1.0);
    }

    @Test
    void goesUpAndDownAgainInOneCycle() {
        var rate = new LearningRate.OneCycle(1.0, 0.5, 10, 100);
        assertThat(rate.at(1, 10)).as("max / div-start").isCloseTo(0.1, offset(1e-15));
        assertThat(rate.at(3, 10)).as("half-way up").isCloseTo(0.55, offset(1e-15));
        assertThat(rate.at(5, 10)).as("the peak, after half the run").isCloseTo(1.0, offset(1e-15));
        assertThat(rate.at(10, 10)).as("max / div-start / div-end").isCloseTo(0.001, offset(1e-15));
    }

    @Test
    void staysPositiveAndFiniteAtEveryStep() {
        for (long steps = 1; steps < 40; steps++) {
            for (LearningRate rate : schedules()) {
                for (long step = 1; step <= steps; step++) {
                    assertThat(rate.at(step, steps))
                            .as("%s, step %d of %d", rate, step, steps)
                            .isPositive()
                            .isFinite();
                }
            }
        }
    }

    @Test
    void refusesImpossibleNumbers() {
        assertThatIllegalArgumentException().isThrownBy(() -> new LearningRate.Constant(Double.NaN));
        assertThatIllegalArgumentException().isThrownBy(() -> new LearningRate.Cosine(0.1, 0.2));
        assertThatIllegalArgumentException().isThrownBy(() -> new LearningRate.OneCycle(1, 1, 25, 1e4));
        assertThatIllegalArgumentException().isThrownBy(() -> new LearningRate.StepDecay(1, 0, 0.5));
    }

    static List<LearningRate> schedules() {
        return List.of(
                new LearningRate.Constant(0.001),
                new LearningRate.StepDecay(0.1, 7, 0.5),
                new LearningRate.Cosine(0.1, 1e-5),
                new LearningRate.WarmUp(5, new LearningRate.Cosine(0.1, 1e-5)),
                new LearningRate.OneCycle(0.01, 0.3, 25, 1e4));
    }
}
