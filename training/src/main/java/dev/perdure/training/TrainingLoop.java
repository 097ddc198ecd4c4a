package dev.perdure.training;

import dev.perdure.core.State;
import dev.perdure.data.Augment;
import dev.perdure.data.Dataset;
import dev.perdure.data.Part;
import dev.perdure.engine.TrainableModel;
import dev.perdure.engine.TrainableModel.Evaluation;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * Goes through the steps of a run, from the one after {@link #step()} to the last. What reaches the weights is a function
 * of the configuration and the data; clocks reach only the ledger and the schedule of checkpoints. Not thread-safe.
 */
final class TrainingLoop {
    private static final int EVALUATION_BATCH = 256;
    private static final int BATCHES_AHEAD = 8;

    private final RunConfig config;
    private final Dataset data;
    private final StepPlan plan;
    private final TrainableModel model;
    private final RunCheckpoints checkpoints;
    private final ProgressFile progress;
    private final Booking booking;
    private final Consumer<TrainingEvent> say;
    private final int[] trainIds;
    private final int[] heldOutIds;
    private final SampleLedger ledger;
    private final EpochTotals totals = new EpochTotals();
    private long step;
    private long epochBeganNanos = System.nanoTime();

    TrainingLoop(
            RunConfig config,
            Dataset data,
            TrainableModel model,
            RunCheckpoints checkpoints,
            ProgressFile progress,
            Booking booking,
            Consumer<TrainingEvent> say) {
        this.config = config;
        this.data = data;
        this.model = model;
        this.checkpoints = checkpoints;
        this.progress = progress;
        this.booking = booking;
        this.say = say;
        this.trainIds = data.ids(Part.TRAIN);
        this.heldOutIds = data.ids(Part.VALIDATION);
        this.plan = planOf(config, data);
        this.ledger = new SampleLedger(trainIds.length);
    }

    static StepPlan planOf(RunConfig config, Dataset data) {
        return new StepPlan(data.ids(Part.TRAIN).length, config.batch(), config.microbatches(), config.epochs());
    }

    /** Returns the last step applied; 0 before the first. */
    long step() {
        return step;
    }

    /** Returns everything the run needs to go on after the last step applied; tensors are the model's own. */
    State state() {
        var state = State.builder()
                .addAll(model.state())
                .integer("run/step", step)
                .integer("run/epoch", plan.epochOf(step))
                .integer("run/seed", config.seed())
                .text("data/digest", data.digest());
        totals.addTo(state);
        ledger.addTo(state);
        return state.build();
    }

    /** Takes a state back. */
    void restore(State state) {
        model.restore(state);
        totals.restore(state);
        ledger.restore(state);
        step = state.integer("run/step");
    }

    /** Applies the remaining steps, saving on the way. */
    void run() throws IOException, InterruptedException {
        try (var computer = new StepComputer(model, config.seed());
                var batches = new DeliveredBatches(
                        data, new BatchRecipes(plan, trainIds, config.seed(), step + 1), BATCHES_AHEAD)) {
            while (step < plan.steps()) {
                applyStep(step + 1, computer, batches);
                boolean epochEnds = plan.endsEpoch(step);
                Map<String, Double> metrics = epochEnds ? endEpoch() : Map.of();
                booking.enter(Phase.SAVE, Purpose.SAVE_STALL, step);
                checkpoints.saveIfDue(step, epochEnds, step == plan.steps(), this::state, metrics);
            }
        }
    }

    private void applyStep(long next, StepComputer computer, DeliveredBatches batches)
            throws IOException, InterruptedException {
        Purpose computing = next <= progress.stepHighest() ? Purpose.REDO : Purpose.COMPUTE;
        booking.enter(Phase.GRADIENT, computing, next);
        var samples = new ArrayList<int[]>();
        StepGradient gradient = computer.compute(plan, next, _ -> {
            Purpose former = booking.switchTo(Purpose.DATA);
            var delivered = batches.take();
            booking.switchTo(former);
            samples.add(delivered.ids());
            return delivered.batch();
        });
        booking.enter(Phase.AWAIT_CAPTURE, Purpose.SAVE_STALL, next);
        checkpoints.awaitCaptured();
        booking.enter(Phase.APPLY, computing, next);
        double rate = config.learningRate().at(next, plan.steps());
        double norm = model.apply(rate, gradient.gradient(), gradient.statistics());
        double loss = gradient.lossSum() / gradient.samples();
        if (!Double.isFinite(norm) || !Double.isFinite(loss)) {
            throw new DivergedException(next, loss, norm, rate);
        }
        booking.enter(Phase.BOOK, computing, next);
        book(next, gradient, samples);
        double accuracy = accuracy(gradient.correct(), gradient.samples());
        say.accept(new TrainingEvent.StepApplied(
                next, plan.epochOf(next), loss, accuracy, rate, norm, gradient.samples()));
    }

    private void book(long applied, StepGradient gradient, List<int[]> samples) {
        for (int[] ids : samples) {
            for (int id : ids) {
                ledger.consume(id);
            }
        }
        if (plan.endsEpoch(applied)) {
            ledger.endEpoch();
        }
        totals.add(gradient);
        step = applied;
        progress.applied(applied);
    }

    private Map<String, Double> endEpoch() {
        booking.enter(Phase.EVALUATE, Purpose.COMPUTE, step);
        Evaluation heldOut = evaluate(heldOutIds);
        var figures = totals.end(meanLoss(heldOut), accuracy(heldOut), this::accuracy);
        long now = System.nanoTime();
        say.accept(new TrainingEvent.EpochEnded(
                plan.epochOf(step),
                step,
                figures.trainLoss(),
                figures.trainAccuracy(),
                figures.heldOutLoss(),
                figures.heldOutAccuracy(),
                (now - epochBeganNanos) / 1e9));
        epochBeganNanos = now;
        return figures.metrics();
    }

    /** Evaluates the model as it is on some samples. */
    Evaluation evaluate(int[] ids) {
        Evaluation sum = Evaluation.none();
        for (int from = 0; from < ids.length; from += EVALUATION_BATCH) {
            try (Arena arena = Arena.ofConfined()) {
                int[] some = Arrays.copyOfRange(ids, from, Math.min(ids.length, from + EVALUATION_BATCH));
                sum = sum.plus(model.evaluate(data.batch(some, Augment.none(), arena)));
            }
        }
        return sum;
    }

    TrainingEvent.Finished finished(String weightsSha256) {
        Evaluation test = evaluate(data.ids(Part.TEST));
        var last = totals.last();
        return new TrainingEvent.Finished(
                step,
                config.epochs(),
                last.trainLoss(),
                last.heldOutLoss(),
                last.heldOutAccuracy(),
                meanLoss(test),
                accuracy(test),
                weightsSha256,
                ledger.seen(),
                ledger.lost(),
                ledger.repeated());
    }

    private static double meanLoss(Evaluation sum) {
        return sum.samples() == 0 ? Double.NaN : sum.lossSum() / sum.samples();
    }

    private double accuracy(Evaluation sum) {
        return accuracy(sum.correct(), sum.samples());
    }

    /** A regression hits nothing: it has no accuracy. */
    private double accuracy(long correct, long samples) {
        return samples == 0 || !config.model().loss().classifies() ? Double.NaN : (double) correct / samples;
    }
}
