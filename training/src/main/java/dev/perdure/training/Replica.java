package dev.perdure.training;

import dev.perdure.checkpoint.CorruptCheckpointException;
import dev.perdure.checkpoint.Weights;
import dev.perdure.core.State;
import dev.perdure.core.TensorData;
import dev.perdure.data.Dataset;
import dev.perdure.data.Part;
import dev.perdure.engine.Collective;
import dev.perdure.engine.Engine;
import dev.perdure.engine.TrainableModel;
import dev.perdure.engine.TrainableModel.Evaluation;
import dev.perdure.engine.TrainingPlan;
import dev.perdure.supervision.Generation;
import dev.perdure.supervision.Progress;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.time.InstantSource;
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
    private static final int STANDS_EVERY = 10;

    private final RunFolder folder;
    private final RunConfig config;
    private final Engine engine;
    private final Dataset data;
    private final Probe probe;
    private final Optional<String> warning;
    private final ProgressFile scratch = ProgressFile.scratch();
    private final Booking booking;
    private TrainableModel model;
    private TrainingLoop loop;
    private boolean trained;
    private boolean compared;
    private Purpose waiting = Purpose.IDLE;
    private @Nullable RunCheckpoints checkpoints;
    private @Nullable ProgressFile leading;
    private @Nullable Metrics metrics;
    private Standing standing = (_, _) -> {};
    private Consumer<TrainingEvent> say = _ -> {};
    private volatile long position = -1;
    private volatile Progress.Phase phase = Progress.Phase.IDLE;

    private Replica(
            RunFolder folder, RunConfig config, Engine engine, Dataset data, Probe probe, Optional<String> warning) {
        this.folder = folder;
        this.config = config;
        this.engine = engine;
        this.data = data;
        this.probe = probe;
        this.warning = warning;
        this.booking = new Booking(scratch, System::nanoTime, InstantSource.system(), new Probe() {
            @Override
            public void enters(Phase next, long step) {
                phase = phaseOf(next);
                probe.enters(next, step);
            }
        });
        booking.enter(Phase.START, Purpose.IDLE, 0);
        this.model = open();
        this.loop = newLoop();
    }

    /** Opens data and model. Holds no state that counts before one was restored, begun or taken. */
    static Replica open(RunFolder folder, RunConfig config, Engine engine, Probe probe, boolean changedDataAllowed)
            throws IOException {
        Dataset data = Dataset.open(config.data(), config.seed());
        Optional<String> warning = Preflight.keepRecipe(folder, config, data, engine.build(), changedDataAllowed);
        Preflight.requireVariance(config, data);
        return new Replica(folder, config, engine, data, probe, warning);
    }

    private TrainableModel open() {
        return engine.open(new TrainingPlan(
                config.model().model(),
                data.sampleShape(),
                data.outputs(),
                config.model().loss(),
                config.optimizer(),
                config.seed(),
                config.threads()));
    }

    /** Computes a little and forgets it, so that the first step with others is not the one that warms everything up. */
    void warmUp() throws InterruptedException {
        loop.warmUp();
    }

    private TrainingLoop newLoop() {
        return new TrainingLoop(
                config, data, model, () -> Objects.requireNonNull(checkpoints), booking, this::tell, this::moved);
    }

    /** Returns where the state stands, if there is one. May be called by any thread. */
    OptionalLong position() {
        long now = position;
        return now < 0 ? OptionalLong.empty() : OptionalLong.of(now);
    }

    /** May be called by any thread. */
    Counts counts() {
        return booking.counts();
    }

    /** May be called by any thread. */
    Progress progress() {
        return new Progress(Math.max(0, position), phase, -1);
    }

    void enters(Phase next) {
        booking.enter(next, waiting, loop.step());
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

    /** Becomes a member of a team, and takes up the leader's duties or lays them down. */
    void joins(Team team, Consumer<TrainingEvent> listener) throws IOException {
        say = listener;
        if (checkpoints == null) {
            checkpoints = RunCheckpoints.join(folder, config, probe, this::tell);
        }
        checkpoints.members(team.group().size());
        if (team.leads() && leading == null) {
            leading = ProgressFile.open(folder.progress());
            booking.takesOver(leading);
            checkpoints.lead(leading);
            sayStarted();
            warning.ifPresent(text -> say.accept(new TrainingEvent.Warned(text)));
            data.report().warnings().forEach(text -> say.accept(new TrainingEvent.Warned(text, Guard.DATA)));
            Preflight.tellBadRecords(data.report(), folder, say);
        } else if (!team.leads() && leading != null) {
            checkpoints.follow();
            booking.into(scratch);
            leading.close();
            leading = null;
        }
    }

    private void sayStarted() {
        StepPlan plan = TrainingLoop.planOf(config, data);
        say.accept(new TrainingEvent.Started(
                engine.build(),
                data.digest(),
                data.ids(Part.TRAIN).length,
                data.ids(Part.VALIDATION).length,
                model.parameters(),
                plan.steps(),
                plan.stepsPerEpoch(),
                ChanceLoss.of(config.model().loss(), data.report())));
    }

    /** Takes the newest intact checkpoint back, or begins anew when there is none. */
    void restoreOrBegin(Team team) throws IOException {
        booking.enter(Phase.RESTORE, Purpose.RESTORE, 0);
        losesItsState();
        begin();
        if (leading == null || checkpoints == null) {
            throw new IllegalStateException("rank %d is to restore (expected: rank 0)".formatted(team.rank()));
        }
        try {
            Optional<State> restored = checkpoints.restoreNewest(loop.state());
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
            model = open();
            loop = newLoop();
        }
        trained = true;
    }

    State state() {
        return loop.state();
    }

    /** From now on, and until {@link #take}, its tensors hold anything. */
    void losesItsState() {
        if (checkpoints != null) {
            checkpoints.awaitCaptured();
        }
        position = -1;
    }

    void take(State state) {
        loop.restore(state);
        trained = true;
        position = loop.position();
    }

    /** Returns how long the parts of a step are that a joiner is sent. */
    FollowedStep.Sizes sizes() {
        return new FollowedStep.Sizes(model.parameters(), config.microbatches(), model.statistics());
    }

    /**
     * Copies the source's state, and applies what it applies, until the others go over.
     *
     * @param upToDate is called once there is nothing more to be applied
     */
    void follow(Collective group, Generation next, Runnable upToDate) {
        enters(Phase.COPY);
        losesItsState();
        take(StateCopy.run(group, next.source(), Succession.joiners(next), state()));
        FollowedStep.Sizes sizes = sizes();
        try (Arena kept = Arena.ofShared()) {
            ResultTable table = sizes.table(kept);
            TensorData gradient = sizes.gradient(kept);
            MemorySegment rows = table.rows(new Span(0, sizes.microbatches()));
            while (true) {
                try (Arena arena = Arena.ofShared()) {
                    switch (FollowedStep.receive(group, next.source(), arena, gradient.data(), rows)) {
                        case FollowedStep.Step step ->
                            loop.follow(step, new StepGradient(gradient, table.get(loop.samplesOf(step.step()))));
                        case FollowedStep.Evaluated(Evaluation heldOut) -> loop.follow(heldOut);
                        case FollowedStep.UpToDate _ -> upToDate.run();
                        case FollowedStep.Over _ -> {
                            return;
                        }
                    }
                }
            }
        }
    }

    /**
     * Steps to the end with a team.
     *
     * @param stands is told now and then where the state stands, with a checksum of it
     * @return the SHA-256 of the final weights, and what this one saves is durable; nothing when the team goes over to its
     *     next generation
     */
    Optional<String> train(Team team, Standing stands) throws IOException, InterruptedException {
        trained = true;
        compared = team.group().size() > 1;
        waiting = Purpose.IDLE;
        try (Metrics _ = team.leads() ? openMetrics() : null) {
            standing = stands;
            if (!loop.run(team)) {
                return Optional.empty();
            }
            String weights = Weights.sha256(model.state());
            TrainingEvent finished = loop.finished(team, weights);
            if (leading != null && checkpoints != null) {
                booking.enter(Phase.FINISH, Purpose.SAVE_STALL, loop.step());
                checkpoints.saveUnlessDone(loop.step(), loop::state, Map.of());
                checkpoints.finish();
                say.accept(finished);
            }
            return Optional.of(weights);
        } finally {
            metrics = null;
        }
    }

    private void moved() {
        position = loop.position();
        if (compared && loop.step() % STANDS_EVERY == 0) {
            standing.at(position, StateCopy.checksum(model.state().tensors().values()));
        }
    }

    /** Hears where a state stands. */
    interface Standing {
        void at(long position, long digest);
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
    }

    /** Makes what this one leads durable, because nobody is left who could go on. */
    void savesAlone() throws IOException {
        if (leading != null && checkpoints != null && position > 0) {
            checkpoints.saveUnlessDone(loop.step(), loop::state, Map.of());
            checkpoints.finish();
        }
    }

    /** The team is no more; until there is another, all that is done is regrouping. */
    void loses() {
        if (phase == Progress.Phase.EXCHANGING) {
            booking.itWas(Purpose.DETECT);
        }
        waiting = Purpose.REGROUP;
    }

    /** Waits for the next team. */
    void rests() {
        booking.enter(Phase.START, waiting, loop.step());
    }

    @Override
    public void close() {
        try (ProgressFile _ = scratch;
                TrainableModel _ = model;
                ProgressFile _ = leading) {
            if (checkpoints != null) {
                checkpoints.close();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
