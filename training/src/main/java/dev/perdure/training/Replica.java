package dev.perdure.training;

import dev.perdure.checkpoint.CorruptCheckpointException;
import dev.perdure.checkpoint.Weights;
import dev.perdure.core.State;
import dev.perdure.data.Dataset;
import dev.perdure.engine.Collective;
import dev.perdure.engine.Engine;
import dev.perdure.engine.TrainableModel;
import dev.perdure.supervision.Adjustment;
import dev.perdure.supervision.Generation;
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
    private final RecentFigures figures = new RecentFigures();
    private Standing standing = Standing.NOBODY;
    private LossNotices losses = new LossNotices();
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
                phase = next.shown();
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
        return engine.open(config.planFor(data));
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
                () -> Objects.requireNonNull(checkpoints),
                booking,
                this::tell,
                probe,
                new TrainingLoop.Watcher() {
                    @Override
                    public void moved() {
                        Replica.this.moved();
                    }

                    @Override
                    public void saves() {
                        standing.saves();
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
    Counts counts() {
        return booking.counts();
    }

    /** May be called by any thread. */
    Progress progress() {
        return new Progress(Math.max(0, position), phase, -1);
    }

    void enters(Phase next) {
        booking.enter(next, waiting, loop.books().step());
    }

    /** Becomes a member of a team, and takes up the leader's duties or lays them down. */
    void joins(Team team, Consumer<TrainingEvent> listener) throws IOException {
        say = listener;
        if (checkpoints == null) {
            checkpoints = RunCheckpoints.join(folder, config, probe, this::tell);
        }
        checkpoints.members(team.group().size());
        probe.joins(team.rank(), team.group().size());
        if (team.leads() && leading == null) {
            leading = ProgressFile.open(folder.progress());
            booking.takesOver(leading);
            checkpoints.lead(leading);
            say.accept(Preflight.started(config, data, model, engine));
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

    /** The recipe is as configured, and with these adjustments. */
    void adjust(List<Adjustment> adjustments) {
        loop.books().adjust(config.checks().adjustments().and(adjustments));
    }

    /** Waits for what is being saved; what is saved next has a term of its own. */
    void stopsSaving() throws IOException {
        if (checkpoints != null) {
            checkpoints.close();
            checkpoints = null;
        }
        if (leading != null) {
            booking.into(scratch);
            leading.close();
            leading = null;
        }
    }

    /**
     * Takes back what was saved of later positions, since it is wrong. Nobody else of the team saves.
     *
     * @param position -1 when nothing that was saved is right
     */
    void withdrawAfter(long position) throws IOException {
        Objects.requireNonNull(checkpoints).withdrawAfter(Math.floorDiv(position, 2));
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
            Optional<State> restored = checkpoints.restoreNewest(loop.books().state());
            restored.ifPresent(loop.books()::restore);
        } catch (CorruptCheckpointException e) {
            say.accept(new TrainingEvent.Restored(0, 0, DamageLines.of(e.damages())));
            begin();
        }
        booking.progress().restored(loop.books().step());
        position = loop.books().position();
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
        return loop.books().state();
    }

    /** From now on, and until {@link #take}, its tensors hold anything. */
    void losesItsState() {
        if (checkpoints != null) {
            checkpoints.awaitCaptured();
        }
        position = -1;
        figures.clear();
    }

    void take(State state) {
        loop.books().restore(state);
        trained = true;
        position = loop.books().position();
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
        FollowedStep.follow(group, next.source(), sizes(), loop, upToDate);
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
        standing = stands;
        losses = new LossNotices();
        try (Metrics metrics = team.leads() ? openMetrics() : null) {
            stands.figures(metrics == null ? null : lines -> write(metrics, lines));
            try {
                return trainToTheEnd(team);
            } finally {
                stands.figures(null);
            }
        }
    }

    private Optional<String> trainToTheEnd(Team team) throws IOException, InterruptedException {
        if (!runOrRedo(team)) {
            return Optional.empty();
        }
        String weights = Weights.sha256(model.state());
        TrainingEvent finished = loop.finished(team, weights);
        if (leading != null && checkpoints != null) {
            booking.enter(Phase.FINISH, Purpose.SAVE_STALL, loop.books().step());
            checkpoints.saveUnlessDone(loop.books().step(), loop.books()::state, Map.of());
            checkpoints.finish();
            say.accept(finished);
        }
        return Optional.of(weights);
    }

    /** A step that gives no finite numbers is computed once more: most faults of machines do not come twice. */
    private boolean runOrRedo(Team team) throws IOException, InterruptedException {
        for (long redone = 0; ; ) {
            try {
                return loop.run(team);
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
        position = loop.books().position();
        if (compared && loop.books().step() % config.checks().compareEvery() == 0) {
            standing.at(position, StateCopy.checksum(model.state().tensors().values()));
        }
    }

    /** Opens the metrics file, and writes what the leader before had no time to. */
    private Metrics openMetrics() throws IOException {
        long now = loop.books().position();
        Metrics metrics = Metrics.openAfter(now, folder.metrics());
        metrics.write(figures.between(metrics.last(), now).stream()
                .map(EventLines::format)
                .toList());
        return metrics;
    }

    private void write(Metrics metrics, List<String> lines) {
        try {
            metrics.write(lines);
        } catch (IOException e) {
            throw UnwritableException.of(folder, e);
        }
    }

    /** Figures come from every member's loop, and are told by whoever leads. */
    private void tell(TrainingEvent event) {
        boolean isFigure = Metrics.tellsOf(event);
        if (isFigure) {
            figures.add(event);
        }
        if (!isFigure || leading != null) {
            say.accept(event);
        }
        if (leading != null && event instanceof TrainingEvent.StepApplied applied) {
            losses.hear(applied).ifPresent(seen -> standing.noticed(seen.kind(), seen.evidence()));
        }
    }

    /** Makes what this one leads durable, because nobody is left who could go on. */
    void savesAlone() throws IOException {
        if (leading != null && checkpoints != null && position > 0) {
            checkpoints.saveUnlessDone(loop.books().step(), loop.books()::state, Map.of());
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
        booking.enter(Phase.START, waiting, loop.books().step());
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
