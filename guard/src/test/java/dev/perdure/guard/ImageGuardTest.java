package dev.perdure.guard;

import static org.assertj.core.api.Assertions.assertThat;

import dev.perdure.core.Shape;
import dev.perdure.core.TensorData;
import dev.perdure.model.Preprocessing;
import dev.perdure.model.Preprocessing.Step;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Images: pixels out of range, missing ones, and pictures darker or brighter than any in training. */
class ImageGuardTest {
    private static final Preprocessing STEPS = new Preprocessing(
            List.of(new Step.Divide(255), new Step.Standardise(List.of(0.4, 0.5, 0.6), List.of(0.2, 0.2, 0.2))));
    private static final double[] MEAN = {0.4, 0.5, 0.6};

    private final ProfileMaker maker = ProfileMaker.ofImages(3, 8, 8, 1);

    private InputGuard learned(GuardPolicy policy) {
        var chance = new Random(5);
        for (int i = 0; i < 200; i++) {
            maker.add(image(chance));
        }
        return InputGuard.of(maker.profile().orElseThrow(), STEPS, Shape.of(3, 8, 8), policy)
                .orElseThrow();
    }

    private static float[] image(Random chance) {
        float[] pixels = new float[192];
        for (int i = 0; i < pixels.length; i++) {
            pixels[i] = chance.nextInt(256);
        }
        return pixels;
    }

    private static TensorData taken(float[] raw) {
        float[] values = new float[192];
        for (int i = 0; i < 192; i++) {
            values[i] = (float) ((raw[i] / 255.0 - MEAN[i / 64]) / 0.2);
        }
        return TensorData.of(Shape.of(1, 3, 8, 8), values);
    }

    @Test
    void findsNothingInWhatItLearnedFrom() {
        InputGuard guard = learned(GuardPolicy.standard());
        var chance = new Random(5);
        for (int i = 0; i < 200; i++) {
            assertThat(guard.judge(taken(image(chance))).findings()).isEmpty();
        }
    }

    @Test
    void manyPixelsOfOneImageAreOneSample() {
        float[] raw = image(new Random(6));
        raw[3] = 9000;
        raw[4] = 9000;
        raw[130] = 9000;
        assertThat(learned(GuardPolicy.standard()).judge(taken(raw)).findings())
                .filteredOn(finding -> finding.feature().equals(ImageJudge.PIXELS))
                .singleElement()
                .satisfies(finding -> assertThat(finding.samples()).isEqualTo(1));
    }

    @Test
    void aPixelOutOfRangeIsClippedAndSaidInRawUnits() {
        InputGuard guard = learned(GuardPolicy.standard());
        float[] raw = image(new Random(6));
        raw[70] = 9000;
        Judgement judgement = guard.judge(taken(raw));
        assertThat(judgement.findings().getFirst().feature()).isEqualTo("pixels");
        assertThat(judgement.findings().getFirst().value()).isCloseTo(9000, org.assertj.core.data.Offset.offset(0.1));
        double clipped = (Tables.values(judgement.input())[70] * 0.2 + 0.5) * 255;
        assertThat(clipped).isCloseTo(255 * 1.1, org.assertj.core.data.Offset.offset(0.5));
        assertThat(judgement.accepted()).isTrue();
    }

    @Test
    void aMissingPixelIsRejected() {
        InputGuard guard = learned(GuardPolicy.standard());
        float[] raw = image(new Random(6));
        raw[3] = Float.NaN;
        assertThat(guard.judge(taken(raw)).rejected().cardinality()).isEqualTo(1);
    }

    @Test
    void aPictureBrighterThanAllIsFoundAndNotChanged() {
        InputGuard guard = learned(GuardPolicy.standard());
        float[] white = new float[192];
        Arrays.fill(white, 255);
        TensorData input = taken(white);
        Judgement judgement = guard.judge(input);
        assertThat(judgement.findings()).singleElement().satisfies(finding -> {
            assertThat(finding.feature()).isEqualTo("mean intensity");
            assertThat(finding.value()).isCloseTo(255, org.assertj.core.data.Offset.offset(0.1));
            assertThat(finding.action()).isEqualTo(Action.PASS);
        });
        assertThat(judgement.input()).isSameAs(input);
        InputGuard strict = learned(GuardPolicy.standard().with("mean intensity", Surprise.OUTSIDE, Action.REJECT));
        assertThat(strict.judge(input).accepted()).isFalse();
    }

    @Test
    void anImageOfAnotherSizeIsReported() {
        learned(GuardPolicy.standard());
        InputGuard guard = InputGuard.of(
                        maker.profile().orElseThrow(), STEPS, Shape.of(3, 9, 8), GuardPolicy.standard())
                .orElseThrow();
        Judgement judgement = guard.judge(TensorData.of(Shape.of(1, 3, 9, 8), new float[216]));
        assertThat(judgement.findings().getFirst().surprise()).isEqualTo(Surprise.SIZE);
        assertThat(InputGuard.of(maker.profile().orElseThrow(), STEPS, Shape.of(1, 8, 8), GuardPolicy.standard()))
                .as("one channel")
                .isEmpty();
    }
}
