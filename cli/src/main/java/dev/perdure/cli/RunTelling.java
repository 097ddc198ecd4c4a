package dev.perdure.cli;

import dev.perdure.training.Figures;
import dev.perdure.training.Incident;
import dev.perdure.training.TrainingEvent;
import java.util.ArrayList;
import java.util.List;

/** What happened in a run, in lines that stay. */
final class RunTelling {
    private static final int INDENT = 2;

    private final Paint paint;
    private final int columns;

    RunTelling(Paint paint, int columns) {
        this.paint = paint;
        this.columns = columns;
    }

    String started(TrainingEvent.Started s) {
        long epochs = Math.ceilDiv(s.steps(), Math.max(1, s.stepsPerEpoch()));
        String samples = Figures.count(s.trainSamples()) + " samples to train on, " + Figures.count(s.heldOutSamples())
                + " held out";
        String plan = Figures.count(s.parameters()) + " parameters · " + Figures.count(epochs, "epoch") + " of "
                + Figures.count(s.stepsPerEpoch(), "step");
        return paint.strong("Training with " + Paint.clean(s.engine()))
                + newLine()
                + block(samples + " · " + plan)
                + newLine()
                + paint.quiet(block("data " + Paint.clean(s.dataDigest())));
    }

    String restored(TrainingEvent.Restored r) {
        var lines = new ArrayList<String>();
        for (String damage : r.damage()) {
            lines.add(paint.bad(first("✗ damaged: " + Paint.clean(damage))));
        }
        lines.add(paint.good(first("→ goes on after step " + Figures.count(r.step())
                + ", whose checkpoint was read back in " + Figures.millis(r.millis()))));
        return String.join(newLine(), lines);
    }

    /** The figures that a narrow terminal has no room for are left out from the end. */
    String epoch(TrainingEvent.EpochEnded e, RunPace.Epoch measured) {
        String all = Figures.count(measured.epochs());
        var parts = new ArrayList<String>();
        parts.add("epoch "
                + " ".repeat(Math.max(0, all.length() - Figures.count(e.epoch()).length())) + Figures.count(e.epoch())
                + "/" + all);
        parts.add("loss " + Figures.number(e.trainLoss()) + " " + padded(Figures.percent(e.trainAccuracy())));
        parts.add("held-out " + Figures.number(e.heldOutLoss()) + " " + padded(Figures.percent(e.heldOutAccuracy())));
        measured.samplesPerSecond().ifPresent(rate -> parts.add(Figures.count(Math.round(rate)) + " samples/s"));
        parts.add(Figures.seconds(e.seconds()));
        if (measured.checkpoints() > 0) {
            parts.add(Figures.count(measured.checkpoints(), "checkpoint"));
        }
        return fitted(parts);
    }

    private static String padded(String percent) {
        return " ".repeat(Math.max(0, "100.00 %".length() - percent.length())) + percent;
    }

    private String fitted(List<String> parts) {
        int kept = parts.size();
        while (kept > 1 && String.join("  ", parts.subList(0, kept)).length() > columns) {
            kept--;
        }
        String told = String.join("  ", parts.subList(0, Math.min(3, kept)));
        return kept <= 3 ? told : told + paint.quiet("  " + String.join("  ", parts.subList(3, kept)));
    }

    String saveFailed(TrainingEvent.SaveFailed f) {
        return paint.warning(first("! checkpoint of step " + Figures.count(f.step()) + " was not saved: "
                + Paint.clean(f.problem()) + (f.retrying() ? " (trying again)" : "")));
    }

    String warning(String warning) {
        return paint.warning(first("! " + Paint.clean(warning)));
    }

    /** @param known whether the evidence has been told already */
    String incident(Incident i, boolean known) {
        String kind = Paint.clean(i.kind()).replace('-', ' ');
        String noticed =
                Double.isFinite(i.detectMillis()) ? " (noticed within " + Figures.millis(i.detectMillis()) + ")" : "";
        String seen = known ? kind + noticed : kind + ": " + Paint.clean(i.evidence()) + noticed;
        String reason = i.reason().isBlank() ? "" : ", because " + Paint.clean(i.reason());
        return paint.bad(first("✗ " + seen)) + newLine() + block("→ " + Paint.clean(i.action()) + reason);
    }

    String recovered(Incident i) {
        return paint.good(first("✓ " + Paint.clean(i.kind()).replace('-', ' ') + ": recovered in "
                + Figures.millis(i.recoverMillis())));
    }

    String finished(TrainingEvent.Finished f, double seconds) {
        var parts = new ArrayList<String>();
        parts.add("✓ finished: " + Figures.count(f.steps(), "step") + " in " + Figures.seconds(seconds));
        parts.add("held-out loss " + Figures.number(f.heldOutLoss()) + ", accuracy "
                + Figures.percent(f.heldOutAccuracy()));
        if (Double.isFinite(f.testAccuracy())) {
            parts.add("test accuracy " + Figures.percent(f.testAccuracy()));
        }
        String stopped = f.earlyStop() == null
                ? ""
                : newLine() + block(Paint.clean(f.earlyStop().words()));
        return paint.good(first(String.join(" · ", parts))) + stopped + newLine() + "  weights "
                + Paint.clean(f.weightsSha256()) + paint.quiet(" (SHA-256)");
    }

    String failed(TrainingEvent.Failed f) {
        String where = f.step() == null ? "" : " at step " + Figures.count(f.step());
        return paint.bad(first("✗ stopped" + where + ": " + Paint.clean(f.problem())));
    }

    /** Wraps with the lines after the first indented. */
    private String first(String text) {
        return String.join(newLine() + " ".repeat(INDENT), Paint.wrap(text, columns - INDENT));
    }

    private String block(String text) {
        String indent = " ".repeat(INDENT);
        return indent + String.join(newLine() + indent, Paint.wrap(text, columns - INDENT));
    }

    private static String newLine() {
        return System.lineSeparator();
    }
}
