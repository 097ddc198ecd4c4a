package dev.perdure.training;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.perdure.core.BadSettingException;
import dev.perdure.training.RestartPolicy.Decision;
import dev.perdure.training.RestartPolicy.History;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.channels.FileLock;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Keeps a run going: starts the trainer as a child process, listens, starts it again when it dies, and writes down what
 * happened. Plain Java without any model engine, so that no native crash can reach it. Decisions are
 * {@link RestartPolicy}'s; this class acts on them.
 *
 * <p>When the supervisor dies, its trainer notices the end of its input and stops; a later supervisor on the same folder
 * tells the story on.
 */
public final class RunSupervisor {
    private static final Duration TICK = Duration.ofMillis(100);
    private static final int QUEUE_LINES = 10_000;

    private final RunFolder folder;
    private final RunConfig config;
    private final TrainerLauncher launcher;
    private final RunListener listener;
    private final InstantSource clock;
    private History history = History.none();
    private TrainingEvent.@Nullable Failed failure;

    /**
     * Prepares to supervise a run.
     *
     * @param folder holds the run's configuration already
     */
    public RunSupervisor(
            RunFolder folder, RunConfig config, TrainerLauncher launcher, RunListener listener, InstantSource clock) {
        this.folder = folder;
        this.config = config;
        this.launcher = launcher;
        this.listener = listener;
        this.clock = clock;
    }

    /**
     * How a run ended.
     *
     * @param problem what to tell the person who started it; empty when the run finished
     */
    public record Outcome(ExitCode exitCode, String problem, RunReport report) {}

    /**
     * Runs to the end: all steps applied, or a reason to stop that restarting cannot remove.
     *
     * @throws BadSettingException if another supervisor works on this folder
     * @throws IOException if the folder cannot be written
     */
    public Outcome run() throws IOException, InterruptedException {
        try (FileLock _ = claim();
                ProgressFile progress = ProgressFile.open(folder.progress());
                RunStory story = RunStory.open(folder, config, listener, clock, progress)) {
            Decision.GiveUp gaveUp = superviseUntilEnd(progress, story);
            return conclude(gaveUp, progress, story);
        }
    }

    /** Returns nothing when all steps are applied. An interruption is an end as orderly as any other. */
    private Decision.@Nullable GiveUp superviseUntilEnd(ProgressFile progress, RunStory story)
            throws IOException, InterruptedException {
        try {
            Decision.GiveUp gaveUp = superviseUntilDone(progress, story);
            story.ends();
            return gaveUp;
        } catch (InterruptedException e) {
            story.ends();
            throw e;
        }
    }

    private FileLock claim() throws IOException {
        return folder.tryLock("supervisor")
                .orElseThrow(() -> new BadSettingException(
                        "%s: another perdure process is working on this run. Wait for it, or end it first."
                                .formatted(folder.path())));
    }

    private Decision.@Nullable GiveUp superviseUntilDone(ProgressFile progress, RunStory story)
            throws IOException, InterruptedException {
        while (true) {
            long highestBefore = progress.stepHighest();
            int exit = superviseOne(progress, story);
            boolean newSteps = progress.stepHighest() > highestBefore;
            if (exit == ExitCode.INTERRUPTED.code()) {
                waitFor(TICK, progress); // Ctrl-C reaches both processes: this one's own end may be on its way
            }
            switch (config.restarts().decide(exit, newSteps, history)) {
                case Decision.Done _ -> {
                    return null;
                }
                case Decision.GiveUp gaveUp -> {
                    noteEnd(exit, "stopped", gaveUp.reason(), progress, story);
                    return gaveUp;
                }
                case Decision.Restart(Duration pause, String reason) -> {
                    noteEnd(exit, "restarted", reason, progress, story);
                    history = history.restarted(newSteps);
                    waitFor(pause, progress);
                }
            }
        }
    }

    private void noteEnd(int exit, String action, String reason, ProgressFile progress, RunStory story)
            throws IOException {
        if (failure != null) {
            story.incident(failure.kind(), failure.problem(), action, reason, progress);
        } else {
            String evidence = "trainer %s after step %d".formatted(RestartPolicy.describe(exit), progress.step());
            story.incident(exit > 128 ? "trainer-killed" : "trainer-failed", evidence, action, reason, progress);
        }
    }

    /** Starts a trainer and listens until it has ended; returns its exit value. */
    private int superviseOne(ProgressFile progress, RunStory story) throws IOException, InterruptedException {
        failure = null;
        Process trainer = launcher.start(folder);
        listener.trainerStarted(trainer.toHandle());
        BlockingQueue<Optional<String>> lines = new ArrayBlockingQueue<>(QUEUE_LINES);
        Thread.ofVirtual().name("trainer-output").start(() -> pump(trainer, lines));
        try {
            long last = System.nanoTime();
            while (true) {
                Optional<String> line = lines.poll(TICK.toMillis(), TimeUnit.MILLISECONDS);
                long now = System.nanoTime();
                progress.addWall(now - last);
                last = now;
                listener.tick();
                if (line == null) {
                    continue;
                }
                if (line.isEmpty()) {
                    return trainer.waitFor();
                }
                var event = EventLines.parse(line.get());
                if (event.isPresent()) {
                    heard(event.get(), story);
                }
            }
        } finally {
            trainer.destroyForcibly();
            trainer.waitFor();
        }
    }

    /** Hands over the trainer's lines, and nothing when its output has ended. */
    private static void pump(Process trainer, BlockingQueue<Optional<String>> lines) {
        try (BufferedReader reader = new BufferedReader(new InputStreamReader(trainer.getInputStream(), UTF_8))) {
            for (String line = reader.readLine(); line != null; line = reader.readLine()) {
                lines.put(Optional.of(line));
            }
        } catch (IOException e) {
            // The pipe broke: the trainer has ended, which is all there is to say.
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            putEnd(lines);
        }
    }

    private static void putEnd(BlockingQueue<Optional<String>> lines) {
        try {
            lines.put(Optional.empty());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void heard(TrainingEvent event, RunStory story) throws IOException {
        if (event instanceof TrainingEvent.Failed failed) {
            failure = failed;
        }
        story.heard(event);
    }

    private void waitFor(Duration pause, ProgressFile progress) throws InterruptedException {
        Thread.sleep(pause);
        progress.addWall(pause.toNanos());
    }

    private Outcome conclude(Decision.@Nullable GiveUp gaveUp, ProgressFile progress, RunStory story)
            throws IOException {
        RunReport report = story.conclude(gaveUp == null ? "finished" : "stopped: " + gaveUp.reason(), progress);
        if (gaveUp == null) {
            return new Outcome(ExitCode.OK, "", report);
        }
        String problem = failure != null ? failure.problem() : gaveUp.reason();
        return new Outcome(gaveUp.exitCode(), problem, report);
    }
}
