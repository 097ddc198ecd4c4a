package dev.perdure.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.perdure.core.BadSettingException;
import dev.perdure.core.Shape;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Images here are 4 wide and 3 high; the pixel at (y, x) of image i is 100 + 12·(i mod 5) + 4·y + x, so none is black. */
class AugmentationTest {
    @TempDir
    Path folder;

    @BeforeEach
    void writeData() throws IOException {
        Fixtures.writeIdx(folder, 60, 3, (image, pixel) -> 100 + 12 * (image % 5) + pixel);
    }

    private Dataset open(String augment) throws IOException {
        return Fixtures.open(
                folder, Fixtures.with(Fixtures.IDX, "normalise: none", augment, "split: {validation: 0.2, test: 0.2}"));
    }

    /** What a window whose corner is at (top, left) shows of image 0, naively. */
    private static float[] window(int top, int left, int height, int width, boolean mirrored) {
        float[] values = new float[height * width];
        for (int y = 0; y < height; y++) {
            for (int x = 0; x < width; x++) {
                int sourceY = top + y;
                int sourceX = left + (mirrored ? width - 1 - x : x);
                boolean inside = sourceY >= 0 && sourceY < 3 && sourceX >= 0 && sourceX < 4;
                values[y * width + x] = inside ? 100 + 4 * sourceY + sourceX : 0;
            }
        }
        return values;
    }

    /** Returns what is seen of a training sample that equals image 0, over many seeds. */
    private static Set<List<Float>> seen(Dataset data) {
        int id = Arrays.stream(data.ids(Part.TRAIN))
                .filter(i -> i % 5 == 0)
                .findFirst()
                .orElseThrow();
        Set<List<Float>> seen = new HashSet<>();
        for (long seed = 0; seed < 2000; seed++) {
            seen.add(list(Fixtures.inputs(Fixtures.augmented(data, seed, id))));
        }
        return seen;
    }

    private static List<Float> list(float... values) {
        Float[] boxed = new Float[values.length];
        for (int i = 0; i < values.length; i++) {
            boxed[i] = values[i];
        }
        return List.of(boxed);
    }

    @Test
    void shiftMovesByUpToSoManyPixelsAndFillsWithBlack() throws IOException {
        Set<List<Float>> expected = new HashSet<>();
        for (int top = -2; top <= 2; top++) {
            for (int left = -2; left <= 2; left++) {
                expected.add(list(window(top, left, 3, 4, false)));
            }
        }
        assertThat(seen(open("augment: [shift: {pixels: 2}]"))).isEqualTo(expected);
    }

    @Test
    void shiftMayMoveTheWholeImageAway() throws IOException {
        assertThat(seen(open("augment: [shift: {pixels: 5}]"))).contains(list(new float[12]));
    }

    @Test
    void flipMirrorsLeftToRight() throws IOException {
        assertThat(seen(open("augment: [flip]")))
                .containsExactlyInAnyOrder(list(window(0, 0, 3, 4, false)), list(window(0, 0, 3, 4, true)));
        assertThat(seen(open("augment: [flip: {probability: 1}]"))).containsExactly(list(window(0, 0, 3, 4, true)));
        assertThat(seen(open("augment: [flip: {probability: 0}]"))).containsExactly(list(window(0, 0, 3, 4, false)));
    }

    @Test
    void cropShowsAWindowAnywhereWithinImageAndPadding() throws IOException {
        Set<List<Float>> expected = new HashSet<>();
        for (int top = -1; top <= 2; top++) {
            for (int left = -1; left <= 2; left++) {
                expected.add(list(window(top, left, 2, 3, false)));
            }
        }
        assertThat(seen(open("augment: [crop: {width: 3, height: 2, padding: 1}]")))
                .isEqualTo(expected);
    }

    @Test
    void cropShowsTheMiddleInEvaluation() throws IOException {
        Dataset data = open("augment: [crop: {width: 2, height: 1}]");
        assertThat(data.sampleShape()).isEqualTo(Shape.of(1, 1, 2));
        assertThat(Fixtures.inputs(Fixtures.batch(data, 0))).containsExactly(105, 106);
    }

    @Test
    void flipAndShiftAndCropTogetherChooseOneWindow() throws IOException {
        Set<List<Float>> expected = new HashSet<>();
        for (int top = -1; top <= 2; top++) {
            for (int left = -1; left <= 2; left++) {
                expected.add(list(window(top, left, 2, 3, false)));
                expected.add(list(window(top, left, 2, 3, true)));
            }
        }
        assertThat(seen(open("augment: [flip, shift: {pixels: 1}, crop: {width: 3, height: 2}]")))
                .isEqualTo(expected);
    }

    @Test
    void noiseHasTheDeviationThatWasAsked() throws IOException {
        Dataset data = open("augment: [noise: {sigma: 0.5}]");
        int[] train = data.ids(Part.TRAIN);
        float[] plain = Fixtures.inputs(Fixtures.batch(data, train));
        double sum = 0;
        double squares = 0;
        int count = 0;
        for (long seed = 0; seed < 100; seed++) {
            float[] noisy = Fixtures.inputs(Fixtures.augmented(data, seed, train));
            for (int i = 0; i < noisy.length; i++) {
                double noise = noisy[i] - plain[i];
                sum += noise;
                squares += noise * noise;
                count++;
            }
        }
        assertThat(sum / count).isBetween(-0.01, 0.01);
        assertThat(Math.sqrt(squares / count)).isBetween(0.49, 0.51);
    }

    @Test
    void blackIsBlackAfterNormalisationToo() throws IOException {
        Dataset data = Fixtures.open(
                folder,
                Fixtures.with(
                        Fixtures.IDX,
                        "normalise: {fixed: {mean: [0.5], std: [0.25]}}",
                        "augment: [shift: {pixels: 9}]"));
        int id = data.ids(Part.TRAIN)[0];
        Set<Float> corner = new HashSet<>();
        for (long seed = 0; seed < 200; seed++) {
            corner.add(Fixtures.inputs(Fixtures.augmented(data, seed, id))[0]);
        }
        assertThat(corner).contains(-2f);
    }

    @Test
    void dependsOnSeedAndPositionAlone() throws IOException {
        Dataset data = open("augment: [shift: {pixels: 2}, flip, noise: {sigma: 0.3}]");
        int[] train = data.ids(Part.TRAIN);
        for (long seed = 0; seed < 50; seed++) {
            float[] once = Fixtures.inputs(Fixtures.augmented(data, seed, train));
            Fixtures.augmented(data, seed + 1, train);
            assertThat(Fixtures.inputs(Fixtures.augmented(data, seed, train)))
                    .as("seed %d", seed)
                    .isEqualTo(once);
            assertThat(Fixtures.inputs(Fixtures.augmented(data, seed + 1, train)))
                    .as("seed %d", seed)
                    .isNotEqualTo(once);
            int[] changed = train.clone();
            changed[0] = train[1];
            float[] others = Fixtures.inputs(Fixtures.augmented(data, seed, changed));
            assertThat(Arrays.copyOfRange(others, 12, others.length))
                    .as("seed %d", seed)
                    .isEqualTo(Arrays.copyOfRange(once, 12, once.length));
        }
    }

    @Test
    void neverChangesFromVersionToVersion() throws IOException {
        Dataset data = open("augment: [shift: {pixels: 2}, flip, noise: {sigma: 0.3}]");
        assertThat(Arrays.hashCode(Fixtures.inputs(Fixtures.augmented(data, 42, data.ids(Part.TRAIN)))))
                .isEqualTo(-2033742160);
    }

    @Test
    void isNeverAppliedToEvaluationEvenWhenAsked() throws IOException {
        Dataset data = open("augment: [shift: {pixels: 2}, flip, noise: {sigma: 0.3}]");
        for (Part part : List.of(Part.VALIDATION, Part.TEST)) {
            assertThat(data.ids(part)).isNotEmpty();
            float[] plain = Fixtures.inputs(Fixtures.batch(data, data.ids(part)));
            for (long seed = 0; seed < 20; seed++) {
                assertThat(Fixtures.inputs(Fixtures.augmented(data, seed, data.ids(part))))
                        .as("%s, seed %d", part, seed)
                        .isEqualTo(plain);
            }
        }
    }

    @Test
    void isNotAppliedUnasked() throws IOException {
        Dataset data = open("augment: [shift: {pixels: 2}, flip: {probability: 1}, noise: {sigma: 0.3}]");
        assertThat(Fixtures.inputs(Fixtures.batch(data, 0))).isEqualTo(window(0, 0, 3, 4, false));
    }

    @Test
    void refusesACropLargerThanWhatThereIs() {
        assertThatThrownBy(() -> open("augment: [crop: {width: 7, height: 3, padding: 1}]"))
                .isInstanceOf(BadSettingException.class)
                .hasMessage(
                        "data.augment: crop of 7×3 pixels (expected: at most the image's 4×3 and the padding of 1 on each side)");
    }
}
