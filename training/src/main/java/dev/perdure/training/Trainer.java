package dev.perdure.training;

import dev.perdure.checkpoint.CheckpointSaveException;
import dev.perdure.checkpoint.CorruptCheckpointException;
import dev.perdure.checkpoint.Weights;
import dev.perdure.core.BadSettingException;
import dev.perdure.core.State;
import dev.perdure.data.BadDataException;
import dev.perdure.data.Dataset;
import dev.perdure.data.Part;
import dev.perdure.engine.Engine;
import dev.perdure.engine.TrainableModel;
import dev.perdure.engine.TrainingPlan;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileLock;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A trainer process, from opening the data to the last durable checkpoint. It may be killed at any moment: whoever starts
 * the next one on the same folder goes on from the newest intact checkpoint.
 */
public final class Trainer {
    private static final Logger LOG = LoggerFactory.getLogger(Trainer.class);
    private static final Duration LOCK_PATIENCE = Duration.ofSeconds(10);

    private final RunFolder folder;
    private final RunConfig config;
    private final Engine engine;
    private final Consumer<TrainingEvent> say;
    private final Probe probe;
    private final boolean changedDataAllowed;
    private @Nullable Metrics metrics;

    /**
     * Prepares to train.
     *
     * @param say is told what happens, on the calling thread and on those that save
     * @param changedDataAllowed go on even when the data are not those the run began with
     */
    public Trainer(
            RunFolder folder,
            RunConfig config,
            Engine engine,
            Consumer<TrainingEvent> say,
            Probe probe,
            boolean changedDataAllowed) {
        this.folder = folder;
        this.config = config;
        this.engine = engine;
        this.say = say;
        this.probe = probe;
        this.changedDataAllowed = changedDataAllowed;
    }

    /** Trains to the end, or until something happens that starting again would not change. */
    public ExitCode run() throws InterruptedException {
        try {
            train();
            return ExitCode.OK;
        } catch (BadSettingException e) {
            return failed(ExitCode.BAD_SETTING, "bad-setting", e.getMessage(), null, e);
        } catch (BadDataException e) {
            return failed(ExitCode.BAD_DATA, "bad-data", e.getMessage(), null, e);
        } catch (DivergedException e) {
            return failed(ExitCode.DIVERGED, "diverged", e.getMessage(), e.step(), e);
        } catch (CheckpointSaveException e) {
            return failed(ExitCode.STORE_FAILED, "store-failed", e.getMessage(), null, e);
        } catch (UnwritableException e) {
            return failed(ExitCode.STORE_FAILED, "store-failed", e.getMessage(), null, e);
        } catch (IOException e) {
            return failed(ExitCode.INTERNAL, "trainer-failed", e.toString(), null, e);
        }
    }

    private ExitCode failed(
            ExitCode code, String kind, @Nullable String problem, @Nullable Long step, Exception cause) {
        LOG.error("The run stops: {}", kind, cause);
        say.accept(new TrainingEvent.Failed(code.code(), kind, String.valueOf(problem), step));
        return code;
    }

    private void train() throws IOException, InterruptedException {
        try (FileLock _ = claim();
                ProgressFile progress = ProgressFile.open(folder.progress())) {
            var booking = new Booking(progress, System::nanoTime, InstantSource.system(), probe);
            booking.enter(Phase.START, Purpose.IDLE, 0);
            Dataset data = Dataset.open(config.data(), config.seed());
            keepRecipe(data);
            Preflight.requireVariance(config, data);
            data.report().warnings().forEach(warning -> say.accept(new TrainingEvent.Warned(warning)));
            Preflight.tellBadRecords(data.report(), folder, say);
            try (RunCheckpoints checkpoints = RunCheckpoints.open(folder, config, progress, probe, say);
                    Opened opened = openRestored(data, checkpoints, booking)) {
                var loop = new TrainingLoop(config, data, opened.model(), checkpoints, progress, booking, this::tell);
                opened.restored().ifPresent(loop::restore);
                progress.restored(loop.step());
                try (Metrics lines = Metrics.openAfter(loop.step(), folder.metrics())) {
                    metrics = lines;
                    loop.run();
                }
                booking.enter(Phase.FINISH, Purpose.SAVE_STALL, loop.step());
                checkpoints.finish();
                booking.switchTo(Purpose.COMPUTE);
                say.accept(loop.finished(Weights.sha256(opened.model().state())));
                booking.switchTo(Purpose.IDLE);
            }
        }
    }

    /** A model, and the state it was restored from if there was one. */
    private record Opened(TrainableModel model, Optional<State> restored) implements AutoCloseable {
        @Override
        public void close() {
            model.close();
        }
    }

    /** Opens the model with the newest intact checkpoint's weights; when none is intact, as the recipe makes it. */
    private Opened openRestored(Dataset data, RunCheckpoints checkpoints, Booking booking) throws IOException {
        TrainableModel model = engine.open(planFor(data));
        sayStarted(data, model);
        booking.enter(Phase.RESTORE, Purpose.RESTORE, 0);
        try {
            return new Opened(model, checkpoints.restoreNewest(model.state()));
        } catch (CorruptCheckpointException e) {
            model.close();
            say.accept(new TrainingEvent.Restored(0, 0, DamageLines.of(e.damages())));
            return new Opened(engine.open(planFor(data)), Optional.empty());
        } catch (IOException | RuntimeException | Error e) {
            model.close();
            throw e;
        }
    }

    private void tell(TrainingEvent event) {
        try {
            if (metrics != null) {
                metrics.write(event);
            }
        } catch (IOException e) {
            throw new UnwritableException(
                    "%s: cannot be written: %s. Make room or mend the folder, then: perdure resume %s"
                            .formatted(folder.metrics(), e.getMessage(), folder.path()),
                    e);
        }
        say.accept(event);
    }

    private void sayStarted(Dataset data, TrainableModel model) {
        StepPlan plan = TrainingLoop.planOf(config, data);
        say.accept(new TrainingEvent.Started(
                engine.build(),
                data.digest(),
                data.ids(Part.TRAIN).length,
                data.ids(Part.VALIDATION).length,
                model.parameters(),
                plan.steps(),
                plan.stepsPerEpoch()));
    }

    /** Writes the recipe of a new run, and holds a resumed one to its own. */
    private void keepRecipe(Dataset data) throws IOException {
        Optional<Recipe> kept = Recipe.read(folder.recipe());
        if (kept.isPresent() && !kept.get().dataDigest().equals(data.digest())) {
            String both = "The data changed: digest %s (expected: %s, with which this run began)."
                    .formatted(data.digest(), kept.get().dataDigest());
            if (!changedDataAllowed) {
                throw new BadDataException(
                        both
                                + " Bring the former data back, start a new run, or go on all the same with --allow-changed-data.");
            }
            say.accept(new TrainingEvent.Warned(both + " Allowed by --allow-changed-data."));
        }
        if (kept.isEmpty()) {
            Recipe.of(config, data.digest(), engine.build()).write(folder.recipe());
        }
    }

    /** The run's folder takes nothing more: starting again would meet the same. */
    private static final class UnwritableException extends UncheckedIOException {
        private static final long serialVersionUID = 1L;

        UnwritableException(String message, IOException cause) {
            super(message, cause);
        }
    }

    private FileLock claim() throws IOException, InterruptedException {
        long deadline = System.nanoTime() + LOCK_PATIENCE.toNanos();
        while (true) {
            Optional<FileLock> lock = folder.tryLock("trainer");
            if (lock.isPresent()) {
                return lock.get();
            }
            if (System.nanoTime() > deadline) {
                throw new BadSettingException(
                        "%s: another trainer works on this run. End it, or wait for it.".formatted(folder.path()));
            }
            Thread.sleep(20);
        }
    }

    private TrainingPlan planFor(Dataset data) {
        return new TrainingPlan(
                config.model().model(),
                data.sampleShape(),
                data.outputs(),
                config.model().loss(),
                config.optimizer(),
                config.seed(),
                config.threads());
    }
}
