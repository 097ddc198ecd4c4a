package dev.perdure.training;

import dev.perdure.core.State;
import dev.perdure.data.Dataset;
import dev.perdure.data.Part;
import dev.perdure.engine.TrainableModel;
import dev.perdure.engine.TrainableModel.Evaluation;
import java.util.Optional;

/**
 * What a run's state has beside the model: how far it is, which samples it took, an epoch's figures so far, the best epoch, and
 * adjustments of the recipe. Not thread-safe.
 */
final class Books {
    private static final String ADJUSTMENTS = "run/adjustments";

    private final RunConfig config;
    private final String dataDigest;
    private final TrainableModel model;
    private final StepPlan plan;
    private final SampleLedger ledger;
    private final EpochTotals totals = new EpochTotals();
    private final BestWeights bestWeights;
    private BestSoFar best = BestSoFar.none();
    private Adjustments adjustments;
    private long step;

    /** Opens those of a run before its first step. */
    Books(RunConfig config, Dataset data, TrainableModel model, StepPlan plan) {
        this.config = config;
        this.dataDigest = data.digest();
        this.model = model;
        this.plan = plan;
        this.ledger = new SampleLedger(data.ids(Part.TRAIN).length);
        this.bestWeights = BestWeights.of(config, model.state());
        this.adjustments = config.checks().adjustments();
    }

    /** Returns the last step applied; 0 before the first. */
    long step() {
        return step;
    }

    /**
     * Returns where the state stands: the same positions of a run are the same states, bit for bit. Twice the last step
     * applied, and one more when the epoch that it ended is evaluated.
     */
    long position() {
        return 2 * step + (plan.endsEpoch(step) && !totals.isOpen() ? 1 : 0);
    }

    /** Returns whether no step is left to apply. */
    boolean isOver() {
        return step >= plan.steps() || best.stopped();
    }

    /** Returns whether the last step ended an epoch that is not evaluated. */
    boolean awaitsEvaluation() {
        return plan.endsEpoch(step) && totals.isOpen();
    }

    /** From now on the recipe is adjusted like this, and not otherwise. */
    void adjust(Adjustments next) {
        adjustments = next;
    }

    Adjustments adjustments() {
        return adjustments;
    }

    /** Returns everything the run needs to go on after the last step applied; tensors are the model's own. */
    State state() {
        var state = State.builder()
                .addAll(model.state())
                .integer("run/step", step)
                .integer("run/epoch", plan.epochOf(step))
                .integer("run/seed", config.seed())
                .text("data/digest", dataDigest);
        totals.addTo(state);
        ledger.addTo(state);
        if (config.earlyStopping().isPresent()) {
            best.addTo(state);
        }
        bestWeights.addTo(state);
        if (!adjustments.all().isEmpty()) {
            state.text(ADJUSTMENTS, String.join("\n", adjustments.texts()));
        }
        return state.build();
    }

    /** Takes a state back. */
    void restore(State state) {
        model.restore(state);
        totals.restore(state);
        ledger.restore(state);
        if (config.earlyStopping().isPresent()) {
            best = BestSoFar.of(state);
        }
        bestWeights.restore(state);
        step = state.integer("run/step");
        if (state.entries().containsKey(ADJUSTMENTS)) {
            adjustments = Adjustments.parse(state.text(ADJUSTMENTS).lines().toList());
        }
    }

    /** Books a step whose gradient was applied. */
    void applied(long which, StepGradient gradient, int[] samples) {
        for (int id : samples) {
            ledger.consume(id);
        }
        totals.add(gradient);
        advance(which);
    }

    /** Books a step whose batch was left out. */
    void skipped(long which, int[] samples) {
        for (int id : samples) {
            ledger.skip(id);
        }
        advance(which);
    }

    private void advance(long which) {
        if (plan.endsEpoch(which)) {
            ledger.endEpoch();
        }
        step = which;
    }

    /** Closes the epoch that the last step ended, with what evaluation gave. */
    EpochTotals.Figures closeEpoch(Evaluation heldOut) {
        var figures = totals.end(meanLoss(heldOut), accuracy(heldOut), this::accuracy);
        config.earlyStopping().ifPresent(rule -> judge(rule, figures));
        return figures;
    }

    /** Keeps the weights of a new best epoch, and when all is over gives those of the best one back. */
    private void judge(EarlyStopping rule, EpochTotals.Figures figures) {
        long epoch = plan.epochOf(step);
        best = best.after(rule, epoch, figures);
        if (best.isBest(epoch)) {
            bestWeights.take(model.state());
        } else if (isOver() && best.epoch() > 0) {
            bestWeights.giveBack(model.state());
        }
    }

    /** Says how it all ended, with what evaluation on the test part gave. */
    TrainingEvent.Finished finished(Evaluation test, String weightsSha256) {
        Optional<TrainingEvent.EarlyStop> stop = config.earlyStopping().map(this::stop);
        var last = stop.filter(TrainingEvent.EarlyStop::restored).isPresent() ? best.figures() : totals.last();
        return new TrainingEvent.Finished(
                step,
                plan.epochOf(step),
                last.trainLoss(),
                last.heldOutLoss(),
                last.heldOutAccuracy(),
                meanLoss(test),
                accuracy(test),
                weightsSha256,
                ledger.seen(),
                ledger.lost(),
                ledger.repeated(),
                stop.orElse(null));
    }

    private TrainingEvent.EarlyStop stop(EarlyStopping rule) {
        return new TrainingEvent.EarlyStop(
                best.stopped() && step < plan.steps(),
                plan.epochOf(step),
                config.epochs(),
                best.epoch(),
                rule.metric().words(),
                rule.metric().of(best.figures()),
                rule.restoreBest() && best.epoch() > 0);
    }

    private static double meanLoss(Evaluation sum) {
        return sum.samples() == 0 ? Double.NaN : sum.lossSum() / sum.samples();
    }

    private double accuracy(Evaluation sum) {
        return accuracy(sum.correct(), sum.samples());
    }

    /** Returns the share of samples that were classified rightly; a regression hits nothing: it has no accuracy. */
    double accuracy(long correct, long samples) {
        return samples == 0 || !config.model().loss().classifies() ? Double.NaN : (double) correct / samples;
    }
}
