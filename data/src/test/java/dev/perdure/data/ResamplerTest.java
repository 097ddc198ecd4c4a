package dev.perdure.data;

import static org.assertj.core.api.Assertions.assertThat;

import dev.perdure.data.DataSettings.Size;
import dev.perdure.data.ImageDecoder.Image;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class ResamplerTest {

    private static Image row(int... values) {
        byte[] pixels = new byte[values.length];
        for (int i = 0; i < values.length; i++) {
            pixels[i] = (byte) values[i];
        }
        return new Image(1, 1, values.length, pixels);
    }

    private static int[] values(Image image) {
        int[] values = new int[image.pixels().length];
        for (int i = 0; i < values.length; i++) {
            values[i] = image.pixels()[i] & 0xFF;
        }
        return values;
    }

    @Test
    void leavesAnImageOfTheRightSizeAlone() {
        assertThat(values(Resampler.resize(row(3, 200, 7), new Size(3, 1)))).containsExactly(3, 200, 7);
    }

    @Test
    void interpolatesWhenTheImageGrows() {
        assertThat(values(Resampler.resize(row(0, 100), new Size(4, 1)))).containsExactly(0, 25, 75, 100);
    }

    @Test
    void countsEverySourcePixelWhenTheImageShrinks() {
        // Weights of the triangle over four pixels around the centre: 1, 3, 3, 1 eighths, cut off at the edges.
        assertThat(values(Resampler.resize(row(0, 0, 0, 0, 255, 255, 255, 255), new Size(4, 1))))
                .containsExactly(0, 32, 223, 255);
        int[] comb = values(Resampler.resize(row(255, 0, 255, 0, 255, 0, 255, 0, 255, 0), new Size(5, 1)));
        assertThat(Arrays.copyOfRange(comb, 1, 4)).containsOnly(128);
    }

    @Test
    void worksAlongColumnsAsAlongRowsAndKeepsChannelsApart() {
        byte[] pixels = {0, 100, 40, 40};
        Image tall = Resampler.resize(new Image(2, 2, 1, pixels), new Size(1, 4));
        assertThat(values(tall)).containsExactly(0, 25, 75, 100, 40, 40, 40, 40);
    }

    @Test
    void neverLeavesTheRangeOfTheSource() {
        for (long seed = 0; seed < 100; seed++) {
            var random = new SplitMix(seed);
            int width = 1 + random.below(20);
            int height = 1 + random.below(20);
            byte[] pixels = new byte[width * height];
            for (int i = 0; i < pixels.length; i++) {
                pixels[i] = (byte) (50 + random.below(100));
            }
            var size = new Size(1 + random.below(30), 1 + random.below(30));
            assertThat(Arrays.stream(values(Resampler.resize(new Image(1, height, width, pixels), size)))
                            .allMatch(v -> v >= 50 && v < 150))
                    .as("seed %d", seed)
                    .isTrue();
        }
    }
}
