package dev.perdure.data;

import static org.assertj.core.api.Assertions.assertThat;

import dev.perdure.data.DataSettings.Fold;
import dev.perdure.data.DataSettings.Split;
import java.util.Arrays;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class PartsTest {

    private static int[] strata(int n, int classes, long seed) {
        var random = new SplitMix(seed);
        return IntStream.range(0, n).map(i -> random.below(classes)).toArray();
    }

    private static long count(Part[] parts, int[] strata, Part part, int stratum) {
        return IntStream.range(0, parts.length)
                .filter(i -> parts[i] == part && strata[i] == stratum)
                .count();
    }

    @Test
    void givesEverySampleOnePartAndEachPartItsShare() {
        for (long seed = 0; seed < 300; seed++) {
            int n = 100 + (int) seed * 5;
            Part[] parts = Parts.divide(strata(n, 7, seed), n, new Split(0.1, 0.25), seed);
            assertThat(parts).as("seed %d", seed).hasSize(n).doesNotContainNull();
            int all = 0;
            for (Part part : Part.values()) {
                all += Parts.of(parts, part).length;
            }
            assertThat(all).as("seed %d", seed).isEqualTo(n);
            assertThat(Parts.of(parts, Part.VALIDATION)).as("seed %d", seed).hasSize((int) Math.floor(n * 0.1 + 0.5));
            assertThat(Parts.of(parts, Part.TEST)).as("seed %d", seed).hasSize((int) Math.floor(n * 0.25 + 0.5));
        }
    }

    @Test
    void givesEveryClassItsShare() {
        for (long seed = 0; seed < 300; seed++) {
            int[] strata = strata(1000, 7, seed);
            Part[] parts = Parts.divide(strata, 1000, new Split(0.1, 0.25), seed);
            for (int stratum = 0; stratum < 7; stratum++) {
                int wanted = stratum;
                double size = Arrays.stream(strata).filter(s -> s == wanted).count();
                assertThat(count(parts, strata, Part.VALIDATION, stratum) - size * 0.1)
                        .as("seed %d, class %d", seed, stratum)
                        .isBetween(-1.0, 1.0);
                assertThat(count(parts, strata, Part.TEST, stratum) - size * 0.25)
                        .as("seed %d, class %d", seed, stratum)
                        .isBetween(-1.0, 1.0);
            }
        }
    }

    @Test
    void dependsOnTheSeedAlone() {
        int[] strata = strata(500, 3, 1);
        for (long seed = 0; seed < 100; seed++) {
            Part[] parts = Parts.divide(strata, 500, new Split(0.2, 0.1), seed);
            assertThat(parts).as("seed %d", seed).isEqualTo(Parts.divide(strata, 500, new Split(0.2, 0.1), seed));
            assertThat(parts)
                    .as("seed %d", seed)
                    .isNotEqualTo(Parts.divide(strata, 500, new Split(0.2, 0.1), seed + 1));
        }
    }

    @Test
    void neverChangesFromVersionToVersion() {
        Part[] parts = Parts.divide(new int[20], 20, new Split(0.2, 0.2), 42);
        assertThat(Parts.of(parts, Part.VALIDATION)).containsExactly(2, 9, 13, 15);
        assertThat(Parts.of(parts, Part.TEST)).containsExactly(4, 7, 18, 19);
    }

    @Test
    void leavesTheLastSampleOfAClassToTraining() {
        for (long seed = 0; seed < 100; seed++) {
            int[] strata = {0, 1, 2, 3, 4, 5, 5};
            Part[] parts = Parts.divide(strata, 7, new Split(0.45, 0.45), seed);
            for (int stratum = 0; stratum < 6; stratum++) {
                assertThat(count(parts, strata, Part.TRAIN, stratum))
                        .as("seed %d, class %d", seed, stratum)
                        .isPositive();
            }
        }
    }

    @Test
    void takesTheTestPartFromItsOwnFiles() {
        Part[] parts = Parts.divide(new int[30], 20, new Split(0.1, 0), 1);
        assertThat(Parts.of(parts, Part.TEST)).isEqualTo(IntStream.range(20, 30).toArray());
        assertThat(Parts.of(parts, Part.VALIDATION)).hasSize(2);
    }

    @Test
    void foldsAreDisjointCoverAllButTheTestPartAndAreStratified() {
        for (long seed = 0; seed < 100; seed++) {
            int n = 200 + (int) seed;
            int folds = 2 + (int) (seed % 9);
            int[] strata = strata(n, 5, seed);
            Part[] plain = Parts.divide(strata, n, new Split(0.1, 0.2), seed);
            int[] validated = new int[n];
            for (int fold = 1; fold <= folds; fold++) {
                Part[] parts = Parts.divide(strata, n, new Split(0.1, 0.2, Optional.of(new Fold(fold, folds))), seed);
                assertThat(Parts.of(parts, Part.TEST)).as("seed %d", seed).isEqualTo(Parts.of(plain, Part.TEST));
                int[] part = Parts.of(parts, Part.VALIDATION);
                assertThat(part.length - (n - Parts.of(plain, Part.TEST).length) / folds)
                        .as("seed %d, fold %d", seed, fold)
                        .isBetween(0, 1);
                for (int stratum = 0; stratum < 5; stratum++) {
                    long size =
                            count(plain, strata, Part.TRAIN, stratum) + count(plain, strata, Part.VALIDATION, stratum);
                    assertThat(count(parts, strata, Part.VALIDATION, stratum) - size / folds)
                            .as("seed %d, fold %d, class %d", seed, fold, stratum)
                            .isBetween(0L, 1L);
                }
                IntStream.of(part).forEach(i -> validated[i]++);
            }
            for (int i = 0; i < n; i++) {
                assertThat(validated[i]).as("seed %d, sample %d", seed, i).isEqualTo(plain[i] == Part.TEST ? 0 : 1);
            }
        }
    }

    @Test
    void foldsNeverChangeFromVersionToVersion() {
        Part[] parts = Parts.divide(new int[20], 20, new Split(0.2, 0.2, Optional.of(new Fold(2, 4))), 42);
        assertThat(Parts.of(parts, Part.VALIDATION)).containsExactly(6, 11, 14, 16);
        assertThat(Parts.of(parts, Part.TEST)).containsExactly(4, 7, 18, 19);
    }
}
