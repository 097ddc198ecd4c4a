package dev.perdure.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.perdure.model.Evaluation.Measure;
import dev.perdure.model.Evaluation.Slice;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Scores are those one gets by hand. */
class ClassifiedTest {
    private static final List<String> ABC = List.of("a", "b", "c");

    /** Said a a b b, were a b b b; nothing is c. */
    private static Classified four() {
        float[] chances = {0.8f, 0.2f, 0, 0.6f, 0.4f, 0, 0.3f, 0.7f, 0, 0.1f, 0.9f, 0};
        return new Classified(chances, new int[] {0, 1, 1, 1}, ABC);
    }

    @Test
    void averagesAreOverTheClassesThatOccur() {
        assertThat(four().overall())
                .containsEntry(Measure.PRECISION, (0.5 + 1) / 2)
                .hasEntrySatisfying(
                        Measure.RECALL, value -> assertThat(value).isCloseTo((1 + 2 / 3.0) / 2, within(1e-12)))
                .hasEntrySatisfying(
                        Measure.F1, value -> assertThat(value).isCloseTo((2 / 3.0 + 0.8) / 2, within(1e-12)))
                .containsEntry(Measure.AUROC, 1.0);
        assertThat(four().slices()).extracting(Slice::name).containsExactly("label a", "label b");
        assertThat(four().slices().get(1).scores().samples()).isEqualTo(3);
        assertThat(four().slices().get(1).scores().values()).containsEntry(Measure.PRECISION, 1.0);
    }

    /** Every answer in a bin of its own: |0.8 − 1| + |0.6 − 0| + |0.7 − 1| + |0.9 − 1|, over four. */
    @Test
    void theCalibrationErrorIsTheOneByHand() {
        assertThat(four().overall().get(Measure.CALIBRATION_ERROR)).isCloseTo(1.2 / 4, within(1e-6));
    }

    @Test
    void answersThatSayNothingHaveAnAurocOfAHalf() {
        var chances = new float[3 * 30];
        java.util.Arrays.fill(chances, 1 / 3f);
        int[] classes = new int[30];
        for (int i = 0; i < 30; i++) {
            classes[i] = i % 3;
        }
        assertThat(new Classified(chances, classes, ABC).overall().get(Measure.AUROC))
                .isEqualTo(0.5);
    }

    /** Against counting all pairs. */
    @Test
    void theAreaIsTheShareOfPairsInTheRightOrder() {
        var random = new Random(2);
        float[] chances = new float[2 * 60];
        int[] classes = new int[60];
        for (int i = 0; i < 60; i++) {
            chances[2 * i] = random.nextInt(10) / 10f;
            chances[2 * i + 1] = 1 - chances[2 * i];
            classes[i] = random.nextInt(2);
        }
        double right = 0;
        double pairs = 0;
        for (int i = 0; i < 60; i++) {
            for (int j = 0; j < 60; j++) {
                if (classes[i] == 0 && classes[j] == 1) {
                    pairs++;
                    right += chances[2 * i] > chances[2 * j] ? 1 : chances[2 * i] == chances[2 * j] ? 0.5 : 0;
                }
            }
        }
        assertThat(new Classified(chances, classes, List.of("a", "b"))
                        .slices()
                        .getFirst()
                        .scores()
                        .values()
                        .get(Measure.AUROC))
                .isCloseTo(right / pairs, within(1e-12));
    }

    @Test
    void aSingleClassHasNoArea() {
        var one = new Classified(new float[] {0.5f, 0.5f}, new int[] {1}, List.of("a", "b"));
        assertThat(one.overall()).doesNotContainKey(Measure.AUROC);
        assertThat(one.slices().getFirst().scores().values()).doesNotContainKey(Measure.AUROC);
    }

    @Test
    void theSoftmaxOfHugeNumbersSumsToOne() {
        float[] outputs = {1000, 999, -1000, 0, 0, 0};
        Classified.softmax(outputs, 3);
        assertThat(outputs[0]).isCloseTo(0.731f, within(1e-3f));
        assertThat(outputs[3] + outputs[4] + outputs[5]).isCloseTo(1, within(1e-6f));
    }
}
