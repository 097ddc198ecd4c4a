package dev.perdure.data;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class SampleOrderTest {

    @Test
    void visitsEverySampleOnceInEachEpoch() {
        for (long seed = 0; seed < 200; seed++) {
            int n = (int) (seed * 7 % 301);
            for (long epoch = 0; epoch < 5; epoch++) {
                assertThat(Arrays.stream(SampleOrder.permutation(seed, epoch, n))
                                .sorted())
                        .as("seed %d, epoch %d, n %d", seed, epoch, n)
                        .containsExactlyElementsOf(IntStream.range(0, n).boxed().toList());
            }
        }
    }

    @Test
    void isTheSameEachTime() {
        for (long seed = -5; seed < 50; seed++) {
            assertThat(SampleOrder.permutation(seed, 3, 100))
                    .as("seed %d", seed)
                    .isEqualTo(SampleOrder.permutation(seed, 3, 100));
        }
    }

    @Test
    void differsBetweenEpochsAndBetweenSeeds() {
        for (long seed = 0; seed < 200; seed++) {
            int[] order = SampleOrder.permutation(seed, 1, 100);
            assertThat(order).as("seed %d", seed).isNotEqualTo(SampleOrder.permutation(seed, 2, 100));
            assertThat(order).as("seed %d", seed).isNotEqualTo(SampleOrder.permutation(seed + 1, 1, 100));
        }
    }

    @Test
    void neverChangesFromVersionToVersion() {
        assertThat(SampleOrder.permutation(42, 1, 12)).containsExactly(5, 6, 1, 4, 7, 2, 11, 9, 3, 0, 8, 10);
        assertThat(Arrays.hashCode(SampleOrder.permutation(42, 7, 10_000))).isEqualTo(-1984037495);
    }

    @Test
    void putsEverySampleInEveryPlaceEquallyOften() {
        int n = 5;
        int[][] counts = new int[n][n];
        int trials = 50_000;
        for (int trial = 0; trial < trials; trial++) {
            int[] order = SampleOrder.permutation(trial, 0, n);
            for (int place = 0; place < n; place++) {
                counts[place][order[place]]++;
            }
        }
        double expected = trials / (double) n;
        for (int[] row : counts) {
            for (int count : row) {
                assertThat(Math.abs(count - expected)).isLessThan(5 * Math.sqrt(expected));
            }
        }
    }
}
