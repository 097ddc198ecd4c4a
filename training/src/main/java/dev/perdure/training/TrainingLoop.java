package dev.perdure.training;

import dev.perdure.core.State;
import dev.perdure.data.Augment;
import dev.perdure.data.Dataset;
import dev.perdure.data.Part;
import dev.perdure.engine.Batch;
import dev.perdure.engine.TrainableModel;
import dev.perdure.engine.TrainableModel.Evaluation;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * Goes through the steps of a run, from the one after {@link #step()} to the last. What reaches the weights is a function
 * of the configuration and the data; clocks reach only the ledger and the schedule of checkpoints. Not thread-safe.
 */
final class TrainingLoop {
    private static final int EVALUATION_BATCH = 256;
    private static final int BATCHES_AHEAD = 8;
    private static final int WARM_UP_STEPS = 3;

    private final RunConfig config;
    private final Dataset data;
    private final StepPlan plan;
    private final TrainableModel model;
    private final Supplier<RunCheckpoints> checkpoints;
    private final Booking booking;
    private final Consumer<TrainingEvent> say;
    private final Runnable moved;
    private final Probe probe;
    private final int[] trainIds;
    private final int[] heldOutIds;
    private final SampleLedger ledger;
    private final EpochTotals totals = new EpochTotals();
    private long step;
    private long epochBeganNanos = System.nanoTime();

    /**
     * Begins before the first step.
     *
     * @param checkpoints asked for when this one leads a team
     * @param moved called whenever {@link #position} has changed
     * @param probe sees what is computed
     */
    TrainingLoop(
            RunConfig config,
            Dataset data,
            TrainableModel model,
            Supplier<RunCheckpoints> checkpoints,
            Booking booking,
            Consumer<TrainingEvent> say,
            Runnable moved,
            Probe probe) {
        this.config = config;
        this.data = data;
        this.model = model;
        this.checkpoints = checkpoints;
        this.booking = booking;
        this.say = say;
        this.moved = moved;
        this.probe = probe;
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

    /**
     * Returns where the state stands: the same positions of a run are the same states, bit for bit. Twice the last step
     * applied, and one more when the epoch that it ended is evaluated.
     */
    long position() {
        return 2 * step + (plan.endsEpoch(step) && !totals.isOpen() ? 1 : 0);
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

    /**
     * Applies the remaining steps together with the others of a team. Whoever leads it saves and tells. When the team
     * breaks, the last step is applied here or it is not: never in part.
     *
     * @throws dev.perdure.engine.CollectiveFailedException if another member is gone
     */
    void run(Team team) throws IOException, InterruptedException {
        try (var computer = new StepComputer(model, config.seed());
                var exchange = new GroupExchange(
                        team.group(),
                        new ExchangePlan(plan.microbatches(), team.shares(), model.parameters()),
                        model.statistics());
                var batches = new DeliveredBatches(
                        data, new BatchRecipes(plan, trainIds, config.seed(), step + 1, team.share()), BATCHES_AHEAD)) {
            if (plan.endsEpoch(step) && totals.isOpen()) {
                endEpoch(team);
            }
            while (step < plan.steps()) {
                applyStep(team, step + 1, computer, exchange, batches);
                boolean epochEnds = plan.endsEpoch(step);
                Map<String, Double> metrics = epochEnds ? endEpoch(team) : Map.of();
                if (team.leads()) {
                    booking.enter(Phase.SAVE, Purpose.SAVE_STALL, step);
                    checkpoints.get().saveIfDue(step, epochEnds, step == plan.steps(), this::state, metrics);
                }
            }
        }
    }

    /** Computes the first microbatch's gradient a few times. Changes nothing. */
    void warmUp() throws InterruptedException {
        int[] ids = Arrays.copyOf(trainIds, Math.max(1, plan.microbatchOf(1, 0).size()));
        try (Arena arena = Arena.ofConfined();
                var computer = new StepComputer(model, config.seed())) {
            Batch batch = data.batch(ids, Augment.none(), arena);
            var once = new StepPlan(ids.length, ids.length, 1, 1);
            for (int i = 0; i < WARM_UP_STEPS; i++) {
                computer.compute(once, 1, _ -> batch);
            }
        }
    }

    private void applyStep(
            Team team, long next, StepComputer computer, GroupExchange exchange, DeliveredBatches batches)
            throws IOException, InterruptedException {
        Purpose computing = next <= booking.progress().stepHighest() ? Purpose.REDO : Purpose.COMPUTE;
        booking.enter(Phase.GRADIENT, computing, next);
        var samples = new ArrayList<int[]>();
        ShareGradient share = computer.computeShare(plan, next, exchange.subtrees(), _ -> {
            team.requireStanding();
            booking.enter(Phase.DATA, Purpose.DATA, next);
            var delivered = batches.take();
            booking.enter(Phase.GRADIENT, computing, next);
            samples.add(delivered.ids());
            probe.takes(delivered.batch(), next);
            return delivered.batch();
        });
        probe.computed(share, next);
        booking.enter(Phase.EXCHANGE, computing, next);
        StepGradient gradient = exchange.exchange(plan, next, share);
        int[] taken = TakenSamples.ofAll(team, plan, next, samples);
        if (team.leads()) {
            booking.enter(Phase.AWAIT_CAPTURE, Purpose.SAVE_STALL, next);
            checkpoints.get().awaitCaptured();
        }
        booking.enter(Phase.APPLY, computing, next);
        double rate = config.learningRate().at(next, plan.steps());
        double norm = model.apply(rate, gradient.gradient(), gradient.statistics());
        double loss = gradient.lossSum() / gradient.samples();
        if (!Double.isFinite(norm) || !Double.isFinite(loss)) {
            throw new DivergedException(next, loss, norm, rate);
        }
        booking.enter(Phase.BOOK, computing, next);
        book(next, gradient, taken);
        double accuracy = accuracy(gradient.correct(), gradient.samples());
        if (team.leads()) {
            say.accept(new TrainingEvent.StepApplied(
                    next, plan.epochOf(next), loss, accuracy, rate, norm, gradient.samples()));
        }
    }

    private void book(long applied, StepGradient gradient, int[] samples) {
        for (int id : samples) {
            ledger.consume(id);
        }
        if (plan.endsEpoch(applied)) {
            ledger.endEpoch();
        }
        totals.add(gradient);
        step = applied;
        booking.progress().applied(applied);
        probe.applied(applied, this::state);
        moved.run();
    }

    private Map<String, Double> endEpoch(Team team) {
        booking.enter(Phase.EVALUATE, Purpose.COMPUTE, step);
        Evaluation heldOut = evaluate(team, heldOutIds);
        var figures = totals.end(meanLoss(heldOut), accuracy(heldOut), this::accuracy);
        long now = System.nanoTime();
        if (team.leads()) {
            say.accept(new TrainingEvent.EpochEnded(
                    plan.epochOf(step),
                    step,
                    figures.trainLoss(),
                    figures.trainAccuracy(),
                    figures.heldOutLoss(),
                    figures.heldOutAccuracy(),
                    (now - epochBeganNanos) / 1e9));
        }
        epochBeganNanos = now;
        moved.run();
        return figures.metrics();
    }

    /**
     * Evaluates the model as it is on some samples. Members take parts in turn; the sum goes over the parts in order, so that
     * it does not depend on who took which.
     */
    private Evaluation evaluate(Team team, int[] ids) {
        team.requireStanding();
        int size = team.group().size();
        int parts = Math.ceilDiv(ids.length, EVALUATION_BATCH);
        int partsEach = Math.ceilDiv(parts, size);
        double[] losses = new double[partsEach];
        long[] counts = new long[2 * partsEach];
        for (int i = 0; i * size + team.rank() < parts; i++) {
            Evaluation part = evaluatePart(ids, i * size + team.rank());
            losses[i] = part.lossSum();
            counts[2 * i] = part.correct();
            counts[2 * i + 1] = part.samples();
        }
        List<double[]> allLosses = team.group().gatherDoubles(losses);
        List<long[]> allCounts = team.group().gatherLongs(counts);
        Evaluation sum = Evaluation.none();
        for (int part = 0; part < parts; part++) {
            int i = part / size;
            long[] count = allCounts.get(part % size);
            sum = sum.plus(
                    new Evaluation(allLosses.get(part % size)[i], count[2 * i], Math.toIntExact(count[2 * i + 1])));
        }
        return sum;
    }

    private Evaluation evaluatePart(int[] ids, int part) {
        int from = part * EVALUATION_BATCH;
        int[] some = Arrays.copyOfRange(ids, from, Math.min(ids.length, from + EVALUATION_BATCH));
        try (Arena arena = Arena.ofConfined()) {
            return model.evaluate(data.batch(some, Augment.none(), arena));
        }
    }

    /** Evaluates on the test part, together with the others, and says how it all ended. */
    TrainingEvent.Finished finished(Team team, String weightsSha256) {
        Evaluation test = evaluate(team, data.ids(Part.TEST));
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
