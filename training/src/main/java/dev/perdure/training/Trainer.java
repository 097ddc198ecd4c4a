package dev.perdure.training;

import dev.perdure.checkpoint.CorruptCheckpointException;
import dev.perdure.checkpoint.Weights;
import dev.perdure.core.BadSettingException;
import dev.perdure.core.State;
import dev.perdure.data.Dataset;
import dev.perdure.data.Part;
import dev.perdure.engine.Engine;
import dev.perdure.engine.TrainableModel;
import dev.perdure.engine.TrainingPlan;
import java.io.IOException;
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
        } catch (IOException | RuntimeException e) {
            RunFailure failure = RunFailure.of(e);
            LOG.error("The run stops: {}", failure.kind(), e);
            say.accept(failure.event());
            return failure.code();
        }
    }

    private void train() throws IOException, InterruptedException {
        try (FileLock _ = claim();
                ProgressFile progress = ProgressFile.open(folder.progress())) {
            var booking = new Booking(progress, System::nanoTime, InstantSource.system(), probe);
            booking.enter(Phase.START, Purpose.IDLE, 0);
            Dataset data = Dataset.open(config.data(), config.seed());
            Preflight.keepRecipe(folder, config, data, engine.build(), changedDataAllowed)
                    .ifPresent(warning -> say.accept(new TrainingEvent.Warned(warning)));
            Preflight.requireVariance(config, data);
            data.report().warnings().forEach(warning -> say.accept(new TrainingEvent.Warned(warning)));
            Preflight.tellBadRecords(data.report(), folder, say);
            try (RunCheckpoints checkpoints = RunCheckpoints.open(folder, config, progress, probe, say);
                    Opened opened = openRestored(data, checkpoints, booking)) {
                Team team = Team.alone(config.microbatches());
                var loop = new TrainingLoop(
                        config, data, opened.model(), () -> checkpoints, booking, this::tell, () -> {}, probe);
                opened.restored().ifPresent(loop::restore);
                progress.restored(loop.step());
                try (Metrics lines = Metrics.openAfter(loop.step(), folder.metrics())) {
                    metrics = lines;
                    loop.run(team);
                }
                booking.enter(Phase.FINISH, Purpose.SAVE_STALL, loop.step());
                checkpoints.finish();
                booking.switchTo(Purpose.COMPUTE);
                say.accept(loop.finished(team, Weights.sha256(opened.model().state())));
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
        TrainableModel model = engine.open(planFor(config, data));
        sayStarted(config, data, model, engine, say);
        booking.enter(Phase.RESTORE, Purpose.RESTORE, 0);
        try {
            return new Opened(model, checkpoints.restoreNewest(model.state()));
        } catch (CorruptCheckpointException e) {
            model.close();
            say.accept(new TrainingEvent.Restored(0, 0, DamageLines.of(e.damages())));
            return new Opened(engine.open(planFor(config, data)), Optional.empty());
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
            throw UnwritableException.of(folder, e);
        }
        say.accept(event);
    }

    static void sayStarted(
            RunConfig config, Dataset data, TrainableModel model, Engine engine, Consumer<TrainingEvent> say) {
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

    static TrainingPlan planFor(RunConfig config, Dataset data) {
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
