package dev.perdure.training;

import dev.perdure.training.SvgChart.Shape;
import java.util.Arrays;
import java.util.List;
import java.util.function.DoubleFunction;
import java.util.stream.DoubleStream;

/** The curves of a run, each under a heading that says what is seen. */
final class ReportCharts {
    private static final int BUCKETS_WIDE = 800;
    private static final int BUCKETS_NARROW = 320;
    private static final int DOTS_MAX = 80;
    private static final int SMOOTHED_MIN = 40;

    private final RunReport report;
    private final RunCurves run;
    private final List<IncidentMark> marks;
    private final Curve loss;
    private final double width;
    private final Curve smooth;

    private ReportCharts(RunReport report, RunCurves run, List<IncidentMark> marks) {
        this.report = report;
        this.run = run;
        this.marks = marks;
        this.loss = run.curve(TrainingEvent.StepApplied::loss);
        this.width = loss.size() < SMOOTHED_MIN ? 1 : Math.max(3, Math.rint(loss.size() / 50.0));
        this.smooth = loss.smoothed(width);
    }

    static String render(RunReport report, RunCurves run, List<IncidentMark> marks) {
        if (run.isEmpty()) {
            return ReportPage.section(
                    "loss", "No step was recorded", "<p class=\"note\">There is no curve to draw.</p>\n");
        }
        var charts = new ReportCharts(report, run, marks);
        return charts.lossSection() + charts.smallCharts();
    }

    private String lossSection() {
        Scale scale = Scale.fitting(both(loss, heldOutLoss()));
        String content = legend()
                + "<figure>\n" + lossChart(Shape.WIDE, scale, BUCKETS_WIDE) + "\n"
                + lossChart(Shape.NARROW, scale, BUCKETS_NARROW) + "\n"
                + "<figcaption>" + Html.escape(lossCaption(scale)) + "</figcaption></figure>\n";
        return ReportPage.section("loss", fellOrRose("Loss", smooth), content);
    }

    private String legend() {
        var out = new StringBuilder("<ul class=\"legend\">");
        if (width > 1) {
            out.append(key("k-line s-train", "training loss, smoothed")).append(key("k-line s-raw", "of each step"));
        } else {
            out.append(key("k-line s-train", "training loss of each step"));
        }
        if (heldOutLoss().sorted().length > 0) {
            out.append(key(dotted() + " s-held", "held-out loss"));
        }
        if (!report.checkpoints().isEmpty()) {
            out.append(key("k-tick", "checkpoint"));
        }
        if (!marks.isEmpty()) {
            out.append(key("k-flag", "incident"));
        }
        if (!run.breaks().isEmpty()) {
            out.append(key("k-band", "steps computed twice"));
        }
        return out.append("</ul>\n").toString();
    }

    private String dotted() {
        return run.epochs().size() <= DOTS_MAX ? "k-dot" : "k-line";
    }

    private static String key(String cssClass, String words) {
        return "<li><i class=\"key " + cssClass + "\"></i>" + words + "</li>";
    }

    private String lossCaption(Scale scale) {
        String smoothing = width > 1 ? "Smoothed over about " + Figures.count((long) width, "step") + ". " : "";
        long notFinite =
                Arrays.stream(loss.y()).filter(v -> !Double.isFinite(v)).count();
        String gaps = notFinite > 0
                ? "The loss of " + Figures.count(notFinite, "step") + " was not a number: triangles at the top. "
                : "";
        String thinned = loss.size() > 2 * BUCKETS_WIDE
                ? "Where steps are too many to draw, the lowest and the highest stand for their neighbours. "
                : "";
        return (smoothing + gaps + thinned + (scale.logarithmic() ? "The vertical axis is logarithmic." : "")).strip();
    }

    private String lossChart(Shape shape, Scale scale, int buckets) {
        var chart = new SvgChart(
                shape,
                shape == Shape.WIDE ? "wide" : "narrow",
                "Loss by step",
                "step",
                stepAxis(),
                scale,
                Scale::label);
        for (RunCurves.Break b : tail(run.breaks(), 200)) {
            if (b.last() > b.backTo()) {
                chart.band(
                        (double) b.backTo(),
                        (double) b.last(),
                        "Steps " + Figures.count(b.backTo() + 1) + " to " + Figures.count(b.last())
                                + " were computed twice");
            }
        }
        Curve raw = loss.thinned(buckets);
        if (width > 1) {
            chart.line("s-raw", raw.size() == loss.size() ? "loss of the step" : "", raw);
            chart.line("s-train", "training loss, smoothed", smooth.thinned(buckets / 2));
        } else {
            chart.line("s-train", "training loss", raw);
        }
        epochs(chart, "s-held", "held-out loss", heldOutLoss());
        chart.notFinite(loss, "Loss was not a number at step");
        chart.ticks(
                report.checkpoints().stream().map(RunReport.Checkpoint::step).toList(), "Checkpoint at step");
        chart.flags(marks);
        return chart.toSvg();
    }

    private Curve heldOutLoss() {
        return run.epochCurve(TrainingEvent.EpochEnded::step, TrainingEvent.EpochEnded::heldOutLoss);
    }

    private Scale stepAxis() {
        double first = run.steps().getFirst().step();
        return Scale.linear(first <= 1 ? 0 : first, (double) run.lastStep());
    }

    private String smallCharts() {
        return "<div class=\"pair\">\n" + accuracy() + gradient() + learningRate() + "</div>\n";
    }

    private String accuracy() {
        Curve train = run.epochCurve(TrainingEvent.EpochEnded::epoch, TrainingEvent.EpochEnded::trainAccuracy);
        Curve heldOut = run.epochCurve(TrainingEvent.EpochEnded::epoch, TrainingEvent.EpochEnded::heldOutAccuracy);
        double[] all = both(train, heldOut);
        if (all.length == 0) {
            return "";
        }
        double low = Math.max(0, Math.floor((all[0] - 0.02) * 20) / 20);
        Scale epochs = Scale.linear(Math.min(train.x()[0], 1), Math.max(2, train.x()[train.size() - 1]));
        var chart = new SvgChart(
                Shape.SMALL,
                "small",
                "Accuracy by epoch",
                "epoch",
                epochs,
                Scale.linear(Math.min(low, 0.9), Math.max(1, all[all.length - 1])),
                ReportCharts::wholePercent);
        epochs(chart, "s-train", "training accuracy", train);
        epochs(chart, "s-held", "held-out accuracy", heldOut);
        boolean held = heldOut.sorted().length > 0;
        String legend = "<ul class=\"legend\">" + key("k-line s-train", "training")
                + (held ? key(dotted() + " s-held", "held-out") : "") + "</ul>\n";
        return ReportPage.section(
                "accuracy",
                accuracyHeading(held ? heldOut : train, held ? "Held-out accuracy" : "Training accuracy"),
                legend + figure(chart));
    }

    private static String accuracyHeading(Curve curve, String name) {
        int best = 0;
        for (int i = 0; i < curve.size(); i++) {
            if (!(curve.y()[i] <= curve.y()[best]) && Double.isFinite(curve.y()[i])) {
                best = i;
            }
        }
        return name + " " + Figures.percent(curve.y()[best]) + " at best, after epoch "
                + Figures.count((long) curve.x()[best]);
    }

    private static String wholePercent(double share) {
        return Scale.label(Math.rint(share * 1e6) / 1e4) + " %";
    }

    private String gradient() {
        Curve norm = run.curve(TrainingEvent.StepApplied::gradientNorm);
        double[] sorted = norm.sorted();
        if (sorted.length == 0 || sorted[sorted.length - 1] == 0) {
            return "";
        }
        Curve calm = norm.smoothed(width);
        Scale scale = Scale.fitting(sorted);
        var chart = stepChart("Gradient norm by step", scale);
        chart.line("s-raw", "", norm.thinned(BUCKETS_NARROW));
        chart.line("s-train", "gradient norm, smoothed", calm.thinned(BUCKETS_NARROW));
        chart.notFinite(norm, "Gradient was not a number at step");
        return ReportPage.section(
                "gradient",
                "Gradient norm around " + Figures.number(sorted[sorted.length / 2]) + ", at most "
                        + Figures.number(sorted[sorted.length - 1]),
                figure(chart));
    }

    private String learningRate() {
        Curve rate = run.curve(TrainingEvent.StepApplied::learningRate);
        double[] sorted = rate.sorted();
        if (sorted.length == 0 || sorted[0] == sorted[sorted.length - 1]) {
            return "";
        }
        var chart = stepChart("Learning rate by step", Scale.fitting(sorted));
        chart.line("s-train", "learning rate", rate.thinned(BUCKETS_NARROW));
        return ReportPage.section(
                "rate",
                "Learning rate between " + Figures.number(sorted[0]) + " and "
                        + Figures.number(sorted[sorted.length - 1]),
                figure(chart));
    }

    private SvgChart stepChart(String title, Scale scale) {
        return new SvgChart(Shape.SMALL, "small", title, "step", stepAxis(), scale, Scale::label);
    }

    private static String figure(SvgChart chart) {
        return "<figure>\n" + chart.toSvg() + "</figure>\n";
    }

    /** Draws a figure of each epoch: a thin line, and dots while there are few enough to be seen apart. */
    private void epochs(SvgChart chart, String cssClass, String name, Curve curve) {
        chart.line(cssClass + " thin", name, curve.thinned(BUCKETS_NARROW));
        if (run.epochs().size() <= DOTS_MAX) {
            DoubleFunction<String> words = name.endsWith("accuracy") ? Figures::percent : Figures::number;
            chart.dots(
                    cssClass,
                    curve,
                    i -> "Epoch " + run.epochs().get(i).epoch() + ": " + name + " " + words.apply(curve.y()[i]));
        }
    }

    /** Returns what a curve did, from its first to its last finite value. */
    private static String fellOrRose(String name, Curve curve) {
        double[] finite = Arrays.stream(curve.y()).filter(Double::isFinite).toArray();
        if (finite.length == 0) {
            return name + " was never a number";
        }
        double first = finite[0];
        double last = finite[finite.length - 1];
        String did = last < first ? " fell from " : last > first ? " rose from " : " stayed at ";
        return name + did + Figures.number(first) + (last == first ? "" : " to " + Figures.number(last));
    }

    private static double[] both(Curve a, Curve b) {
        return DoubleStream.concat(Arrays.stream(a.y()), Arrays.stream(b.y()))
                .filter(Double::isFinite)
                .sorted()
                .toArray();
    }

    static <T> List<T> tail(List<T> list, int most) {
        return list.subList(Math.max(0, list.size() - most), list.size());
    }
}
