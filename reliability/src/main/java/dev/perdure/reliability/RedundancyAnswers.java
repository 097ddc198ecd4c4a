package dev.perdure.reliability;

import dev.perdure.reliability.Figure.Unit;
import dev.perdure.reliability.Plan.Graph;
import dev.perdure.reliability.Plan.Point;
import dev.perdure.reliability.Plan.Section;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/** How many of a kind are enough. */
final class RedundancyAnswers {
    private static final int BEYOND = 3;
    private static final int CURVE_MAX = 40;

    private RedundancyAnswers() {}

    static Optional<Section> of(Experience seen, PlanQuestions asked, RateEstimate rate) {
        if (asked.wanted().isEmpty()) {
            return Optional.empty();
        }
        double wanted = asked.wanted().getAsDouble();
        RepairTimes repair = RepairTimes.of(seen);
        MeanEstimate replacing = repair.replacing(seen);
        double available = new Availability(rate.meanSecondsBetween(), replacing.mean()).share();
        Interval interval = FailureAnswers.availability(rate, 1, replacing, asked.level());
        int needed = asked.needed()
                .orElseGet(() -> asked.load().map(RedundancyAnswers::neededFor).orElse(asked.workers()));
        var figures = new ArrayList<Figure>();
        figures.add(new Figure(
                "until a lost one is replaced",
                replacing.mean(),
                Unit.SECONDS,
                replacing.interval(asked.level()).orElse(null),
                replacing.formula()));
        figures.add(new Figure("availability of one", available, Unit.SHARE, interval, "MTBF / (MTBF + MTTR)"));
        figures.add(Figure.exact(
                "needed at work", needed, Unit.COUNT, asked.load().isPresent() ? "T = N / n" : "as asked"));
        OptionalInt enough = Redundancy.needed(needed, available, wanted);
        if (enough.isEmpty()) {
            return Optional.of(new Section("How many", figures, List.of(hopeless(needed)), null));
        }
        int count = enough.getAsInt();
        figures.add(new Figure(
                "to have, for %s".formatted(Words.percent(wanted)),
                count,
                Unit.COUNT,
                counts(needed, wanted, interval),
                "k-out-of-n, binomial"));
        figures.add(Figure.exact("of these, spares", count - needed, Unit.COUNT, "n - k"));
        figures.add(Figure.of(
                "then %d work".formatted(needed),
                available,
                interval,
                share -> Redundancy.availability(needed, count, share),
                Unit.SHARE,
                "k-out-of-n, binomial"));
        asked.load()
                .ifPresent(load -> figures.add(Figure.exact(
                        "requests on each",
                        new Capacity(load.requestsPerSecond(), load.perReplica(), available).loadOfEach(count),
                        Unit.REQUESTS_A_SECOND,
                        "T = N / n")));
        asked.costPerHour()
                .ifPresent(cost ->
                        figures.add(Figure.exact("cost of all", count * cost, Unit.COST_AN_HOUR, "n x price of one")));
        return Optional.of(new Section("How many", figures, notes(seen, repair), graph(needed, count, available)));
    }

    private static int neededFor(PlanQuestions.Load load) {
        return new Capacity(load.requestsPerSecond(), load.perReplica(), 1).neededUp();
    }

    private static String hopeless(int needed) {
        return "No number is enough for %d to work as wanted. Repair them faster, or ask for less.".formatted(needed);
    }

    /** Returns how many are enough at the ends of the availability's interval; infinite when none are. */
    private static @Nullable Interval counts(int needed, double wanted, @Nullable Interval available) {
        return available == null
                ? null
                : available.map(share -> {
                    OptionalInt enough = Redundancy.needed(needed, share, wanted);
                    return enough.isPresent() ? enough.getAsInt() : Double.POSITIVE_INFINITY;
                });
    }

    private static List<String> notes(Experience seen, RepairTimes repair) {
        var notes = new ArrayList<String>();
        notes.add("Failures are taken to be independent: a host or a network that fails takes all that is on it.");
        if (seen.replaceSeconds().isEmpty()) {
            notes.add("How long a replacement takes was not recorded: taken is the time until training went on.");
            repair.assumed().ifPresent(notes::add);
        }
        return notes;
    }

    private static Graph graph(int needed, int count, double available) {
        var curve = new ArrayList<Point>();
        int from = Math.max(needed, count + BEYOND - CURVE_MAX);
        for (int n = from; n <= count + BEYOND; n++) {
            curve.add(new Point("", n, Redundancy.availability(needed, n, available)));
        }
        var mark = new Point("enough", count, Redundancy.availability(needed, count, available));
        return new Graph("Chance that enough work, by how many there are", "how many", "chance", curve, List.of(mark));
    }
}
