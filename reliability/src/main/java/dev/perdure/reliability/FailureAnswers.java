package dev.perdure.reliability;

import dev.perdure.reliability.Figure.Unit;
import dev.perdure.reliability.Plan.Section;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** How often workers fail, how long they live, and how long training then stands still. */
final class FailureAnswers {
    private static final double HOUR = 3600;
    private static final double DAY = 24 * HOUR;
    private static final int LIFETIMES_MIN = 5;
    private static final double ALPHA = 0.05;

    private FailureAnswers() {}

    static Section rates(Experience seen, PlanQuestions asked, RateEstimate rate) {
        var figures = new ArrayList<Figure>();
        figures.add(Figure.of(
                "failures of a worker",
                rate.perSecond(),
                rate.interval(),
                perSecond -> perSecond * HOUR,
                Unit.PER_HOUR,
                rate.formula()));
        if (rate.posterior().isPresent() && !rate.assumed()) {
            FailureRate believed = FailureRate.prior().after(seen.workerSeconds(), seen.failures());
            figures.add(Figure.of(
                    "the same with a prior of 1 in 24 h",
                    believed.perSecond(),
                    believed.credible(asked.level()),
                    perSecond -> perSecond * HOUR,
                    Unit.PER_HOUR,
                    "Gamma posterior mean, credible interval"));
        }
        figures.add(between("MTBF of a worker", rate, 1));
        if (asked.workers() > 1) {
            figures.add(between("MTBF of %d workers".formatted(asked.workers()), rate, asked.workers()));
        }
        return new Section("Failures", figures, List.of(basis(seen, asked, rate)), null);
    }

    private static Figure between(String name, RateEstimate rate, int workers) {
        return Figure.of(
                name,
                rate.perSecond(),
                rate.interval(),
                perSecond -> 1 / (workers * perSecond),
                Unit.SECONDS,
                workers == 1 ? "1 / failure rate" : "1 / (workers x failure rate)");
    }

    private static String basis(Experience seen, PlanQuestions asked, RateEstimate rate) {
        String hours = Words.number(seen.workerSeconds() / HOUR) + " worker-hours";
        if (asked.ratePerSecond().isPresent()) {
            return "The rate was given; it is taken for certain.";
        }
        if (rate.assumed()) {
            return ("No failure was recorded in %s. Assumed is a prior worth 1 failure in 24 worker-hours, to which these"
                            + " hours were added.")
                    .formatted(hours);
        }
        return "%s in %s.".formatted(seen.failures() == 1 ? "1 failure" : seen.failures() + " failures", hours);
    }

    static Optional<Section> lifetimes(Experience seen, PlanQuestions asked) {
        List<Lifetime> lives = seen.lifetimes();
        long failed = Lifetime.failuresIn(lives);
        long different = lives.stream()
                .filter(Lifetime::failed)
                .map(Lifetime::time)
                .distinct()
                .count();
        if (failed < LIFETIMES_MIN || different < 2) {
            return Optional.empty();
        }
        WeibullFit weibull = WeibullFit.of(lives);
        ExponentialFit exponential = weibull.exponential();
        TestResult age = weibull.ageMatters();
        Interval rates = exponential.count().interval(asked.level());
        var figures = List.of(
                new Figure(
                        "mean life, exponential",
                        exponential.mean(),
                        Unit.SECONDS,
                        rates.map(rate -> 1 / rate),
                        "time lived / failures; exact Poisson interval"),
                Figure.exact("shape, Weibull", weibull.shape(), Unit.NUMBER, "maximum likelihood (Cohen 1965)"),
                Figure.exact("scale, Weibull", weibull.scale(), Unit.SECONDS, "maximum likelihood (Cohen 1965)"),
                Figure.exact("chance of it if age does not matter", age.pValue(), Unit.SHARE, age.test()));
        String note = "%d lives, of which %d ended in a failure. ".formatted(lives.size(), failed) + fit(weibull, age);
        return Optional.of(new Section("How long a worker lives", figures, List.of(note), null));
    }

    private static String fit(WeibullFit weibull, TestResult age) {
        if (!age.rejectsAt(ALPHA)) {
            return "Nothing speaks against failures that do not depend on age.";
        }
        return weibull.shape() < 1
                ? "The young fail more: look at how workers start, and at the hosts they start on."
                : "The old fail more: something wears or fills up with time.";
    }

    static Optional<Section> chances(PlanQuestions asked, RateEstimate rate) {
        if (asked.withinSeconds().isEmpty()) {
            return Optional.empty();
        }
        double time = asked.withinSeconds().getAsDouble() * asked.workers();
        int count = asked.atLeast();
        var figures = new ArrayList<Figure>();
        figures.add(Figure.of(
                "failures to expect",
                rate.perSecond(),
                rate.interval(),
                perSecond -> perSecond * time,
                Unit.NUMBER,
                "failure rate x time x workers"));
        figures.add(Figure.of(
                "chance of %d or more".formatted(count),
                rate.perSecond(),
                rate.interval(),
                perSecond -> new PoissonProcess(perSecond).chanceOfAtLeast(count, time),
                Unit.SHARE,
                "Poisson: 1 - sum of (rt)^i e^(-rt) / i!, i < %d".formatted(count)));
        figures.add(Figure.of(
                "chance of none",
                rate.perSecond(),
                rate.interval(),
                perSecond -> new PoissonProcess(perSecond).chanceOfNone(time),
                Unit.SHARE,
                "exponential: e^(-rt)"));
        rate.posterior()
                .ifPresent(believed -> figures.add(Figure.exact(
                        "chance of %d or more, the rate being uncertain".formatted(count),
                        believed.chanceOfAtLeast(count, time),
                        Unit.SHARE,
                        "Gamma-Poisson (Greenwood, Yule 1920)")));
        String note = "Within %s, %s together."
                .formatted(
                        Words.number(asked.withinSeconds().getAsDouble() / HOUR) + " h",
                        asked.workers() == 1 ? "1 worker" : asked.workers() + " workers");
        return Optional.of(new Section("Chance of failures", figures, List.of(note), null));
    }

    static Section repairs(Experience seen, PlanQuestions asked, RateEstimate rate) {
        RepairTimes times = RepairTimes.of(seen);
        var figures = new ArrayList<Figure>();
        figures.add(mean("until a failure is noticed", times.detect(), asked));
        figures.add(mean("until training goes on from there", times.recover(), asked));
        figures.add(mean("MTTR", times.both(), asked));
        double down = times.both().mean();
        double up = rate.meanSecondsBetween() / asked.workers();
        Interval share = availability(rate, asked.workers(), times.both(), asked.level());
        figures.add(new Figure(
                "availability of the training",
                new Availability(up, down).share(),
                Unit.SHARE,
                share,
                "MTBF / (MTBF + MTTR)"));
        figures.add(new Figure(
                "time it stands still",
                DAY * (1 - new Availability(up, down).share()),
                Unit.SECONDS_A_DAY,
                share == null ? null : share.map(available -> DAY * (1 - available)),
                "1 - availability"));
        return new Section("Repair", figures, times.assumed().map(List::of).orElse(List.of()), null);
    }

    private static Figure mean(String name, MeanEstimate estimate, PlanQuestions asked) {
        return new Figure(
                name,
                estimate.mean(),
                Unit.SECONDS,
                estimate.interval(asked.level()).orElse(null),
                estimate.formula());
    }

    /**
     * Returns where the availability is. Rate and repair time are estimated apart, each with half the chance to be wrong
     * (Bonferroni), and the worst of both meets the best of both.
     */
    static @Nullable Interval availability(RateEstimate rate, int workers, MeanEstimate repair, double level) {
        double half = (1 + level) / 2;
        if (rate.interval() == null) {
            return repair.interval(level)
                    .map(time -> time.map(t -> share(rate.perSecond() * workers, t)))
                    .orElse(null);
        }
        Interval rates =
                rate.posterior().map(believed -> believed.credible(half)).orElse(rate.interval());
        Interval times = repair.interval(half).orElse(new Interval(repair.mean(), repair.mean(), half));
        return new Interval(
                share(rates.high() * workers, times.high()), share(rates.low() * workers, times.low()), level);
    }

    private static double share(double perSecond, double repairSeconds) {
        return 1 / (1 + perSecond * repairSeconds);
    }
}
