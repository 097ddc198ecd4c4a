package dev.perdure.reliability;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.perdure.reliability.SequentialRateTest.Outcome;
import java.util.Random;
import java.util.stream.DoubleStream;
import org.junit.jupiter.api.Test;

class HypothesisTestsTest {
    /** Mendel's peas, 9 : 3 : 3 : 1, in 556 plants: chi-square 0.470 with 3 degrees of freedom. */
    @Test
    void chiSquareFindsMendelsPeasAsTheyShouldBe() {
        TestResult result = HypothesisTests.chiSquare(new long[] {315, 108, 101, 32}, new double[] {9, 3, 3, 1});
        assertThat(result.statistic()).isCloseTo(0.470, within(1e-3));
        assertThat(result.pValue()).isCloseTo(0.925, within(1e-3));
    }

    /** By hand: rows 10/20 and 20/10 have 15 expected everywhere: 4 · 25/15. */
    @Test
    void chiSquareOfRowsIsTheOneByHand() {
        TestResult result = HypothesisTests.chiSquareOfRows(new long[][] {{10, 20}, {20, 10}});
        assertThat(result.statistic()).isCloseTo(100 / 15.0, within(1e-12));
        assertThat(result.rejectsAt(0.01)).isTrue();
    }

    @Test
    void welchHoldsItsLevelThoughTheVariancesDiffer() {
        var random = new Random(2);
        int alarms = 0;
        int tries = 4000;
        for (int i = 0; i < tries; i++) {
            double[] few = DoubleStream.generate(() -> 10 * random.nextGaussian())
                    .limit(6)
                    .toArray();
            double[] many =
                    DoubleStream.generate(random::nextGaussian).limit(40).toArray();
            alarms += HypothesisTests.welch(few, many).rejectsAt(0.05) ? 1 : 0;
        }
        assertThat(alarms).isBetween((int) (tries * 0.035), (int) (tries * 0.065));
        assertThat(HypothesisTests.welch(new double[] {1, 2, 3}, new double[] {11, 12, 13})
                        .rejectsAt(0.001))
                .isTrue();
    }

    @Test
    void thePoissonTestIsTheTailOfTheDistribution() {
        var count = new FailureCount(3, 3);
        assertThat(HypothesisTests.noMoreThan(count, 1).pValue()).isCloseTo(0.577, within(5e-4));
        assertThat(HypothesisTests.noMoreThan(new FailureCount(0, 3), 1).pValue())
                .isEqualTo(1);
    }

    @Test
    void theLevelsOfAllLooksTogetherNeverPassTheWhole() {
        var spending = new AlphaSpending(0.01);
        double sum = 0;
        for (long look = 1; look <= 1_000_000; look++) {
            sum += spending.levelOf(look);
        }
        assertThat(sum).isLessThan(0.01).isGreaterThan(0.00999);
        assertThat(spending.levelOfEach(20)).isEqualTo(0.0005);
    }

    /** Without correction a hundred looks at 5 % alarm in a large part of healthy runs; corrected, in at most 5 %. */
    @Test
    void repeatedLooksAlarmNoMoreOftenThanStatedOnlyWhenCorrected() {
        var spending = new AlphaSpending(0.05);
        int plain = 0;
        int corrected = 0;
        int valid = 0;
        int runs = 2000;
        for (int run = 0; run < runs; run++) {
            var random = new Random(run);
            int events = 0;
            boolean plainAlarm = false;
            boolean correctedAlarm = false;
            var alwaysValid = AlwaysValidRateTest.of(2);
            for (int look = 1; look <= 100; look++) {
                int more = RatesTest.poisson(random, 2);
                events += more;
                TestResult result = HypothesisTests.noMoreThan(new FailureCount(events, look), 2);
                plainAlarm |= result.rejectsAt(0.05);
                correctedAlarm |= result.rejectsAt(spending.levelOf(look));
                alwaysValid = alwaysValid.after(more, 1);
            }
            plain += plainAlarm ? 1 : 0;
            corrected += correctedAlarm ? 1 : 0;
            valid += alwaysValid.rejectsAt(0.05) ? 1 : 0;
        }
        assertThat(plain).as("uncorrected").isGreaterThan(runs / 5);
        assertThat(corrected).as("alpha spent").isLessThanOrEqualTo(Simulations.mostByChance(runs, 0.05));
        assertThat(valid).as("always valid").isLessThanOrEqualTo(Simulations.mostByChance(runs, 0.05));
    }

    @Test
    void theAlwaysValidTestFindsATripledRateWithinTwentyEventsOrSo() {
        int found = 0;
        for (int run = 0; run < 500; run++) {
            var random = new Random(run);
            var test = AlwaysValidRateTest.of(2);
            for (int look = 1; look <= 10; look++) {
                test = test.after(RatesTest.poisson(random, 6), 1);
            }
            found += test.rejectsAt(0.001) ? 1 : 0;
        }
        assertThat(found).isGreaterThan(490);
    }

    /** By brute force over a fine grid of rates above the limit, with the weights of the definition. */
    @Test
    void theAlwaysValidRatioIsTheAverageThatItsDefinitionSays() {
        double limit = 0.5;
        int events = 7;
        double time = 6;
        double ratio = 0;
        double weights = 0;
        for (double rate = limit + 5e-5; rate < 40; rate += 1e-4) {
            double weight = Math.exp(-rate / limit);
            weights += weight;
            ratio += weight * Math.pow(rate / limit, events) * Math.exp(-(rate - limit) * time);
        }
        double p = AlwaysValidRateTest.of(limit).after(events, time).pValue();
        assertThat(p).isCloseTo(weights / ratio, within(1e-4));
    }

    @Test
    void waldsTestKeepsBothItsErrors() {
        int runs = 20_000;
        int alarms = 0;
        int misses = 0;
        double timeToFind = 0;
        var test = SequentialRateTest.of(1, 4, 0.01, 0.02);
        var random = new Random(17);
        for (int run = 0; run < runs; run++) {
            alarms += decide(test, 1, random).outcome() == Outcome.FAULTY ? 1 : 0;
            Decided faulty = decide(test, 4, random);
            misses += faulty.outcome() == Outcome.HEALTHY ? 1 : 0;
            timeToFind += faulty.time() / runs;
        }
        assertThat(alarms)
                .isLessThanOrEqualTo(Simulations.mostByChance(runs, 0.01))
                .isGreaterThan(20);
        assertThat(misses)
                .isLessThanOrEqualTo(Simulations.mostByChance(runs, 0.02))
                .isGreaterThan(20);
        assertThat(timeToFind).isCloseTo(test.expectedTimeWhenFaulty(), within(0.5));
        assertThat(test.expectedTimeWhenHealthy()).isBetween(2.0, 3.0);
    }

    /** Rates near each other are passed in small steps, so that the errors are nearly those stated. */
    @Test
    void waldsErrorsAreNotMerelyBelowWhatIsStated() {
        int runs = 3000;
        int alarms = 0;
        int misses = 0;
        var test = SequentialRateTest.of(1, 1.3, 0.05, 0.05);
        var random = new Random(19);
        for (int run = 0; run < runs; run++) {
            alarms += decide(test, 1, random).outcome() == Outcome.FAULTY ? 1 : 0;
            misses += decide(test, 1.3, random).outcome() == Outcome.HEALTHY ? 1 : 0;
        }
        assertThat(alarms).isBetween(runs * 3 / 100, Simulations.mostByChance(runs, 0.05));
        assertThat(misses).isBetween(runs * 3 / 100, Simulations.mostByChance(runs, 0.05));
    }

    private record Decided(Outcome outcome, double time) {}

    private static Decided decide(SequentialRateTest test, double rate, Random random) {
        for (double time = 0.1; ; time += 0.1) {
            SequentialRateTest.Next next = test.after(RatesTest.poisson(random, rate * 0.1), 0.1);
            if (next.outcome() != Outcome.UNDECIDED) {
                assertThat(next.test().logRatio()).as("a new test begins").isZero();
                return new Decided(next.outcome(), time);
            }
            test = next.test();
        }
    }

    @Test
    void aFaultyRateThatIsNotHigherIsRefused() {
        assertThatThrownBy(() -> SequentialRateTest.of(2, 2, 0.01, 0.01)).hasMessageContaining("faultyRate: 2.0");
        assertThatThrownBy(() -> new AlphaSpending(1)).hasMessageContaining("alpha: 1.0");
    }
}
