package dev.perdure.reliability;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

class DistributionTestsTest {

    @Test
    void theDistanceIsTheOneByHandAlsoWhereValuesRepeat() {
        assertThat(DistributionTests.distance(new double[] {1, 2, 3, 4}, new double[] {3, 4, 5, 6}))
                .isEqualTo(0.5);
        assertThat(DistributionTests.distance(new double[] {1, 1, 1}, new double[] {1, 1}))
                .isZero();
        assertThat(DistributionTests.distance(new double[] {0}, new double[] {1}))
                .isEqualTo(1);
    }

    /** Smirnov's table: 1.358 is the 5 % point of the limit, 1.628 the 1 % point. */
    @Test
    void theKolmogorovSmirnovTailIsThatOfTheTable() {
        assertThat(DistributionTests.kolmogorovSmirnov(0.1358, 200, 200).pValue())
                .isCloseTo(0.05, within(2e-4));
        assertThat(DistributionTests.kolmogorovSmirnov(0.1628, 200, 200).pValue())
                .isCloseTo(0.01, within(1e-4));
        assertThat(DistributionTests.kolmogorovSmirnov(0, 10, 10).pValue()).isEqualTo(1);
        assertThat(DistributionTests.kolmogorovSmirnov(1, 5000, 5000).pValue()).isZero();
    }

    @Test
    void kolmogorovSmirnovHoldsItsLevelAndFindsAShift() {
        var random = new Random(1);
        int alarms = 0;
        int found = 0;
        for (int i = 0; i < 2000; i++) {
            double[] a = sorted(random, 300, 0);
            alarms += alarm(a, sorted(random, 200, 0)) ? 1 : 0;
            found += alarm(a, sorted(random, 200, 0.5)) ? 1 : 0;
        }
        assertThat(alarms).isBetween(40, 110);
        assertThat(found).isGreaterThan(1980);
    }

    private static boolean alarm(double[] a, double[] b) {
        return DistributionTests.kolmogorovSmirnov(DistributionTests.distance(a, b), a.length, b.length)
                .rejectsAt(0.05);
    }

    private static double[] sorted(Random random, int count, double shift) {
        return random.doubles(count)
                .map(u -> random.nextGaussian() + shift)
                .sorted()
                .toArray();
    }

    /** Fisher's lady who tasted tea: all right is 2 · 1/70 in two-sided terms. */
    @Test
    void theLadyTastingTea() {
        assertThat(DistributionTests.sameShare(4, 4, 0, 4).pValue()).isCloseTo(2 / 70.0, within(1e-12));
        assertThat(DistributionTests.sameShare(0, 60_000, 0, 500).pValue()).isEqualTo(1);
        assertThat(DistributionTests.sameShare(0, 60_000, 5, 500).pValue()).isLessThan(1e-9);
    }

    @Test
    void theStabilityIndexIsTheOneByHandAndNothingForTheSameShares() {
        double[] a = {0.5, 0.5};
        assertThat(DistributionTests.stabilityIndex(a, a)).isZero();
        assertThat(DistributionTests.stabilityIndex(a, new double[] {0.25, 0.75}))
                .isCloseTo(0.25 * Math.log(2) + 0.25 * Math.log(1.5), within(1e-12));
        assertThatIllegalArgumentException().isThrownBy(() -> DistributionTests.stabilityIndex(a, new double[] {0, 1}));
    }

    /** References drawn anew each time: the level is that of the whole procedure. */
    @Test
    void meanDiscrepancyHoldsItsLevelAndFindsWhatNoColumnShowsAlone() {
        var random = new Random(3);
        int alarms = 0;
        int found = 0;
        int tries = 300;
        for (int i = 0; i < tries; i++) {
            MeanDiscrepancy test = MeanDiscrepancy.of(pairs(random, 200, 0), 80, 199, random);
            alarms += test.test(pairs(random, 80, 0)).rejectsAt(0.05) ? 1 : 0;
            found += test.test(pairs(random, 80, 0.95)).rejectsAt(0.05) ? 1 : 0;
        }
        assertThat(alarms).isLessThanOrEqualTo((int) (tries * 0.05 + 3 * Math.sqrt(tries * 0.05 * 0.95)));
        assertThat(found).as("two columns that begin to depend on each other").isGreaterThan(tries * 3 / 4);
    }

    @Test
    void whatIsAboveTheThresholdIsWhatIsRejected() {
        var random = new Random(4);
        MeanDiscrepancy test = MeanDiscrepancy.of(pairs(random, 100, 0), 40, 99, random);
        for (int i = 0; i < 50; i++) {
            TestResult result = test.test(pairs(random, 40, i / 50.0));
            assertThat(result.rejectsAt(0.05)).isEqualTo(result.statistic() > test.threshold(0.05));
        }
        assertThat(test.threshold(0.005)).isInfinite();
    }

    @Test
    void rowsThatAreAllTheSameAreNoDiscrepancy() {
        double[][] same = new double[30][2];
        MeanDiscrepancy test = MeanDiscrepancy.of(same, 10, 99, new Random(1));
        assertThat(test.test(new double[10][2]).pValue()).isEqualTo(1);
        double[][] others = new double[10][2];
        Arrays.stream(others).forEach(row -> row[0] = 5);
        assertThat(test.test(others).pValue()).isEqualTo(0.01);
    }

    private static double[][] pairs(Random random, int count, double correlation) {
        double[][] rows = new double[count][2];
        for (double[] row : rows) {
            row[0] = random.nextGaussian();
            row[1] = correlation * row[0] + Math.sqrt(1 - correlation * correlation) * random.nextGaussian();
        }
        return rows;
    }
}
