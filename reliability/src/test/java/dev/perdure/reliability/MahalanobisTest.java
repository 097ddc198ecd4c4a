package dev.perdure.reliability;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Distances are in units of a group's scatter, from the nearest group. */
class MahalanobisTest {
    private static final int NUMBERS = 6;

    /** Of two groups far apart, with numbers that go together, of very different sizes; the last is always 0. */
    private static double[] row(Random random, int group) {
        double common = random.nextGaussian();
        double[] row = new double[NUMBERS];
        for (int i = 0; i < NUMBERS - 1; i++) {
            row[i] = Math.pow(10, i - 2) * (20.0 * group + 3 * common + random.nextGaussian());
        }
        return row;
    }

    private static Mahalanobis learned(long seed, int rows) {
        var random = new Random(seed);
        int[] groups = new int[rows];
        Arrays.setAll(groups, i -> 3 * (i % 2)); // groups 1 and 2 have no rows
        double[][] all = new double[rows][];
        Arrays.setAll(all, i -> row(random, groups[i] / 3));
        return Mahalanobis.learn(all, groups).orElseThrow();
    }

    @Test
    void theSquaresOfARowsDistancesAreAsManyOnAverageAsNumbersThatMove() {
        var random = new Random(11);
        Mahalanobis learned = learned(7, 20_000);
        double mean = 0;
        for (int i = 0; i < 4000; i++) {
            mean += Math.pow(learned.distance(row(random, i % 2)), 2) / 4000;
        }
        // what is small beside the largest number is drawn to a thousandth of that: only the greatest ones have their
        // scale
        assertThat(mean).isBetween(1.5, NUMBERS - 1.0);
        assertThat(learned.centres()).as("groups without rows are none").hasNumberOfRows(2);
    }

    @Test
    void againstTheFormulaWrittenOutForTwoNumbers() {
        double[][] rows = new double[4000][];
        var random = new Random(3);
        Arrays.setAll(rows, _ -> {
            double a = random.nextGaussian();
            return new double[] {2 * a, a + random.nextGaussian()};
        });
        Mahalanobis learned = Mahalanobis.learn(rows, new int[rows.length]).orElseThrow();
        // covariance {{4, 2}, {2, 2}}, its inverse {{0.5, -0.5}, {-0.5, 1}}
        double expected = Math.sqrt(0.5 * 9 - 2 * 0.5 * 3 * -1 + 1);
        assertThat(learned.distance(new double[] {3, -1})).isCloseTo(expected, within(0.15));
        assertThat(learned.distance(new double[] {3, 1}))
                .as("along the direction in which rows scatter")
                .isLessThan(2);
    }

    @Test
    void whatLiesBetweenTheGroupsIsFarFromBothAndANumberThatNeverMovedIsNoticedWhenItDoes() {
        Mahalanobis learned = learned(7, 2000);
        var random = new Random(5);
        double usual = 0;
        for (int i = 0; i < 1000; i++) {
            usual = Math.max(usual, learned.distance(row(random, i % 2)));
        }
        double[] between = new double[NUMBERS];
        double[] moved = row(random, 0);
        for (int i = 0; i < NUMBERS - 1; i++) {
            between[i] = Math.pow(10, i - 2) * (10 + (i % 2 == 0 ? 6 : -6));
        }
        moved[NUMBERS - 1] = 500;
        assertThat(learned.distance(between)).isGreaterThan(usual);
        assertThat(learned.distance(moved)).isGreaterThan(usual);
        assertThat(learned.distance(new double[] {0, Double.NaN, 0, 0, 0, 0})).isNaN();
    }

    @Test
    void itIsTheSameAfterItWasWrittenDown() {
        Mahalanobis learned = learned(7, 200);
        Mahalanobis again = Mahalanobis.of(learned.whitening(), learned.centres());
        double[] row = row(new Random(1), 1);
        assertThat(again.distance(row)).isEqualTo(learned.distance(row)).isPositive();
    }

    @Test
    void fewRowsGiveADistanceAndRowsThatAreAllTheSameNone() {
        assertThat(learned(7, 5).distance(row(new Random(2), 1))).isFinite();
        assertThat(Mahalanobis.learn(new double[][] {{1, 2}, {1, 2}, {1, 2}}, new int[3]))
                .isEmpty();
        assertThat(Mahalanobis.learn(new double[][] {{1, 2}, {3, 4}}, new int[] {0, 1}))
                .as("every row its own group")
                .isEmpty();
    }

    @Test
    void refusesWhatIsNoRow() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> learned(7, 20).distance(new double[2]))
                .withMessage("row: 2 numbers (expected: 6)");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Mahalanobis.learn(new double[][] {{1, Double.NaN}}, new int[1]))
                .withMessage("row: 2 numbers (expected: 2, all finite)");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Mahalanobis.learn(new double[][] {{1}}, new int[] {-1}))
                .withMessage("group: -1 (expected: >= 0)");
    }
}
