package dev.perdure.training;

import dev.perdure.checkpoint.CheckpointEvent;
import dev.perdure.checkpoint.CheckpointName;
import dev.perdure.checkpoint.Checkpointer;
import dev.perdure.checkpoint.CheckpointerOptions;
import dev.perdure.checkpoint.Restored;
import dev.perdure.checkpoint.SaveCost;
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
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/** A run's checkpoints: when they are due, and what is told of them. One thread calls. */
final class RunCheckpoints implements AutoCloseable {
    private final Checkpointer checkpointer;
    private final Schedule every;
    private final ProgressFile progress;
    private final LongSupplier nanoTime;
    private final Consumer<TrainingEvent> say;
    private final AtomicReference<SaveCost> cost;
    private boolean closed;
    private long lastStep;
    private long lastNanos;

    private RunCheckpoints(
            Checkpointer checkpointer,
            Schedule every,
            ProgressFile progress,
            LongSupplier nanoTime,
            Consumer<TrainingEvent> say,
            AtomicReference<SaveCost> cost) {
        this.checkpointer = checkpointer;
        this.every = every;
        this.progress = progress;
        this.nanoTime = nanoTime;
        this.say = say;
        this.cost = cost;
        this.lastNanos = nanoTime.getAsLong();
    }

    /** Opens a run's store, as the probe wants it seen, for saving. */
    static RunCheckpoints open(
            RunFolder folder, RunConfig config, ProgressFile progress, Probe probe, Consumer<TrainingEvent> say)
            throws IOException {
        ObjectStore store = probe.around(
                folder.openCheckpoints(config, incident -> say.accept(new TrainingEvent.Warned(describe(incident)))));
        var cost = new AtomicReference<>(SaveCost.unknown());
        var options = config.checkpoint()
                .applyTo(CheckpointerOptions.defaults())
                .withListener(event -> {
                    if (event instanceof CheckpointEvent.Saved(SavedCheckpoint saved)) {
                        cost.updateAndGet(before -> before.after(saved));
                    }
                    tell(event, say);
                });
        return new RunCheckpoints(
                Checkpointer.open(store, options), config.checkpoint().every(), progress, System::nanoTime, say, cost);
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
        Optional<Restored> restored = checkpointer.restoreLatest(live);
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

    /** Begins a save if one is due after this step, and always after the last. */
    void saveIfDue(long step, boolean epochEnded, boolean isLast, Supplier<State> state, Map<String, Double> metrics)
            throws IOException {
        var progressed = new Schedule.Progress(
                step, lastStep, epochEnded, Duration.ofNanos(nanoTime.getAsLong() - lastNanos), cost.get(), failures());
        if (every.isDue(progressed) || isLast) {
            lastStep = step;
            lastNanos = nanoTime.getAsLong();
            checkpointer.save(step, state.get(), metrics);
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
        double seconds =
                progress.ledger().values().stream().mapToLong(nanos -> nanos).sum() / 1e9;
        return FailureRate.prior().after(seconds, progress.restores());
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
