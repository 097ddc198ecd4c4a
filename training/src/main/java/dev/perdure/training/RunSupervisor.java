package dev.perdure.training;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.perdure.core.BadSettingException;
import dev.perdure.training.RestartPolicy.Decision;
import dev.perdure.training.RestartPolicy.History;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
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
    private final List<StoryLine> story = new ArrayList<>();
    private History history = History.none();
    private final Map<String, Incident> open = new LinkedHashMap<>();
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
                BufferedWriter events = Files.newBufferedWriter(
                        folder.events(), UTF_8, StandardOpenOption.CREATE, StandardOpenOption.APPEND)) {
            readStory(progress, events);
            write(events, StoryLine.supervisor(now(), StoryLine.BEGINS));
            Decision.GiveUp gaveUp = superviseUntilEnd(progress, events);
            return conclude(gaveUp, progress);
        }
    }

    /** Returns nothing when all steps are applied. An interruption is an end as orderly as any other. */
    private Decision.@Nullable GiveUp superviseUntilEnd(ProgressFile progress, BufferedWriter events)
            throws IOException, InterruptedException {
        try {
            Decision.GiveUp gaveUp = superviseUntilDone(progress, events);
            write(events, StoryLine.supervisor(now(), StoryLine.ENDS));
            return gaveUp;
        } catch (InterruptedException e) {
            write(events, StoryLine.supervisor(now(), StoryLine.ENDS));
            throw e;
        }
    }

    private FileLock claim() throws IOException {
        return folder.tryLock("supervisor")
                .orElseThrow(() -> new BadSettingException(
                        "%s: another perdure process is working on this run. Wait for it, or end it first."
                                .formatted(folder.path())));
    }

    /** Takes up the story where an earlier supervisor left it, and notes it when that one did not end on its own. */
    private void readStory(ProgressFile progress, BufferedWriter events) throws IOException {
        boolean running = false;
        for (String text : Files.readAllLines(folder.events(), UTF_8)) {
            Optional<StoryLine> line = StoryLine.parse(text);
            line.ifPresent(this::remember);
            if (line.isPresent() && line.get().supervisor() != null) {
                running = StoryLine.BEGINS.equals(line.get().supervisor());
            }
        }
        if (running) {
            incident(
                    events,
                    "supervisor-killed",
                    "the story of this run breaks off at step " + progress.step(),
                    "resumed",
                    "the newest intact checkpoint holds everything that is needed",
                    progress);
        }
    }

    private void remember(StoryLine line) {
        story.add(line);
        Incident incident = line.incident();
        if (incident != null && incident.isOpen()) {
            open.put(incident.key(), incident);
        } else if (incident != null) {
            open.remove(incident.key());
        }
    }

    private Decision.@Nullable GiveUp superviseUntilDone(ProgressFile progress, BufferedWriter events)
            throws IOException, InterruptedException {
        while (true) {
            long highestBefore = progress.stepHighest();
            int exit = superviseOne(progress, events);
            boolean newSteps = progress.stepHighest() > highestBefore;
            if (exit == ExitCode.INTERRUPTED.code()) {
                waitFor(TICK, progress); // Ctrl-C reaches both processes: this one's own end may be on its way
            }
            switch (config.restarts().decide(exit, newSteps, history)) {
                case Decision.Done _ -> {
                    return null;
                }
                case Decision.GiveUp gaveUp -> {
                    noteEnd(exit, "stopped", gaveUp.reason(), progress, events);
                    return gaveUp;
                }
                case Decision.Restart(Duration pause, String reason) -> {
                    noteEnd(exit, "restarted", reason, progress, events);
                    history = history.restarted(newSteps);
                    waitFor(pause, progress);
                }
            }
        }
    }

    private void noteEnd(int exit, String action, String reason, ProgressFile progress, BufferedWriter events)
            throws IOException {
        if (failure != null) {
            incident(events, failure.kind(), failure.problem(), action, reason, progress);
        } else {
            String evidence = "trainer %s after step %d".formatted(RestartPolicy.describe(exit), progress.step());
            incident(events, exit > 128 ? "trainer-killed" : "trainer-failed", evidence, action, reason, progress);
        }
    }

    /** Starts a trainer and listens until it has ended; returns its exit value. */
    private int superviseOne(ProgressFile progress, BufferedWriter events) throws IOException, InterruptedException {
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
                    heard(event.get(), events);
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

    private void heard(TrainingEvent event, BufferedWriter events) throws IOException {
        if (!(event instanceof TrainingEvent.StepApplied)) {
            write(events, StoryLine.of(now(), event));
        }
        switch (event) {
            case TrainingEvent.StepApplied _, TrainingEvent.Finished _ -> {
                recovered(events);
                listener.said(event);
            }
            case TrainingEvent.Failed failed -> {
                failure = failed;
                listener.said(event);
            }
            case TrainingEvent.Restored restored -> {
                listener.said(event);
                noteDamage(restored, events);
            }
            case TrainingEvent.SaveFailed failed -> {
                listener.said(event);
                noteSaveFailed(failed, events);
            }
            case TrainingEvent.Started _, TrainingEvent.EpochEnded _, TrainingEvent.Saved _, TrainingEvent.Warned _ ->
                listener.said(event);
        }
    }

    private void noteSaveFailed(TrainingEvent.SaveFailed failed, BufferedWriter events) throws IOException {
        String action = failed.retrying() ? "retried" : "given up";
        String reason = failed.retrying()
                ? "a save is tried again within its budget"
                : "its attempts are spent; the next save may succeed (checkpoint.save-errors-max: %d)"
                        .formatted(config.checkpoint().saveErrorsMax());
        note(events, new Incident(now(), "save-failed", failed.problem(), action, reason, 0, 0));
    }

    private void noteDamage(TrainingEvent.Restored restored, BufferedWriter events) throws IOException {
        for (String damage : restored.damage()) {
            note(
                    events,
                    new Incident(
                            now(),
                            "checkpoint-damaged",
                            damage,
                            restored.step() == 0
                                    ? "started over from the recipe"
                                    : "went back to step " + restored.step(),
                            "the newest intact checkpoint is the cheapest that is right",
                            0,
                            restored.millis()));
        }
    }

    private void incident(
            BufferedWriter events, String kind, String evidence, String action, String reason, ProgressFile progress)
            throws IOException {
        long heartbeat = progress.heartbeatMillis();
        double detectMillis = heartbeat == 0 ? 0 : Math.max(0, clock.millis() - heartbeat);
        double recoverMillis = action.equals("stopped") ? 0 : Double.NaN;
        note(events, new Incident(now(), kind, evidence, action, reason, detectMillis, recoverMillis));
    }

    private void recovered(BufferedWriter events) throws IOException {
        for (Incident incident : List.copyOf(open.values())) {
            Duration took = Duration.between(Instant.parse(incident.at()), clock.instant());
            note(events, incident.recovered(Math.max(0, took.toNanos() / 1e6)));
        }
    }

    private void note(BufferedWriter events, Incident incident) throws IOException {
        write(events, StoryLine.of(now(), incident));
        listener.incident(incident);
    }

    private void write(BufferedWriter events, StoryLine line) throws IOException {
        remember(line);
        events.write(line.format());
        events.write('\n');
        events.flush();
    }

    private void waitFor(Duration pause, ProgressFile progress) throws InterruptedException {
        Thread.sleep(pause);
        progress.addWall(pause.toNanos());
    }

    private Outcome conclude(Decision.@Nullable GiveUp gaveUp, ProgressFile progress) throws IOException {
        String outcome = gaveUp == null ? "finished" : "stopped: " + gaveUp.reason();
        RunReport report = RunReport.of(config.name(), outcome, story, progress);
        RunFolder.write(folder.reportJson(), report.toJson());
        RunFolder.write(
                folder.reportHtml(), ReportPage.render(report, Metrics.read(folder.metrics()), config.toYaml()));
        if (gaveUp == null) {
            return new Outcome(ExitCode.OK, "", report);
        }
        String problem = failure != null ? failure.problem() : gaveUp.reason();
        return new Outcome(gaveUp.exitCode(), problem, report);
    }

    private String now() {
        return clock.instant().toString();
    }
}
