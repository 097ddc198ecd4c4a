package dev.perdure.reliability;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.DoubleUnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RatesTest {

    /** One failure an hour, over three hours (M1). */
    @Test
    void oneFailureAnHourOverThreeHoursHasTheChancesOfTheRequirements() {
        var hourly = new PoissonProcess(1);
        assertThat(hourly.chanceOfAtLeast(1, 3)).isCloseTo(0.950, within(5e-4));
        assertThat(hourly.chanceOfNone(3)).isCloseTo(0.0498, within(5e-5));
        assertThat(hourly.chanceOfAtLeast(3, 3)).isCloseTo(0.577, within(5e-4));
        assertThat(hourly.chanceOfExactly(0, 3)).isCloseTo(Math.exp(-3), within(1e-15));
        assertThat(hourly.chanceOfExactly(2, 3)).isCloseTo(4.5 * Math.exp(-3), within(1e-15));
    }

    @Test
    void withoutRateOrTimeThereIsNoFailure() {
        assertThat(new PoissonProcess(0).chanceOfExactly(0, 5)).isEqualTo(1);
        assertThat(new PoissonProcess(2).chanceOfExactly(1, 0)).isZero();
        assertThat(new PoissonProcess(0).chanceOfAtLeast(1, 5)).isZero();
        assertThat(new PoissonProcess(3).chanceOfAtLeast(0, 5)).isEqualTo(1);
    }

    /** Garwood's table of 95 % limits. */
    @ParameterizedTest
    @CsvSource({"0, 0, 3.689", "1, 0.0253, 5.572", "2, 0.2422, 7.225", "5, 1.6235, 11.668", "10, 4.7954, 18.390"})
    void theExactIntervalIsGarwoods(int failures, double low, double high) {
        Interval interval = new FailureCount(failures, 1).interval(0.95);
        assertThat(interval.low()).isCloseTo(low, within(1e-3));
        assertThat(interval.high()).isCloseTo(high, within(1e-3));
    }

    @Test
    void theExactIntervalCoversTheTrueRateAtLeastAsOftenAsItSays() {
        for (double mean : new double[] {0.3, 1, 3.7, 12}) {
            double covered = 0;
            for (int k = 0; k < 100; k++) {
                if (new FailureCount(k, 2).interval(0.9).contains(mean / 2)) {
                    covered += new PoissonProcess(mean).chanceOfExactly(k, 1);
                }
            }
            assertThat(covered).as("mean %s", mean).isBetween(0.9, 0.985);
        }
    }

    @Test
    void theCredibleIntervalHoldsTheRateAsOftenAsItSaysWhenRatesAreDrawnFromThePrior() {
        var random = new Random(5);
        int held = 0;
        int tries = 4000;
        for (int i = 0; i < tries; i++) {
            double rate = exponential(random, 24 * 3600); // the prior: Gamma with shape 1
            int failures = poisson(random, rate * 100_000);
            held += FailureRate.prior().after(100_000, failures).credible(0.8).contains(rate) ? 1 : 0;
        }
        assertThat(held / (double) tries).isCloseTo(0.8, within(4 * Math.sqrt(0.16 / tries)));
    }

    @Test
    void anUncertainRateLeavesMoreHopeOfNoFailureThanItsMean() {
        var rate = new FailureRate(2, 1000);
        assertThat(rate.chanceOfNone(500)).isCloseTo(1 / 2.25, within(1e-12));
        assertThat(rate.chanceOfNone(500)).isGreaterThan(new PoissonProcess(rate.perSecond()).chanceOfNone(500));
        assertThat(rate.chanceAbove(0.002)).isCloseTo(3 * Math.exp(-2), within(1e-9));
    }

    @Test
    void ratesAreComparedByTheirRatio() {
        var few = new FailureCount(4, 100);
        var many = new FailureCount(40, 100);
        assertThat(many.ratioTo(few, 0.95).low()).isGreaterThan(3);
        assertThat(many.ratioTo(few, 0.95).contains(10)).isTrue();
        assertThat(HypothesisTests.sameRate(few, many).rejectsAt(1e-6)).isTrue();
        assertThat(HypothesisTests.sameRate(few, new FailureCount(8, 200)).pValue())
                .isGreaterThan(0.5);
        assertThat(new FailureCount(3, 1).ratioTo(new FailureCount(0, 1), 0.9).high())
                .isInfinite();
        assertThat(HypothesisTests.sameRate(new FailureCount(0, 1), new FailureCount(0, 9))
                        .pValue())
                .isEqualTo(1);
    }

    @Test
    void anExponentialFitDividesTheTimeLivedByTheFailures() {
        var fit = ExponentialFit.of(List.of(new Lifetime(2, true), new Lifetime(3, true), new Lifetime(5, false)));
        assertThat(fit.mean()).isEqualTo(5);
        assertThat(fit.survival(5)).isCloseTo(Math.exp(-1), within(1e-12));
        assertThatThrownBy(() -> ExponentialFit.of(List.of(new Lifetime(5, false))))
                .hasMessageContaining("failures among the lifetimes");
    }

    @Test
    void aWeibullFitFindsTheShapeAndScaleThatLifetimesWereDrawnFromThoughSomeWereCutShort() {
        for (double shape : new double[] {0.6, 1, 2.5}) {
            var lifetimes = weibull(new Random(11), shape, 300, 4000, 400);
            WeibullFit fit = WeibullFit.of(lifetimes);
            assertThat(fit.shape()).as("shape").isCloseTo(shape, within(0.06 * shape));
            assertThat(fit.scale()).as("scale").isCloseTo(300, within(25.0));
            assertThat(fit.survival(fit.scale())).isCloseTo(Math.exp(-1), within(1e-12));
            assertThat(fit.ageMatters().rejectsAt(1e-3)).isEqualTo(shape != 1);
        }
    }

    /** The fit is a maximum: any step away from it is less likely. */
    @Test
    void noOtherWeibullIsLikelierThanTheFit() {
        for (long seed = 0; seed < 50; seed++) {
            var random = new Random(seed);
            var lifetimes = weibull(random, 0.5 + 2 * random.nextDouble(), 10, 30, 12);
            WeibullFit fit = WeibullFit.of(lifetimes);
            for (double[] step : new double[][] {{1.01, 1}, {0.99, 1}, {1, 1.01}, {1, 0.99}, {1.01, 1.01}}) {
                assertThat(likelihood(lifetimes, fit.shape() * step[0], fit.scale() * step[1]))
                        .as("seed %d", seed)
                        .isLessThan(fit.logLikelihood());
            }
        }
    }

    private static double likelihood(List<Lifetime> lifetimes, double shape, double scale) {
        DoubleUnaryOperator survival = t -> Math.exp(-Math.pow(t / scale, shape));
        return lifetimes.stream()
                .mapToDouble(life -> Math.log(survival.applyAsDouble(life.time()))
                        + (life.failed() ? Math.log(shape / scale * Math.pow(life.time() / scale, shape - 1)) : 0))
                .sum();
    }

    @Test
    void aWeibullFitRefusesLifetimesThatSayNothingAboutTheShape() {
        assertThatThrownBy(() -> WeibullFit.of(List.of(new Lifetime(5, true), new Lifetime(5, true))))
                .hasMessageContaining("different times to failure: 1");
    }

    private static List<Lifetime> weibull(Random random, double shape, double scale, int count, double cut) {
        var lifetimes = new ArrayList<Lifetime>();
        for (int i = 0; i < count; i++) {
            double time = scale * Math.pow(exponential(random, 1), 1 / shape);
            double until = cut * (0.5 + random.nextDouble());
            lifetimes.add(new Lifetime(Math.min(time, until), time < until));
        }
        return lifetimes;
    }

    static double exponential(Random random, double rate) {
        return -Math.log(1 - random.nextDouble()) / rate;
    }

    static int poisson(Random random, double mean) {
        int count = 0;
        for (double t = exponential(random, 1); t < mean; t += exponential(random, 1)) {
            count++;
        }
        return count;
    }
}
