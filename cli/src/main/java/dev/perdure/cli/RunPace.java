package dev.perdure.cli;

import dev.perdure.training.Incident;
import dev.perdure.training.TrainingEvent;
import java.util.OptionalDouble;

/** How far a run has come and how fast it goes, from what trainers say and when. */
final class RunPace {
    private static final long SPEED_NANOS = 5_000_000_000L;
    private static final long OUTLOOK_NANOS = 30_000_000_000L;
    private static final long QUIET_NANOS = 3_000_000_000L;
    private static final double LOSS_KEEP = 0.95;

    private final MovingRate samples = new MovingRate(SPEED_NANOS);
    private final MovingRate stepsDone = new MovingRate(OUTLOOK_NANOS);
    private final long nanosFirst;
    private String stage = "starting";
    private long stageNanos;
    private long stepNanos;
    private long step;
    private long steps;
    private long stepsPerEpoch = 1;
    private double lossSum;
    private double lossWeight;
    private double epochSamples;
    private long epochNanos;
    private int epochCheckpoints;

    /** What was measured of an epoch; samples a second are absent if nothing was. */
    record Epoch(long epochs, OptionalDouble samplesPerSecond, int checkpoints) {}

    RunPace(long nanos) {
        nanosFirst = nanos;
        stageNanos = nanos;
        restart(nanos);
    }

    long step() {
        return step;
    }

    double secondsTotal(long nanos) {
        return (nanos - nanosFirst) / 1e9;
    }

    void stage(String name, long nanos) {
        stage = name;
        stageNanos = nanos;
    }

    /** Something is wrong; until the next step is applied the run recovers. A failed save does not stop the steps. */
    void trouble(Incident incident, long nanos) {
        if (!incident.kind().contains("save")) {
            stage("recovering", nanos);
        }
    }

    void said(TrainingEvent event, long nanos) {
        switch (event) {
            case TrainingEvent.Started s -> {
                steps = s.steps();
                stepsPerEpoch = Math.max(1, s.stepsPerEpoch());
                step = 0;
                restart(nanos);
            }
            case TrainingEvent.Restored r -> {
                step = r.step();
                restart(nanos);
            }
            case TrainingEvent.StepApplied s -> applied(s, nanos);
            case TrainingEvent.Saved _ -> epochCheckpoints++;
            case TrainingEvent.EpochEnded _,
                    TrainingEvent.SaveFailed _,
                    TrainingEvent.Warned _,
                    TrainingEvent.Finished _,
                    TrainingEvent.Failed _ -> {}
        }
    }

    private void restart(long nanos) {
        samples.restart(nanos);
        stepsDone.restart(nanos);
        epochSamples = 0;
        epochNanos = nanos;
        stepNanos = nanos;
    }

    private void applied(TrainingEvent.StepApplied event, long nanos) {
        double done = Math.max(1, event.step() - step);
        step = event.step();
        stage = "";
        stepNanos = nanos;
        samples.add(nanos, done * event.samples());
        stepsDone.add(nanos, done);
        epochSamples += done * event.samples();
        if (Double.isFinite(event.loss())) {
            lossSum = lossSum * LOSS_KEEP + event.loss();
            lossWeight = lossWeight * LOSS_KEEP + 1;
        } else {
            lossWeight = 0; // say so, until the next finite one
            lossSum = 0;
        }
    }

    /** Returns what was measured of the epoch that ended, or of its part since the last restart, and begins the next. */
    Epoch epochEnded(long nanos) {
        double seconds = (stepNanos - epochNanos) / 1e9;
        var speed = seconds > 0 ? OptionalDouble.of(epochSamples / seconds) : OptionalDouble.empty();
        var ended = new Epoch(epochs(), speed, epochCheckpoints);
        epochSamples = 0;
        epochNanos = nanos;
        epochCheckpoints = 0;
        return ended;
    }

    private long epochs() {
        return Math.ceilDiv(steps, stepsPerEpoch);
    }

    LiveLine line(long nanos) {
        boolean quiet = stage.isEmpty() && nanos - stepNanos >= QUIET_NANOS;
        String what = quiet ? "no step for" : stage;
        double seconds = (nanos - (quiet ? stepNanos : stageNanos)) / 1e9;
        OptionalDouble rate = stepsDone.perSecond();
        boolean known = rate.isPresent() && rate.getAsDouble() > 0;
        return new LiveLine(
                what,
                seconds,
                step,
                steps,
                Math.clamp((Math.max(step, 1) - 1) / stepsPerEpoch + 1, 1, Math.max(1, epochs())),
                epochs(),
                lossWeight > 0 ? lossSum / lossWeight : Double.NaN,
                samples.perSecond(),
                known ? OptionalDouble.of((steps - step) / rate.getAsDouble()) : OptionalDouble.empty());
    }
}
