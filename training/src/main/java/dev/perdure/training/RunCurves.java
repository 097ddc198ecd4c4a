package dev.perdure.training;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/**
 * What the events of a run tell along the path that its final weights went: steps that were thrown away are not in it,
 * only where that happened.
 *
 * @param steps in rising order, each once
 * @param epochs in rising order, each once
 * @param breaks where the run went on from a checkpoint, in the order of their happening
 * @param savesFailed the steps whose checkpoint could not be saved, in the order of their happening
 * @param started what the trainer said last when it had opened data and model, or null
 */
record RunCurves(
        List<TrainingEvent.StepApplied> steps,
        List<TrainingEvent.EpochEnded> epochs,
        List<Break> breaks,
        List<Long> savesFailed,
        TrainingEvent.@Nullable Started started) {

    /** The steps after {@code backTo} up to {@code last} were thrown away. */
    record Break(long last, long backTo, boolean damaged) {}

    static RunCurves of(List<TrainingEvent> events) {
        var path = new Path();
        for (TrainingEvent event : events) {
            switch (event) {
                case TrainingEvent.Started s -> path.started = s;
                case TrainingEvent.Restored r ->
                    path.goBack(r.step(), !r.damage().isEmpty());
                case TrainingEvent.StepApplied s -> path.add(s);
                case TrainingEvent.EpochEnded e -> path.epochs.put(e.epoch(), e);
                case TrainingEvent.SaveFailed f -> path.savesFailed.add(f.step());
                case TrainingEvent.Saved _,
                        TrainingEvent.Warned _,
                        TrainingEvent.Finished _,
                        TrainingEvent.Failed _ -> {}
            }
        }
        return new RunCurves(
                path.steps, List.copyOf(path.epochs.values()), path.breaks, path.savesFailed, path.started);
    }

    Curve curve(ToDoubleFunction<TrainingEvent.StepApplied> value) {
        return new Curve(
                steps.stream().mapToDouble(TrainingEvent.StepApplied::step).toArray(),
                steps.stream().mapToDouble(value).toArray());
    }

    /** Returns a curve over epochs. */
    Curve epochCurve(
            ToDoubleFunction<TrainingEvent.EpochEnded> place, ToDoubleFunction<TrainingEvent.EpochEnded> value) {
        return new Curve(
                epochs.stream().mapToDouble(place).toArray(),
                epochs.stream().mapToDouble(value).toArray());
    }

    boolean isEmpty() {
        return steps.isEmpty();
    }

    long lastStep() {
        return steps.isEmpty() ? 0 : steps.getLast().step();
    }

    private static final class Path {
        private final List<TrainingEvent.StepApplied> steps = new ArrayList<>();
        private final TreeMap<Long, TrainingEvent.EpochEnded> epochs = new TreeMap<>();
        private final List<Break> breaks = new ArrayList<>();
        private final List<Long> savesFailed = new ArrayList<>();
        private TrainingEvent.@Nullable Started started;

        private void add(TrainingEvent.StepApplied step) {
            if (!steps.isEmpty() && step.step() <= steps.getLast().step()) {
                goBack(step.step() - 1, false); // killed before its first checkpoint
            }
            steps.add(step);
        }

        private void goBack(long step, boolean damaged) {
            if (steps.isEmpty()) {
                return;
            }
            breaks.add(new Break(steps.getLast().step(), step, damaged));
            while (!steps.isEmpty() && steps.getLast().step() > step) {
                steps.removeLast();
            }
            epochs.values().removeIf(e -> e.step() > step);
        }
    }
}
