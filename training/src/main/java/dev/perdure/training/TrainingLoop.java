package dev.perdure.training;

import dev.perdure.data.Augment;
import dev.perdure.data.Dataset;
import dev.perdure.data.Part;
import dev.perdure.engine.Batch;
import dev.perdure.engine.TrainableModel;
import dev.perdure.engine.TrainableModel.Evaluation;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.IntUnaryOperator;
import java.util.function.Supplier;

/**
 * Goes through the steps of a run, from the one after the last in the {@link Books} to the last there is. What reaches the weights is a function
 * of the configuration and the data; clocks reach only the ledger and the schedule of checkpoints. Not thread-safe.
 */
final class TrainingLoop {
    private static final int BATCHES_AHEAD = 8;
    private static final int WARM_UP_STEPS = 3;

    private final RunConfig config;
    private final Dataset data;
    private final StepPlan plan;
    private final TrainableModel model;
    private final Supplier<RunCheckpoints> checkpoints;
    private final Booking booking;
    private final Consumer<TrainingEvent> say;
    private final Probe probe;
    private final Watcher watcher;
    private final int[] trainIds;
    private final int[] heldOutIds;
    private final Evaluating evaluating;
    private final Books books;
    private SaveOrder order = SaveOrder.NOTHING;
    private long epochBeganNanos;
    private long advancedNanos;
    private double stepMillis;
    private long samplesSinceBegan;

    /**
     * Begins before the first step.
     *
     * @param checkpoints asked for when a team steps
     * @param watcher told where the state stands
     */
    TrainingLoop(
            RunConfig config,
            Dataset data,
            TrainableModel model,
            Supplier<RunCheckpoints> checkpoints,
            Booking booking,
            Consumer<TrainingEvent> say,
            Probe probe,
            Watcher watcher) {
        this.config = config;
        this.data = data;
        this.model = model;
        this.checkpoints = checkpoints;
        this.booking = booking;
        this.epochBeganNanos = booking.counts().nanoTime();
        this.advancedNanos = epochBeganNanos;
        this.say = say;
        this.probe = probe;
        this.watcher = watcher;
        this.trainIds = data.ids(Part.TRAIN);
        this.heldOutIds = data.ids(Part.VALIDATION);
        this.plan = planOf(config, data);
        this.evaluating = new Evaluating(data, model);
        this.books = new Books(config, data, model, plan);
    }

    /** Hears how far the loop is. */
    interface Watcher {
        /** {@link Books#position} has changed. */
        void moved();

        /** The state is about to be saved. */
        default void saves() {}

        /** Gradients were computed again by others, and came out the same, up to the step that leads to this position. */
        default void checked(long position) {}
    }

    /** Returns what the run is made of beside the model. */
    Books books() {
        return books;
    }

    static StepPlan planOf(RunConfig config, Dataset data) {
        return new StepPlan(data.ids(Part.TRAIN).length, config.batch(), config.microbatches(), config.epochs());
    }

    /**
     * Applies the remaining steps together with the others of a team. Whoever leads it saves and tells. When the team
     * breaks, the last step is applied here or it is not: never in part.
     *
     * @return whether all steps are applied; otherwise the team goes over to its next generation after this step
     * @throws dev.perdure.engine.CollectiveFailedException if another member is gone
     */
    boolean run(Team team) throws IOException, InterruptedException {
        var again = new StepComputer(model, config.seed(), new Counts(booking.counts()::nanoTime), probe);
        var recheck = new Recheck(team, plan, config.checks().recheckEvery(), config.seed(), data, trainIds, again);
        try (again;
                var computer = new StepComputer(model, config.seed(), booking.counts(), probe.before(recheck::saw));
                var exchange = new GroupExchange(
                        team.group(),
                        new ExchangePlan(plan.microbatches(), team.shares(), model.parameters()),
                        model.statistics());
                var batches = new DeliveredBatches(
                        data,
                        new BatchRecipes(plan, trainIds, config.seed(), books.step() + 1, team.share()),
                        BATCHES_AHEAD)) {
            if (books.awaitsEvaluation()) {
                endEpoch(team);
            }
            while (!books.isOver()) {
                boolean agreed = applyStep(team, books.step() + 1, computer, recheck, exchange, batches);
                boolean epochEnds = plan.endsEpoch(books.step());
                team.followers().get().applied(books::state);
                Map<String, Double> metrics = epochEnds ? endEpoch(team) : Map.of();
                booking.enter(Phase.SAVE, Purpose.SAVE_STALL, books.step());
                if (order.concerns(team)) {
                    watcher.saves();
                    checkpoints.get().save(order, team, books.step(), books.state(), metrics);
                }
                if (agreed && !epochEnds) {
                    return false;
                }
            }
            return true;
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

    /** Returns whether all members are ready to go over to the next generation. */
    private boolean applyStep(
            Team team,
            long next,
            StepComputer computer,
            Recheck recheck,
            GroupExchange exchange,
            DeliveredBatches batches)
            throws IOException, InterruptedException {
        if (books.adjustments().skips(next)) {
            return skipStep(team, next, batches);
        }
        Purpose fresh = team.computing() < config.workers() ? Purpose.DEGRADED : Purpose.COMPUTE;
        Purpose computing = next <= booking.progress().stepHighest() ? Purpose.REDO : fresh;
        booking.enter(Phase.GRADIENT, computing, next);
        var samples = new ArrayList<int[]>();
        ShareGradient share = computer.computeShare(plan, next, exchange.subtrees(), _ -> {
            team.requireStanding();
            booking.enter(Phase.DATA, Purpose.DATA, next);
            var delivered = batches.take();
            booking.enter(Phase.GRADIENT, computing, next);
            samples.add(delivered.ids());
            return delivered.batch();
        });
        recheck.compare(next, share, () -> booking.enter(Phase.EXCHANGE, computing, next));
        if (recheck.isDue(next) && team.leads()) {
            watcher.checked(2 * next);
        }
        booking.enter(Phase.EXCHANGE, computing, next);
        StepGradient gradient;
        StepNotes.Heard heard;
        try (StepNotes notes = notes(team, next, samples)) {
            gradient = exchange.exchange(plan, next, share, notes.segments());
            heard = notes.heard();
        }
        team.followers().get().computed(next, gradient, heard.ids());
        order = heard.order();
        booking.enter(Phase.AWAIT_CAPTURE, Purpose.SAVE_STALL, next);
        checkpoints.get().awaitCaptured();
        booking.enter(Phase.APPLY, computing, next);
        double norm = apply(next, gradient);
        if (!isFinite(gradient, norm)) {
            throw new DivergedException(next, lossOf(gradient), norm, rateAt(next), suspects(team, gradient));
        }
        probe.weights(next, model.state());
        booking.enter(Phase.BOOK, computing, next);
        book(next, gradient, heard.ids());
        say.accept(figuresOf(next, gradient, norm));
        return heard.allAreReady();
    }

    private TrainingEvent.StepApplied figuresOf(long applied, StepGradient gradient, double norm) {
        return new TrainingEvent.StepApplied(
                applied,
                plan.epochOf(applied),
                lossOf(gradient),
                books.accuracy(gradient.correct(), gradient.samples()),
                rateAt(applied),
                norm,
                gradient.samples(),
                stepMillis);
    }

    private static double lossOf(StepGradient gradient) {
        return gradient.lossSum() / gradient.samples();
    }

    private double rateAt(long which) {
        return config.learningRate().at(which, plan.steps())
                * books.adjustments().factorAt(which);
    }

    /** Applies a step that the team computed which this one is about to join; nothing when the team could not either. */
    void follow(FollowedStep.Step followed, StepGradient gradient) {
        double norm = apply(followed.step(), gradient);
        if (isFinite(gradient, norm)) {
            book(followed.step(), gradient, followed.samples().toArray(ValueLayout.JAVA_INT));
            say.accept(figuresOf(followed.step(), gradient, norm));
        }
    }

    /** Leaves a batch out, as the team did. */
    void follow(FollowedStep.Skipped skipped) {
        bookSkipped(skipped.step(), skipped.samples().toArray(ValueLayout.JAVA_INT));
    }

    /** Ends the epoch that the last step ended, as the team did. */
    void follow(Evaluation heldOut) {
        books.closeEpoch(heldOut);
        watcher.moved();
    }

    /** Returns the samples of each microbatch of a step. */
    IntUnaryOperator samplesOf(long which) {
        return index -> plan.microbatchOf(which, index).size();
    }

    private static boolean isFinite(StepGradient gradient, double norm) {
        return Double.isFinite(norm) && Double.isFinite(lossOf(gradient));
    }

    /** Returns the gradient's norm; nothing was applied unless loss and norm are finite. */
    private double apply(long next, StepGradient gradient) {
        return Double.isFinite(lossOf(gradient))
                ? model.apply(rateAt(next), gradient.gradient(), gradient.statistics())
                : Double.NaN;
    }

    private StepNotes notes(Team team, long next, List<int[]> samples) {
        return new StepNotes(
                team,
                plan,
                next,
                samples,
                wish(team, next),
                team.followers().get().readyFor());
    }

    /** Returns what this one would have saved after a step, if it leads. */
    private SaveOrder wish(Team team, long next) {
        return team.leads()
                ? checkpoints.get().orderFor(next, plan.endsEpoch(next), next == plan.steps(), books::state)
                : SaveOrder.NOTHING;
    }

    /** Returns which microbatches gave a loss that is no number, and whose they were. */
    private static String suspects(Team team, StepGradient gradient) {
        var suspects = new ArrayList<String>();
        for (MicrobatchResult result : gradient.microbatches()) {
            if (!Double.isFinite(result.lossSum())) {
                suspects.add(
                        "microbatch %d, computed by rank %d".formatted(result.index(), team.ownerOf(result.index())));
            }
        }
        return String.join(", ", suspects);
    }

    /** Leaves a batch out: the step counts, and nothing else has changed. */
    private boolean skipStep(Team team, long next, DeliveredBatches batches) throws IOException, InterruptedException {
        booking.enter(Phase.GRADIENT, Purpose.DATA, next);
        var samples = new ArrayList<int[]>();
        for (int index : team.share().indices().toArray()) {
            if (plan.microbatchOf(next, index).size() > 0) {
                samples.add(batches.take().ids());
            }
        }
        StepNotes.Heard heard;
        booking.enter(Phase.EXCHANGE, Purpose.DATA, next);
        try (StepNotes notes = notes(team, next, samples)) {
            team.group().allGather(notes.segments());
            heard = notes.heard();
        }
        team.followers().get().skipped(next, heard.ids());
        order = heard.order();
        booking.enter(Phase.BOOK, Purpose.COMPUTE, next);
        bookSkipped(next, heard.ids());
        if (team.leads()) {
            say.accept(new TrainingEvent.Warned(
                    "step %d: its batch is skipped, as the recipe's adjustments have it".formatted(next)));
        }
        return heard.allAreReady();
    }

    private void bookSkipped(long which, int[] samples) {
        books.skipped(which, samples);
        advanced(which);
    }

    private void book(long applied, StepGradient gradient, int[] samples) {
        books.applied(applied, gradient, samples);
        samplesSinceBegan += gradient.samples();
        advanced(applied);
    }

    private void advanced(long which) {
        long now = booking.counts().nanoTime();
        stepMillis = (now - advancedNanos) / 1e6;
        advancedNanos = now;
        booking.progress().applied(which);
        watcher.moved();
    }

    private Map<String, Double> endEpoch(Team team) {
        booking.enter(Phase.EVALUATE, Purpose.COMPUTE, books.step());
        Evaluation heldOut = evaluating.on(team, heldOutIds);
        team.followers().get().evaluated(heldOut);
        var figures = books.closeEpoch(heldOut);
        long now = booking.counts().nanoTime();
        say.accept(new TrainingEvent.EpochEnded(
                plan.epochOf(books.step()),
                books.step(),
                figures.trainLoss(),
                figures.trainAccuracy(),
                figures.heldOutLoss(),
                figures.heldOutAccuracy(),
                (now - epochBeganNanos) / 1e9,
                samplesSinceBegan * 1e9 / Math.max(1, now - epochBeganNanos)));
        epochBeganNanos = now;
        samplesSinceBegan = 0;
        watcher.moved();
        return figures.metrics();
    }

    /** Evaluates on the test part, together with the others, and says how it all ended. */
    TrainingEvent.Finished finished(Team team, String weightsSha256) {
        booking.enter(Phase.EVALUATE, Purpose.COMPUTE, books.step());
        return books.finished(evaluating.on(team, data.ids(Part.TEST)), weightsSha256);
    }
}
