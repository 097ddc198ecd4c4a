package dev.perdure.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class CurveTest {

    @Test
    void keepsTheExtremesOfEveryBucketAndBothEnds() {
        for (int seed = 0; seed < 300; seed++) {
            var random = new Random(seed);
            int n = 1 + random.nextInt(5000);
            int buckets = 1 + random.nextInt(200);
            Curve curve = random(random, n);
            Curve thin = curve.thinned(buckets);
            assertThat(thin.size()).as("seed %d", seed).isLessThanOrEqualTo(2 * buckets + 2);
            assertThat(thin.x()).as("seed %d", seed).isSorted().doesNotHaveDuplicates();
            assertThat(max(thin)).as("seed %d", seed).isEqualTo(max(curve));
            assertThat(min(thin)).as("seed %d", seed).isEqualTo(min(curve));
            assertThat(thin.x()[0]).as("seed %d", seed).isEqualTo(curve.x()[0]);
            assertThat(thin.x()[thin.size() - 1]).as("seed %d", seed).isEqualTo(curve.x()[n - 1]);
        }
    }

    @Test
    void losesNoSpikeWhereverItStands() {
        for (int spike = 0; spike < 3000; spike++) {
            var y = new double[3000];
            y[spike] = 1;
            assertThat(max(new Curve(steps(3000), y).thinned(50)))
                    .as("spike at %d", spike)
                    .isEqualTo(1);
        }
    }

    @Test
    void thinsNothingThatIsShortEnough() {
        Curve curve = random(new Random(1), 100);
        assertThat(curve.thinned(50)).isSameAs(curve);
    }

    @Test
    void smoothsToTheWeightedMeanOfBothSides() {
        Curve curve = random(new Random(5), 60);
        Curve smooth = curve.smoothed(9);
        double keep = 1 - 2 / 10.0;
        for (int i = 0; i < 60; i++) {
            double sum = 0;
            double weight = 0;
            for (int j = 0; j < 60; j++) {
                if (!Double.isNaN(curve.y()[j])) {
                    sum += Math.pow(keep, Math.abs(i - j)) * curve.y()[j];
                    weight += Math.pow(keep, Math.abs(i - j));
                }
            }
            if (Double.isNaN(curve.y()[i])) {
                assertThat(smooth.y()[i]).isNaN();
            } else {
                assertThat(smooth.y()[i]).as("point %d", i).isCloseTo(sum / weight, within(1e-9));
            }
        }
    }

    @Test
    void leavesAConstantAsItIs() {
        var y = new double[1000];
        Arrays.fill(y, 0.7);
        for (double value : new Curve(steps(1000), y).smoothed(50).y()) {
            assertThat(value).isCloseTo(0.7, within(1e-12));
        }
    }

    private static Curve random(Random random, int n) {
        double[] y = random.doubles(n)
                .map(v -> v < 0.1 ? Double.NaN : Math.exp(8 * v))
                .toArray();
        return new Curve(steps(n), y);
    }

    private static double[] steps(int n) {
        return IntStream.range(0, n).mapToDouble(i -> i).toArray();
    }

    private static double max(Curve curve) {
        return Arrays.stream(curve.y()).filter(Double::isFinite).max().orElse(0);
    }

    private static double min(Curve curve) {
        return Arrays.stream(curve.y()).filter(Double::isFinite).min().orElse(0);
    }
}
