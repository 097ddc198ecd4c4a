package dev.perdure.training;

import dev.perdure.training.GuardCriteria.Sight;
import dev.perdure.training.TrainingEvent.EpochEnded;
import dev.perdure.training.TrainingEvent.StepApplied;
import dev.perdure.training.TrainingEvent.Warned;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Watches the figures of a run for what {@link Guard} names, along the steps that its weights went through: when those go
 * back, so does what was seen. It never reaches the weights. Not thread-safe.
 *
 * <p>Looks at steps whenever a window of them is full, at epochs whenever one ends. Each guard is told of once in a run.
 */
final class GuardWatch {
    private static final int WINDOW = 20;

    private final List<EpochEnded> epochs = new ArrayList<>();
    private final List<StepApplied> first = new ArrayList<>();
    private final List<StepApplied> window = new ArrayList<>();
    private final Map<Guard, Sight> sights = new EnumMap<>(Guard.class);
    private final Map<Guard, Finding> found = new EnumMap<>(Guard.class);
    private double lowest = Double.POSITIVE_INFINITY;
    private double chance = Double.NaN;
    private int heldOut;
    private long step;

    /** A guard that fired, and where. */
    record Finding(Guard guard, long step, String evidence) {
        Finding and(Finding more) {
            return evidence.contains(more.evidence) ? this : new Finding(guard, step, evidence + " " + more.evidence);
        }

        /** Returns it with what to try. */
        Warned warning() {
            return new Warned("%s: %s. Try: %s.".formatted(guard.title(), evidence, guard.advice()), guard);
        }
    }

    /** Takes an event in; returns which guards fired by it for the first time. */
    List<Finding> hear(TrainingEvent event) {
        return switch (event) {
            case TrainingEvent.Started started -> {
                chance = started.chanceLoss();
                heldOut = started.heldOutSamples();
                yield List.of();
            }
            case TrainingEvent.Restored restored -> {
                goBack(restored.step());
                yield List.of();
            }
            case StepApplied applied -> add(applied);
            case EpochEnded ended -> add(ended);
            case Warned warned -> {
                remember(warned);
                yield List.of();
            }
            case TrainingEvent.Saved _, TrainingEvent.SaveFailed _, TrainingEvent.Finished _, TrainingEvent.Failed _ ->
                List.of();
        };
    }

    /** What was told once, in this process or one before it, is not told again; of the data there may be much to say. */
    private void remember(Warned warned) {
        if (warned.guard() == Guard.DATA) {
            found.merge(Guard.DATA, new Finding(Guard.DATA, 0, warned.warning()), Finding::and);
        } else if (warned.guard() != null) {
            found.putIfAbsent(warned.guard(), new Finding(warned.guard(), step, warned.warning()));
        }
    }

    private void goBack(long to) {
        step = Math.min(step, to);
        epochs.removeIf(epoch -> epoch.step() > to);
        first.removeIf(applied -> applied.step() > to);
        window.removeIf(applied -> applied.step() > to);
    }

    private List<Finding> add(StepApplied applied) {
        if (applied.step() <= step) {
            goBack(applied.step() - 1);
        }
        step = applied.step();
        if (first.size() < WINDOW) {
            first.add(applied);
        }
        window.add(applied);
        return window.size() < WINDOW ? List.of() : lookAtSteps();
    }

    private List<Finding> lookAtSteps() {
        double loss = loss(window);
        double norm = norm(window);
        window.clear();
        lowest = Math.min(lowest, loss);
        var findings = new ArrayList<Finding>();
        see(Guard.DIVERGENCE, GuardCriteria.divergenceOfSteps(loss(first), lowest, loss))
                .ifPresent(findings::add);
        see(Guard.EXPLODING_GRADIENT, GuardCriteria.explodingGradient(norm(first), norm))
                .ifPresent(findings::add);
        see(Guard.VANISHING_GRADIENT, GuardCriteria.vanishingGradient(norm(first), norm, loss(first), loss))
                .ifPresent(findings::add);
        return findings;
    }

    private List<Finding> add(EpochEnded ended) {
        if (!epochs.isEmpty() && ended.epoch() <= epochs.getLast().epoch()) {
            epochs.removeIf(epoch -> epoch.epoch() >= ended.epoch());
        }
        epochs.add(ended);
        double untrained = chance > 0 ? chance : loss(first.subList(0, Math.min(3, first.size())));
        var findings = new ArrayList<Finding>();
        look(Guard.OVER_FITTING, GuardCriteria.overFitting(epochs), findings);
        look(Guard.DIVERGENCE, GuardCriteria.divergence(epochs), findings);
        look(Guard.NO_LEARNING, GuardCriteria.noLearning(epochs, untrained), findings);
        look(Guard.HELD_OUT_TOO_SMALL, GuardCriteria.heldOutTooSmall(epochs, heldOut), findings);
        return findings;
    }

    private void look(Guard guard, Optional<Sight> sight, List<Finding> findings) {
        sight.flatMap(seen -> see(guard, seen)).ifPresent(findings::add);
    }

    private Optional<Finding> see(Guard guard, Sight sight) {
        sights.put(guard, sight);
        if (!sight.fires() || found.containsKey(guard)) {
            return Optional.empty();
        }
        var finding = new Finding(guard, step, sight.evidence());
        found.put(guard, finding);
        return Optional.of(finding);
    }

    private static double loss(List<StepApplied> steps) {
        return GuardCriteria.median(
                steps.stream().mapToDouble(StepApplied::loss).toArray());
    }

    private static double norm(List<StepApplied> steps) {
        return GuardCriteria.median(
                steps.stream().mapToDouble(StepApplied::gradientNorm).toArray());
    }

    /** Returns how it stands with each guard. */
    List<RunReport.Guarded> report() {
        var rows = new ArrayList<RunReport.Guarded>();
        for (Guard guard : Guard.values()) {
            Sight sight = sights.get(guard);
            Finding finding = found.get(guard);
            String now = sight == null ? "" : sight.evidence();
            rows.add(new RunReport.Guarded(
                    guard,
                    finding != null ? "warned" : sight != null || guard == Guard.DATA ? "fine" : "too little seen",
                    finding == null ? 0 : finding.step(),
                    finding == null ? now : finding.evidence()));
        }
        return rows;
    }
}
