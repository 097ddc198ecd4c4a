package dev.perdure.training;

import dev.perdure.checkpoint.CorruptCheckpointException;
import dev.perdure.checkpoint.Weights;
import dev.perdure.core.State;
import dev.perdure.data.Dataset;
import dev.perdure.engine.Engine;
import dev.perdure.engine.TrainableModel;
import dev.perdure.reliability.LossWatch;
import dev.perdure.reliability.Observed;
import dev.perdure.supervision.Adjustment;
import dev.perdure.supervision.Progress;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A worker's copy of everything that is trained: the model, the optimizer's state and the books, over the same data as
 * everybody's. Whichever worker leads its team also saves checkpoints, writes metrics and tells what happens. All methods but
 * {@link #position()} and {@link #progress} belong to the stepping thread.
 */
final class Replica implements AutoCloseable {

    private final RunFolder folder;
    private final RunConfig config;
    private final Engine engine;
    private final Dataset data;
    private final Probe probe;
    private final ProgressFile scratch = ProgressFile.scratch();
    private final Booking booking;
    private TrainableModel model;
    private TrainingLoop loop;
    private boolean trained;
    private @Nullable Leading leading;
    private @Nullable Metrics metrics;
    private Standing standing = Standing.NOBODY;
    private LossWatch losses = LossWatch.usual();
    private Consumer<TrainingEvent> say = _ -> {};
    private volatile long position = -1;
    private volatile Progress.Phase phase = Progress.Phase.IDLE;

    private Replica(RunFolder folder, RunConfig config, Engine engine, Dataset data, Probe probe) {
        this.folder = folder;
        this.config = config;
        this.engine = engine;
        this.data = data;
        this.probe = probe;
        this.booking = new Booking(scratch, System::nanoTime, InstantSource.system(), new Probe() {
            @Override
            public void enters(Phase next, long step) {
                phase = phaseOf(next);
                probe.enters(next, step);
            }
        });
        this.model = engine.open(Trainer.planFor(config, data));
        this.loop = newLoop();
    }

    /** Opens data and model. Holds no state that counts before one was restored, begun or taken. */
    static Replica open(RunFolder folder, RunConfig config, Engine engine, Probe probe, boolean changedDataAllowed)
            throws IOException {
        Dataset data = Dataset.open(config.data(), config.seed());
        Preflight.keepRecipe(folder, config, data, engine.build(), changedDataAllowed);
        Preflight.requireVariance(config, data);
        return new Replica(folder, config, engine, data, probe);
    }

    /** Computes a little and forgets it, so that the first step with others is not the one that warms everything up. */
    void warmUp() throws InterruptedException {
        loop.warmUp();
    }

    private TrainingLoop newLoop() {
        return new TrainingLoop(
                config,
                data,
                model,
                () -> Objects.requireNonNull(leading).checkpoints(),
                booking,
                this::tell,
                probe,
                new TrainingLoop.Watcher() {
                    @Override
                    public void moved() {
                        Replica.this.moved();
                    }

                    @Override
                    public void checked(long upTo) {
                        standing.checked(upTo);
                    }
                });
    }

    /** Returns where the state stands, if there is one. May be called by any thread. */
    OptionalLong position() {
        long now = position;
        return now < 0 ? OptionalLong.empty() : OptionalLong.of(now);
    }

    /** May be called by any thread. */
    Progress progress() {
        return new Progress(Math.max(0, position), phase, -1);
    }

    void enters(Phase next) {
        booking.enter(next, Purpose.IDLE, loop.step());
    }

    private static Progress.Phase phaseOf(Phase phase) {
        return switch (phase) {
            case START -> Progress.Phase.IDLE;
            case RESTORE -> Progress.Phase.RESTORING;
            case MEET -> Progress.Phase.MEETING;
            case COPY -> Progress.Phase.COPYING;
            case GRADIENT -> Progress.Phase.COMPUTING;
            case EXCHANGE -> Progress.Phase.EXCHANGING;
            case APPLY, BOOK -> Progress.Phase.APPLYING;
            case EVALUATE -> Progress.Phase.EVALUATING;
            case AWAIT_CAPTURE, SAVE, FINISH -> Progress.Phase.SAVING;
        };
    }

    /** What the leader of a team has open. */
    private record Leading(ProgressFile progress, RunCheckpoints checkpoints) implements AutoCloseable {
        @Override
        public void close() throws IOException {
            try (progress) {
                checkpoints.close();
            }
        }
    }

    /** Becomes a member of a team, and takes up the leader's duties or lays them down. */
    void joins(Team team, Consumer<TrainingEvent> listener) throws IOException {
        say = listener;
        if (team.leads() && leading == null) {
            takeUp();
            Trainer.sayStarted(config, data, model, engine, say);
            data.report().warnings().forEach(warning -> say.accept(new TrainingEvent.Warned(warning)));
            Preflight.tellBadRecords(data.report(), folder, say);
        } else if (!team.leads() && leading != null) {
            layDown();
        }
    }

    private void layDown() throws IOException {
        if (leading != null) {
            booking.into(scratch);
            leading.close();
            leading = null;
        }
    }

    /** The recipe is as configured, and with these adjustments. */
    void adjust(List<Adjustment> adjustments) {
        loop.adjust(config.checks().adjustments().and(adjustments));
    }

    /**
     * Takes back what was saved of later positions, since it is wrong. Nobody else of the team saves any more.
     *
     * @param position -1 when nothing that was saved is right
     */
    void withdrawAfter(long position) throws IOException {
        layDown(); // waits for what is being saved; what is saved next has a term of its own
        takeUp();
        Objects.requireNonNull(leading).checkpoints().withdrawAfter(Math.floorDiv(position, 2));
    }

    private void takeUp() throws IOException {
        ProgressFile progress = ProgressFile.open(folder.progress());
        booking.into(progress);
        leading = new Leading(progress, RunCheckpoints.open(folder, config, progress, probe, this::tell));
    }

    /** Takes the newest intact checkpoint back, or begins anew when there is none. */
    void restoreOrBegin(Team team) throws IOException {
        booking.enter(Phase.RESTORE, Purpose.RESTORE, 0);
        losesItsState();
        begin();
        if (leading == null) {
            throw new IllegalStateException("rank %d is to restore (expected: rank 0)".formatted(team.rank()));
        }
        try {
            Optional<State> restored = leading.checkpoints().restoreNewest(model.state());
            restored.ifPresent(loop::restore);
        } catch (CorruptCheckpointException e) {
            say.accept(new TrainingEvent.Restored(0, 0, DamageLines.of(e.damages())));
            begin();
        }
        booking.progress().restored(loop.step());
        position = loop.position();
    }

    /** Begins with the weights that the recipe gives. */
    private void begin() {
        if (trained) {
            model.close();
            model = engine.open(Trainer.planFor(config, data));
            loop = newLoop();
        }
        trained = true;
    }

    State state() {
        return loop.state();
    }

    /** From now on, and until {@link #take}, its tensors hold anything. */
    void losesItsState() {
        position = -1;
    }

    void take(State state) {
        loop.restore(state);
        trained = true;
        position = loop.position();
    }

    /**
     * Steps to the end with a team.
     *
     * @param stands is told now and then where the state stands, with a checksum of it
     * @return the SHA-256 of the final weights; what this one saves is durable
     */
    String train(Team team, Standing stands) throws IOException, InterruptedException {
        trained = true;
        try (Metrics _ = team.leads() ? openMetrics() : null) {
            standing = stands;
            losses = LossWatch.usual();
            runOrRedo(team);
            String weights = Weights.sha256(model.state());
            TrainingEvent finished = loop.finished(team, weights);
            if (leading != null) {
                booking.enter(Phase.FINISH, Purpose.SAVE_STALL, loop.step());
                leading.checkpoints().saveUnlessDone(loop.step(), loop::state, Map.of());
                leading.checkpoints().finish();
                say.accept(finished);
            }
            return weights;
        } finally {
            metrics = null;
        }
    }

    /** A step that gives no finite numbers is computed once more: most faults of machines do not come twice. */
    private void runOrRedo(Team team) throws IOException, InterruptedException {
        for (long redone = 0; ; ) {
            try {
                loop.run(team);
                return;
            } catch (DivergedException e) {
                if (e.step() == redone) {
                    throw e;
                }
                redone = e.step();
                if (team.leads()) {
                    standing.noticed("non-finite", "step %d: %s; it is redone".formatted(redone, e.evidence()));
                }
            }
        }
    }

    private void moved() {
        position = loop.position();
        if (loop.step() % config.checks().compareEvery() == 0) {
            standing.at(position, StateCopy.checksum(model.state().tensors().values()));
        }
    }

    /** Hears where a state stands. */
    interface Standing {
        Standing NOBODY = new Standing() {
            @Override
            public void at(long position, long digest) {}

            @Override
            public void checked(long position) {}

            @Override
            public void noticed(String kind, String evidence) {}
        };

        void at(long position, long digest);

        /** Gradients were computed again by others, up to here. Told to the leader alone. */
        void checked(long position);

        /** Something happened that people should know of. */
        void noticed(String kind, String evidence);
    }

    private Metrics openMetrics() throws IOException {
        metrics = Metrics.openAfter(loop.step(), folder.metrics());
        return metrics;
    }

    private void tell(TrainingEvent event) {
        try {
            if (metrics != null
                    && (event instanceof TrainingEvent.StepApplied || event instanceof TrainingEvent.EpochEnded)) {
                metrics.write(event);
            }
        } catch (IOException e) {
            throw UnwritableException.of(folder, e);
        }
        say.accept(event);
        if (event instanceof TrainingEvent.StepApplied applied) {
            watchLoss(applied);
        }
    }

    /** A spike is told, and nothing follows from it: it may be the data, or the rate. */
    private void watchLoss(TrainingEvent.StepApplied applied) {
        Observed<LossWatch> observed = losses.after(applied.loss(), applied.gradientNorm());
        losses = observed.state();
        if (observed.verdict().isAlarm()) {
            standing.noticed(
                    "loss-spike",
                    "step %d: %s".formatted(applied.step(), observed.verdict().reason()));
        }
    }

    /** Waits for the next team. */
    void rests() {
        booking.enter(Phase.START, Purpose.IDLE, loop.step());
    }

    @Override
    public void close() {
        try {
            layDown();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } finally {
            model.close();
            scratch.close();
        }
    }
}
