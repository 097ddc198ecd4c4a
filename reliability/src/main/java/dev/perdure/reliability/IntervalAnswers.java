package dev.perdure.reliability;

import dev.perdure.reliability.Figure.Unit;
import dev.perdure.reliability.Plan.Graph;
import dev.perdure.reliability.Plan.Point;
import dev.perdure.reliability.Plan.Section;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.DoubleUnaryOperator;

/** How often to save, and what became of the time of runs that did. */
final class IntervalAnswers {
    private static final double HOUR = 3600;
    private static final double DAY = 24 * HOUR;
    private static final int POINTS = 60;

    private final PlanQuestions asked;
    private final RateEstimate setbacks;
    private final RepairTimes repair;
    private final double save;
    private final List<Figure> figures = new ArrayList<>();
    private final List<Point> marks = new ArrayList<>();

    private IntervalAnswers(Experience seen, PlanQuestions asked, double save) {
        this.asked = asked;
        OptionalDouble given = asked.workers() == 1 ? asked.ratePerSecond() : OptionalDouble.empty();
        this.setbacks = RateEstimate.of(seen.setbacks(), seen.runSeconds(), given, asked.level());
        this.repair = RepairTimes.of(seen);
        this.save = save;
    }

    static Optional<Section> intervals(Experience seen, PlanQuestions asked) {
        return MeanEstimate.of(seen.saveSeconds())
                .map(save -> new IntervalAnswers(seen, asked, save.mean()).section(seen, save));
    }

    private Section section(Experience seen, MeanEstimate saves) {
        figures.add(Figure.of(
                "setbacks to a checkpoint",
                setbacks.perSecond(),
                setbacks.interval(),
                perSecond -> perSecond * HOUR,
                Unit.PER_HOUR,
                setbacks.formula()));
        figures.add(new Figure(
                "what a save costs the training",
                save,
                Unit.SECONDS,
                saves.interval(asked.level()).orElse(null),
                saves.formula()));
        answer("Young", rate -> CheckpointInterval.young(save, 1 / rate), "sqrt(2 d M) (Young 1974)");
        answer("Daly", rate -> CheckpointInterval.daly(save, 1 / rate), "higher order (Daly 2006)");
        double best = answer(
                "best", rate -> model(rate).bestWork(), "numeric optimum, detection and restart in it (Benoit 2016)");
        OptionalDouble used = asked.intervalSeconds().isPresent()
                ? asked.intervalSeconds()
                : seen.ledgers().stream()
                        .mapToDouble(Experience.RunLedger::intervalSeconds)
                        .filter(interval -> interval > 0)
                        .average();
        used.ifPresent(this::answerInUse);
        steps(seen)
                .ifPresent(step -> figures.add(Figure.exact(
                        "steps between saves, best",
                        Math.max(1, Math.rint(best / step)),
                        Unit.COUNT,
                        "interval / step time")));
        return new Section("How often to save", figures, notes(used, best), graph(best, used));
    }

    private OptionalDouble steps(Experience seen) {
        return asked.stepSeconds().isPresent()
                ? asked.stepSeconds()
                : seen.ledgers().stream()
                        .mapToDouble(Experience.RunLedger::stepSeconds)
                        .filter(step -> step > 0)
                        .average();
    }

    /** Adds an interval and what it costs; returns the interval. */
    private double answer(String name, DoubleUnaryOperator byRate, String formula) {
        Figure interval = Figure.of(
                "interval, " + name, setbacks.perSecond(), setbacks.interval(), byRate, Unit.SECONDS, formula);
        figures.add(interval);
        addCost(name, interval.value());
        return interval.value();
    }

    private void answerInUse(double interval) {
        figures.add(Figure.exact("interval, in use", interval, Unit.SECONDS, "given, or median of the run"));
        addCost("in use", interval);
    }

    private void addCost(String name, double work) {
        figures.add(Figure.of(
                "lost a day, " + name,
                setbacks.perSecond(),
                setbacks.interval(),
                rate -> lost(rate, work),
                Unit.SECONDS_A_DAY,
                "1 - work / expected time of a segment"));
        marks.add(new Point(name, work, lost(setbacks.perSecond(), work)));
    }

    private SegmentModel model(double rate) {
        return SegmentModel.ofCrashes(
                rate, save, repair.detect().mean(), repair.recover().mean());
    }

    /** A save that costs nothing may come all the time. */
    private double lost(double rate, double work) {
        return work > 0 && Double.isFinite(work) ? DAY * (1 - model(rate).usefulShare(work)) : 0;
    }

    private List<String> notes(OptionalDouble used, double best) {
        var notes = new ArrayList<String>();
        if (setbacks.assumed()) {
            notes.add("No setback was recorded: assumed is a prior worth 1 in 24 hours, to which the hours run were"
                    + " added.");
        }
        repair.assumed().ifPresent(notes::add);
        if (used.isPresent() && best > 0) {
            double more = lost(setbacks.perSecond(), used.getAsDouble()) - lost(setbacks.perSecond(), best);
            notes.add(
                    more < 1
                            ? "What is in use costs less than a second a day more than the best."
                            : "What is in use costs %s a day more than the best.".formatted(Words.seconds(more)));
        }
        return notes;
    }

    private Graph graph(double best, OptionalDouble used) {
        double middle = best > 0 && Double.isFinite(best) ? best : 60;
        double from = Math.min(middle, used.orElse(middle)) / 8;
        double to = Math.max(middle, used.orElse(middle)) * 8;
        var curve = new ArrayList<Point>();
        for (int i = 0; i <= POINTS; i++) {
            double work = from * Math.pow(to / from, (double) i / POINTS);
            curve.add(new Point("", work, lost(setbacks.perSecond(), work)));
        }
        return new Graph(
                "Time lost a day, by the time between saves",
                "seconds between saves",
                "seconds lost a day",
                curve,
                marks);
    }

    static Optional<Section> goodput(Experience seen, PlanQuestions asked) {
        var figures = new ArrayList<Figure>();
        var notes = new ArrayList<String>();
        for (Experience.RunLedger run : seen.ledgers()) {
            if (run.intervalSeconds() > 0 && !seen.saveSeconds().isEmpty()) {
                double save = MeanEstimate.of(seen.saveSeconds()).orElseThrow().mean();
                var answers = new IntervalAnswers(seen, asked, save);
                SegmentModel model = answers.model(answers.setbacks.perSecond());
                Goodput goodput = Goodput.compare(model, run.intervalSeconds(), run.ledger());
                figures.add(new Figure(
                        run.run() + ": predicted",
                        goodput.predicted(),
                        Unit.SHARE,
                        goodput.plausible(),
                        "work / expected time (Daly 2006), 99 % of chance"));
                figures.add(
                        Figure.exact(run.run() + ": by its ledger", goodput.observed(), Unit.SHARE, "useful / wall"));
                notes.add(run.run() + ": " + goodput.reason() + ".");
            }
        }
        return figures.isEmpty() ? Optional.empty() : Optional.of(new Section("Goodput", figures, notes, null));
    }
}
