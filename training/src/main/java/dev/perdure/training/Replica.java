package dev.perdure.training;

import dev.perdure.checkpoint.CorruptCheckpointException;
import dev.perdure.checkpoint.Weights;
import dev.perdure.core.State;
import dev.perdure.data.Dataset;
import dev.perdure.engine.Engine;
import dev.perdure.engine.TrainableModel;
import dev.perdure.supervision.Progress;
import java.io.IOException;
import java.io.UncheckedIOException;
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
    private final ProgressFile scratch = ProgressFile.scratch();
    private final Booking booking;
    private TrainableModel model;
    private TrainingLoop loop;
    private boolean trained;
    private @Nullable Leading leading;
    private @Nullable Metrics metrics;
    private Standing standing = (_, _) -> {};
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
                this::moved,
                probe);
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
            case DATA -> Progress.Phase.DATA;
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
        probe.joins(team.rank(), team.group().size());
        if (team.leads() && leading == null) {
            ProgressFile progress = ProgressFile.open(folder.progress());
            booking.into(progress);
            leading = new Leading(progress, RunCheckpoints.open(folder, config, progress, probe, this::tell));
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
            loop.run(team);
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

    private void moved() {
        position = loop.position();
        if (loop.step() % STANDS_EVERY == 0) {
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
