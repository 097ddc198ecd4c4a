package dev.perdure.reliability;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.Random;
import org.junit.jupiter.api.Test;

class PlanTest {
    private static final double HOUR = 3600;
    private static final PlanQuestions ALONE = PlanQuestions.of(1);

    private static PlanQuestions chance(OptionalDouble rate, double hours, int atLeast, int workers) {
        return new PlanQuestions(
                0.95,
                workers,
                rate,
                OptionalDouble.of(hours * HOUR),
                atLeast,
                OptionalInt.empty(),
                OptionalDouble.empty(),
                Optional.empty(),
                OptionalDouble.empty(),
                OptionalDouble.empty(),
                OptionalDouble.empty());
    }

    private static PlanQuestions available(double wanted, OptionalInt needed, Optional<PlanQuestions.Load> load) {
        return new PlanQuestions(
                0.95,
                1,
                OptionalDouble.empty(),
                OptionalDouble.empty(),
                1,
                needed,
                OptionalDouble.of(wanted),
                load,
                OptionalDouble.of(0.5),
                OptionalDouble.empty(),
                OptionalDouble.empty());
    }

    private static List<Double> times(double... seconds) {
        return java.util.Arrays.stream(seconds).boxed().toList();
    }

    /** One failure an hour, over three hours (M1). */
    @Test
    void aKnownRateGivesTheChancesOfTheRequirements() {
        var hourly = OptionalDouble.of(1 / HOUR);
        Plan one = Plan.of(Experience.none(), chance(hourly, 3, 1, 1));
        assertThat(one.figure("chance of 1 or more").value()).isCloseTo(0.950, within(5e-4));
        assertThat(one.figure("chance of none").value()).isCloseTo(0.0498, within(5e-5));
        Plan three = Plan.of(Experience.none(), chance(hourly, 3, 3, 1));
        assertThat(three.figure("chance of 3 or more").value()).isCloseTo(0.577, within(5e-4));
        Plan together = Plan.of(Experience.none(), chance(hourly, 1, 3, 3));
        assertThat(together.figure("chance of 3 or more").value()).isCloseTo(0.577, within(5e-4));
        assertThat(one.figure("failures of a worker").interval()).isNull();
    }

    @Test
    void countedFailuresGiveTheRateWithGarwoodsInterval() {
        Plan plan = Plan.of(Experience.counted(5, 100 * HOUR, 0, 100 * HOUR), ALONE);
        Figure rate = plan.figure("failures of a worker");
        assertThat(rate.value()).isCloseTo(0.05, within(1e-12));
        Interval rates = Objects.requireNonNull(rate.interval());
        assertThat(rates.low()).isCloseTo(0.016235, within(1e-5));
        assertThat(rates.high()).isCloseTo(0.11668, within(1e-5));
        Figure mtbf = plan.figure("MTBF of a worker");
        assertThat(mtbf.value()).isCloseTo(20 * HOUR, within(1e-6));
        assertThat(Objects.requireNonNull(mtbf.interval()).high()).isCloseTo(HOUR / 0.016235, within(30.0));
    }

    @Test
    void withoutAnythingRecordedThePriorIsUsedAndSaidToBe() {
        Plan plan = Plan.of(Experience.none(), ALONE);
        assertThat(plan.figure("failures of a worker").value()).isCloseTo(1 / 24.0, within(1e-12));
        assertThat(plan.figure("failures of a worker").formula()).contains("prior");
        assertThat(notes(plan)).anyMatch(note -> note.contains("Assumed is a prior"));
        assertThat(notes(plan)).anyMatch(note -> note.contains("Assumed, as nothing was recorded"));
    }

    @Test
    void hoursWithoutFailureMakeThePriorMoreHopeful() {
        Plan plan = Plan.of(Experience.counted(0, 24 * HOUR, 0, 24 * HOUR), ALONE);
        assertThat(plan.figure("failures of a worker").value()).isCloseTo(1 / 48.0, within(1e-12));
    }

    @Test
    void everyEstimateLiesInItsInterval() {
        Experience seen = Experience.counted(4, 50 * HOUR, 2, 25 * HOUR)
                .withTimes(times(1, 2, 1, 1), times(4, 3, 5, 6), times(9, 11), times(0.4, 0.5, 0.6));
        Plan plan = Plan.of(seen, chance(OptionalDouble.empty(), 10, 2, 2));
        int estimates = 0;
        for (Plan.Section section : plan.sections()) {
            for (Figure figure : section.figures()) {
                if (figure.interval() != null) {
                    assertThat(figure.interval().contains(figure.value()))
                            .as("%s", figure)
                            .isTrue();
                    estimates++;
                }
                assertThat(figure.formula()).isNotBlank();
            }
        }
        assertThat(estimates).isGreaterThan(10);
    }

    @Test
    void repairTimesOfTheSameFailureAreAddedBeforeTheyAreJudged() {
        Experience seen =
                Experience.counted(3, HOUR, 0, HOUR).withTimes(times(1, 2, 3), times(9, 8, 7), List.of(), List.of());
        Figure mttr = Plan.of(seen, ALONE).figure("MTTR");
        assertThat(mttr.value()).isEqualTo(10);
        assertThat(mttr.interval()).isEqualTo(new Interval(10, 10, 0.95));
        assertThat(Plan.of(seen, ALONE).figure("availability of the training").value())
                .isCloseTo(1200.0 / 1210, within(1e-12));
    }

    @Test
    void theBestIntervalCostsNoMoreThanAnyOther() {
        Experience seen =
                Experience.counted(6, 60 * HOUR, 6, 60 * HOUR).withTimes(times(2), times(20), List.of(), times(5));
        Plan plan = Plan.of(seen, ALONE);
        assertThat(plan.figure("interval, Young").value()).isCloseTo(600, within(1e-6));
        double best = plan.figure("lost a day, best").value();
        assertThat(best).isLessThanOrEqualTo(plan.figure("lost a day, Young").value());
        assertThat(best).isLessThanOrEqualTo(plan.figure("lost a day, Daly").value());
        for (Plan.Section section : plan.sections()) {
            if (section.graph() != null) {
                section.graph().curve().forEach(point -> assertThat(point.y()).isGreaterThanOrEqualTo(best - 1e-6));
            }
        }
    }

    @Test
    void whatIsInUseIsHeldAgainstTheBest() {
        Experience seen =
                Experience.counted(6, 60 * HOUR, 6, 60 * HOUR).withTimes(times(2), times(20), List.of(), times(5));
        var run = new Experience.RunLedger("one", new Goodput.Ledger(50 * HOUR, 60 * HOUR, 6), 6000, 2);
        Experience used = seen.plus(
                new Experience(0, 0, 0, 0, List.of(), List.of(), List.of(), List.of(), List.of(), List.of(run)));
        Plan plan = Plan.of(used, ALONE);
        assertThat(plan.figure("interval, in use").value()).isEqualTo(6000);
        assertThat(plan.figure("lost a day, in use").value())
                .isGreaterThan(2 * plan.figure("lost a day, best").value());
        assertThat(plan.figure("steps between saves, best").value())
                .isEqualTo(Math.rint(plan.figure("interval, best").value() / 2));
        assertThat(notes(plan)).anyMatch(note -> note.startsWith("What is in use costs"));
        assertThat(plan.figure("one: by its ledger").value()).isCloseTo(5.0 / 6, within(1e-12));
    }

    @Test
    void enoughReplicasAreTheFewestThatAreAvailableAsWanted() {
        Experience seen =
                Experience.counted(10, 1000 * HOUR, 0, 0).withTimes(times(0), times(0), times(3600, 3600), List.of());
        Plan plan =
                Plan.of(seen, available(0.9999, OptionalInt.empty(), Optional.of(new PlanQuestions.Load(900, 120))));
        double one = 100.0 / 101;
        assertThat(plan.figure("availability of one").value()).isCloseTo(one, within(1e-12));
        assertThat(plan.figure("needed at work").value()).isEqualTo(8);
        int count = (int) plan.figure("to have, for 99.99 %").value();
        assertThat(Redundancy.availability(8, count, one)).isGreaterThanOrEqualTo(0.9999);
        assertThat(Redundancy.availability(8, count - 1, one)).isLessThan(0.9999);
        assertThat(plan.figure("requests on each").value()).isCloseTo(900.0 / count, within(1e-12));
        assertThat(plan.figure("cost of all").value()).isCloseTo(0.5 * count, within(1e-12));
    }

    @Test
    void whatNoNumberAchievesIsSaid() {
        Experience seen =
                Experience.counted(1000, HOUR, 0, 0).withTimes(times(0), times(0), times(36_000_000), List.of());
        Plan plan = Plan.of(seen, available(0.9999, OptionalInt.of(500), Optional.empty()));
        assertThat(notes(plan)).anyMatch(note -> note.contains("No number is enough"));
    }

    @Test
    void livesThatAgeAreToldFromThoseThatDoNot() {
        assertThat(notes(Plan.of(livesOfShape(4), ALONE))).anyMatch(note -> note.contains("The old fail more"));
        assertThat(notes(Plan.of(livesOfShape(0.3), ALONE))).anyMatch(note -> note.contains("The young fail more"));
        assertThat(notes(Plan.of(livesOfShape(1), ALONE))).anyMatch(note -> note.contains("do not depend on age"));
    }

    private static Experience livesOfShape(double shape) {
        var lives = new ArrayList<Lifetime>();
        for (int i = 0; i < 60; i++) { // the distribution's own quantiles
            lives.add(new Lifetime(Math.pow(-Math.log(1 - (i + 0.5) / 60), 1 / shape), true));
        }
        return new Experience(60, 60, 0, 0, List.of(), List.of(), List.of(), lives, List.of(), List.of());
    }

    private static List<String> notes(Plan plan) {
        return plan.sections().stream()
                .flatMap(section -> section.notes().stream())
                .toList();
    }

    /** P(X >= k) of a Gamma-Poisson mixture, against the mean of the Poisson chance over drawn rates. */
    @Test
    void anUncertainRateGivesTheMeanOfThePoissonChances() {
        var rate = new FailureRate(3, 10);
        var random = new Random(11);
        double sum = 0;
        int draws = 200_000;
        for (int i = 0; i < draws; i++) {
            double drawn = 0;
            for (int failure = 0; failure < 3; failure++) {
                drawn -= Math.log(1 - random.nextDouble()) / 10;
            }
            sum += new PoissonProcess(drawn).chanceOfAtLeast(2, 5);
        }
        assertThat(rate.chanceOfAtLeast(2, 5)).isCloseTo(sum / draws, within(3e-3));
        assertThat(1 - rate.chanceOfAtLeast(1, 5)).isCloseTo(rate.chanceOfNone(5), within(1e-12));
        assertThat(rate.chanceOfAtLeast(0, 5)).isEqualTo(1);
        assertThat(rate.chanceOfAtLeast(1, 0)).isZero();
    }

    /** Student's own data: additional hours of sleep by laevo-hyoscyamine, 2.33 on average. */
    @Test
    void aMeansIntervalIsStudents() {
        var sleep = MeanEstimate.of(times(1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4))
                .orElseThrow();
        assertThat(sleep.mean()).isCloseTo(2.33, within(1e-12));
        Interval interval = sleep.interval(0.95).orElseThrow();
        assertThat(interval.low()).isCloseTo(0.8977, within(1e-3));
        assertThat(interval.high()).isCloseTo(3.7623, within(1e-3));
        assertThat(MeanEstimate.of(List.of())).isEmpty();
        assertThat(MeanEstimate.of(List.of(2.0)).orElseThrow().interval(0.95)).isEmpty();
    }
}
