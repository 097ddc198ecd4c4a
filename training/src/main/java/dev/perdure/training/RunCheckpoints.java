package dev.perdure.training;

import dev.perdure.checkpoint.CheckpointEvent;
import dev.perdure.checkpoint.CheckpointName;
import dev.perdure.checkpoint.Checkpointer;
import dev.perdure.checkpoint.CheckpointerOptions;
import dev.perdure.checkpoint.Restored;
import dev.perdure.checkpoint.SaveCost;
import dev.perdure.checkpoint.SaveShare;
import dev.perdure.checkpoint.SavedCheckpoint;
import dev.perdure.checkpoint.Schedule;
import dev.perdure.core.State;
import dev.perdure.reliability.FailureRate;
import dev.perdure.store.MirrorIncident;
import dev.perdure.store.ObjectStore;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A run's checkpoints: when they are due, who saves them, and what is told of them. The leader of a team decides; small states
 * it saves for all, of larger ones every member saves its share. One thread calls.
 */
final class RunCheckpoints implements AutoCloseable {
    /** Below, files and waits cost more than shares of hashing and writing spare: docs/decisions/0013-shares.md. */
    static final long SHARED_BYTES_MIN = 32 << 20;

    private final Checkpointer checkpointer;
    private final Schedule every;
    private final long sharedBytesMin;
    private final LongSupplier nanoTime;
    private final Consumer<TrainingEvent> say;
    private final AtomicReference<SaveCost> cost;
    private final AtomicBoolean owed;
    private @Nullable ProgressFile progress;
    private int members = 1;
    private int serial;
    private boolean closed;
    private long lastStep;
    private long lastNanos;

    private RunCheckpoints(
            Checkpointer checkpointer,
            Schedule every,
            long sharedBytesMin,
            LongSupplier nanoTime,
            Consumer<TrainingEvent> say,
            AtomicReference<SaveCost> cost,
            AtomicBoolean owed) {
        this.checkpointer = checkpointer;
        this.every = every;
        this.sharedBytesMin = sharedBytesMin;
        this.nanoTime = nanoTime;
        this.say = say;
        this.cost = cost;
        this.owed = owed;
        this.lastNanos = nanoTime.getAsLong();
    }

    /** Opens a run's store, as the probe wants it seen, for saving whole states. */
    static RunCheckpoints open(
            RunFolder folder, RunConfig config, ProgressFile progress, Probe probe, Consumer<TrainingEvent> say)
            throws IOException {
        RunCheckpoints checkpoints = join(folder, config, probe, say);
        checkpoints.lead(progress);
        return checkpoints;
    }

    /** Opens a run's store, as the probe wants it seen, for a member of a team that does not lead yet. */
    static RunCheckpoints join(RunFolder folder, RunConfig config, Probe probe, Consumer<TrainingEvent> say)
            throws IOException {
        ObjectStore store = probe.around(
                folder.openCheckpoints(config, incident -> say.accept(new TrainingEvent.Warned(describe(incident)))));
        var cost = new AtomicReference<>(SaveCost.unknown());
        var owed = new AtomicBoolean();
        var options = config.checkpoint()
                .applyTo(CheckpointerOptions.defaults())
                .withListener(event -> {
                    if (event instanceof CheckpointEvent.Saved(SavedCheckpoint saved)) {
                        cost.updateAndGet(before -> before.after(saved));
                    }
                    if (event instanceof CheckpointEvent.Abandoned) {
                        owed.set(true);
                    }
                    tell(event, say);
                });
        return new RunCheckpoints(
                Checkpointer.join(store, options),
                config.checkpoint().every(),
                probe.sharedBytesMin(),
                System::nanoTime,
                say,
                cost,
                owed);
    }

    /** Takes the lead: what another has begun to save is not published any more. */
    void lead(ProgressFile counts) throws IOException {
        if (!closed) {
            checkpointer.lead();
            progress = counts;
            serial = 0;
            lastNanos = nanoTime.getAsLong();
        }
    }

    /** Lays the lead down. */
    void follow() {
        checkpointer.follow();
        progress = null;
    }

    /** From now on so many save together. */
    void members(int count) {
        members = count;
    }

    private static String describe(MirrorIncident incident) {
        return switch (incident) {
            case MirrorIncident.PrimaryFailed(String operation, String name, IOException failure) ->
                "checkpoints: %s %s: the mirror answered instead of the primary: %s"
                        .formatted(operation, name, failure.getMessage());
            case MirrorIncident.MirrorFailed(String operation, String name, IOException failure) ->
                "checkpoints: %s %s failed on the mirror: %s. It lacks this until 'perdure checkpoint repair'."
                        .formatted(operation, name, failure.getMessage());
            case MirrorIncident.Different(String name) ->
                "checkpoints: %s differs between primary and mirror. Run 'perdure checkpoint verify'.".formatted(name);
        };
    }

    private static void tell(CheckpointEvent event, Consumer<TrainingEvent> say) {
        switch (event) {
            case CheckpointEvent.Saved(SavedCheckpoint saved) ->
                say.accept(new TrainingEvent.Saved(
                        saved.step(),
                        saved.bytesWritten(),
                        saved.bytesReused(),
                        saved.stallMillis(),
                        saved.durableMillis()));
            case CheckpointEvent.PartSaved _ -> {}
            case CheckpointEvent.Abandoned(CheckpointName name, String reason) ->
                say.accept(new TrainingEvent.Warned(
                        "checkpoints: that of step %d was given up: %s. The next step is saved instead."
                                .formatted(name.step(), reason)));
            case CheckpointEvent.SaveFailed failed ->
                say.accept(new TrainingEvent.SaveFailed(
                        failed.name().step(), String.valueOf(failed.cause().getMessage()), failed.willRetry()));
            case CheckpointEvent.Healed(List<String> objects) ->
                say.accept(new TrainingEvent.Warned(
                        "checkpoints: damaged objects were replaced: " + String.join(", ", objects)));
            case CheckpointEvent.Pruned _ -> {}
            case CheckpointEvent.PruneFailed(Throwable cause) ->
                say.accept(
                        new TrainingEvent.Warned("checkpoints: old ones could not be deleted: " + cause.getMessage()));
        }
    }

    /**
     * Restores the newest intact checkpoint into the live tensors.
     *
     * @return the restored state; nothing when there is no checkpoint
     * @throws dev.perdure.checkpoint.CorruptCheckpointException if there are checkpoints, and none is intact
     */
    Optional<State> restoreNewest(State live) throws IOException {
        long begin = System.nanoTime();
        Optional<Restored> restored =
                isShared(live) ? checkpointer.checkpoints().restoreLatest(live) : checkpointer.restoreLatest(live);
        restored.ifPresent(r -> say.accept(
                new TrainingEvent.Restored(r.step(), (System.nanoTime() - begin) / 1e6, DamageLines.of(r.skipped()))));
        lastStep = restored.map(Restored::step).orElse(0L);
        return restored.map(Restored::state);
    }

    /** Takes back all checkpoints of later steps: what they hold is wrong. */
    void withdrawAfter(long step) throws IOException {
        List<CheckpointName> withdrawn = checkpointer.checkpoints().withdrawAfter(step);
        if (!withdrawn.isEmpty()) {
            say.accept(new TrainingEvent.Warned(
                    "checkpoints: %s hold wrong numbers, and were withdrawn".formatted(withdrawn)));
        }
    }

    /**
     * Returns what is to be saved after a step: the whole after the last one always, so that no other member is needed for
     * the result; otherwise what is due, or what had to be given up before.
     */
    SaveOrder orderFor(long step, boolean epochEnded, boolean isLast, Supplier<State> state) {
        if (isLast) {
            return SaveOrder.WHOLE;
        }
        var progressed = new Schedule.Progress(
                step, lastStep, epochEnded, Duration.ofNanos(nanoTime.getAsLong() - lastNanos), cost.get(), failures());
        if (!every.isDue(progressed) && !owed.get()) {
            return SaveOrder.NOTHING;
        }
        return isShared(state.get()) ? SaveOrder.shared(checkpointer.term(), ++serial) : SaveOrder.WHOLE;
    }

    private boolean isShared(State state) {
        return members > 1 && state.tensorBytes() >= sharedBytesMin;
    }

    /** Begins to save what was ordered, or one's share of it. */
    void save(SaveOrder order, Team team, long step, State state, Map<String, Double> metrics) throws IOException {
        lastStep = step;
        lastNanos = nanoTime.getAsLong();
        owed.set(false);
        if (order.kind() == SaveOrder.Kind.SHARED) {
            var share = new SaveShare(
                    order.term(), order.serial(), team.rank(), team.group().size());
            checkpointer.saveShare(step, state, metrics, share, team.calledOff());
        } else {
            checkpointer.save(step, state, metrics);
        }
    }

    /** Begins a save of this step unless this object has saved it, whatever the schedule says. */
    void saveUnlessDone(long step, Supplier<State> state, Map<String, Double> metrics) throws IOException {
        if (!closed && step != lastStep) {
            lastStep = step;
            checkpointer.save(step, state.get(), metrics);
        }
    }

    /** Every restore so far followed a failure. */
    private FailureRate failures() {
        ProgressFile counts = Objects.requireNonNull(progress, "only who leads decides");
        double seconds =
                counts.ledger().values().stream().mapToLong(nanos -> nanos).sum() / 1e9;
        return FailureRate.prior().after(seconds, counts.restores());
    }

    /** Waits until the weights may change again. */
    void awaitCaptured() {
        checkpointer.awaitCaptured();
    }

    /**
     * Ends saving: waits until the last save is durable. Again it does nothing.
     *
     * @throws dev.perdure.checkpoint.CheckpointSaveException if the last save failed
     */
    void finish() throws IOException {
        if (!closed) {
            closed = true;
            checkpointer.close();
        }
    }

    @Override
    public void close() throws IOException {
        finish();
    }
}
