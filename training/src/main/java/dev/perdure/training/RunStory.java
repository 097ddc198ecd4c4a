package dev.perdure.training;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedWriter;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What happened to a run, in the order of time: {@code events.jsonl}, which a later supervisor on the same folder tells on,
 * and at the end the report. Not thread-safe: it belongs to the supervisor's thread.
 */
final class RunStory implements Closeable {
    private final RunFolder folder;
    private final RunConfig config;
    private final RunListener listener;
    private final InstantSource clock;
    private final BufferedWriter events;
    private final List<StoryLine> lines = new ArrayList<>();
    private final Map<String, String> begunAt = new HashMap<>();
    private final Map<String, Incident> open = new LinkedHashMap<>();
    private GuardWatch guards = new GuardWatch();

    private RunStory(
            RunFolder folder, RunConfig config, RunListener listener, InstantSource clock, BufferedWriter events) {
        this.folder = folder;
        this.config = config;
        this.listener = listener;
        this.clock = clock;
        this.events = events;
    }

    /** Takes up the story where an earlier supervisor left it, and notes it when that one did not end on its own. */
    static RunStory open(
            RunFolder folder, RunConfig config, RunListener listener, InstantSource clock, ProgressFile progress)
            throws IOException {
        BufferedWriter events =
                Files.newBufferedWriter(folder.events(), UTF_8, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        var story = new RunStory(folder, config, listener, clock, events);
        boolean running = false;
        for (String text : Files.readAllLines(folder.events(), UTF_8)) {
            Optional<StoryLine> line = StoryLine.parse(text);
            line.ifPresent(story::remember);
            if (line.isPresent() && line.get().supervisor() != null) {
                running = StoryLine.BEGINS.equals(line.get().supervisor());
            }
        }
        story.guards = story.watchAgain();
        if (running) {
            story.incident(
                    "supervisor-killed",
                    "the story of this run breaks off at step " + progress.step(),
                    "resumed",
                    "the newest intact checkpoint holds everything that is needed",
                    progress);
        }
        story.write(StoryLine.supervisor(story.now(), StoryLine.BEGINS));
        return story;
    }

    /** Returns the incidents of a run so far, in order, each as it is known last; also while the run goes on. */
    static List<Incident> incidents(RunFolder folder) throws IOException {
        var incidents = new LinkedHashMap<String, Incident>();
        if (Files.exists(folder.events())) {
            for (String text : Files.readAllLines(folder.events(), UTF_8)) {
                StoryLine.parse(text)
                        .flatMap(line -> Optional.ofNullable(line.incident()))
                        .ifPresent(incident -> incidents.put(incident.key(), incident));
            }
        }
        return List.copyOf(incidents.values());
    }

    /** The supervisor ends its work in good order. */
    void ends() throws IOException {
        write(StoryLine.supervisor(now(), StoryLine.ENDS));
    }

    private void remember(StoryLine line) {
        lines.add(line);
        Incident incident = line.incident();
        if (incident != null && incident.isOpen()) {
            open.put(incident.key(), incident);
        } else if (incident != null) {
            open.remove(incident.key());
        }
    }

    /** Writes down what a member of a team said. What that says of incidents is for the team's supervisor to decide. */
    void told(TrainingEvent event) throws IOException {
        if (event instanceof TrainingEvent.SaveFailed) {
            write(StoryLine.of(now(), event));
            listener.said(event);
        } else {
            heard(event);
        }
    }

    /** Writes down what a trainer said, and what follows from it, and tells the listener. */
    void heard(TrainingEvent event) throws IOException {
        if (!(event instanceof TrainingEvent.StepApplied)) {
            write(StoryLine.of(now(), event));
        }
        switch (event) {
            case TrainingEvent.StepApplied _, TrainingEvent.Finished _ -> {
                recovered();
                listener.said(event);
            }
            case TrainingEvent.Restored restored -> {
                listener.said(event);
                noteDamage(restored);
            }
            case TrainingEvent.SaveFailed failed -> {
                listener.said(event);
                noteSaveFailed(failed);
            }
            case TrainingEvent.Failed _,
                    TrainingEvent.Started _,
                    TrainingEvent.EpochEnded _,
                    TrainingEvent.Saved _,
                    TrainingEvent.Warned _ -> listener.said(event);
        }
        for (GuardWatch.Finding finding : guards.hear(event)) {
            heard(finding.warning());
        }
    }

    /** Returns a watch that has seen what is recorded of the run. What it finds and nobody was told of is told now. */
    private GuardWatch watchAgain() throws IOException {
        var watch = new GuardWatch();
        var told = new ArrayList<TrainingEvent.Warned>();
        for (StoryLine line : lines) {
            if (line.trainer() instanceof TrainingEvent.Started started) {
                watch.hear(started);
            } else if (line.trainer() instanceof TrainingEvent.Warned warned) {
                told.add(warned);
            }
        }
        var found = new ArrayList<GuardWatch.Finding>();
        for (TrainingEvent event : Metrics.read(folder.metrics())) {
            found.addAll(watch.hear(event));
        }
        told.forEach(watch::hear);
        for (GuardWatch.Finding finding : found) {
            if (told.stream().noneMatch(warned -> warned.guard() == finding.guard())) {
                heard(finding.warning());
            }
        }
        return watch;
    }

    private void noteSaveFailed(TrainingEvent.SaveFailed failed) throws IOException {
        String action = failed.retrying() ? "retried" : "given up";
        String reason = failed.retrying()
                ? "a save is tried again within its budget"
                : "its attempts are spent; the next save may succeed (checkpoint.save-errors-max: %d)"
                        .formatted(config.checkpoint().saveErrorsMax());
        note(new Incident(now(), "save-failed", failed.problem(), action, reason, 0, 0));
    }

    private void noteDamage(TrainingEvent.Restored restored) throws IOException {
        for (String damage : restored.damage()) {
            note(new Incident(
                    now(),
                    "checkpoint-damaged",
                    damage,
                    restored.step() == 0 ? "started over from the recipe" : "went back to step " + restored.step(),
                    "the newest intact checkpoint is the cheapest that is right",
                    0,
                    restored.millis()));
        }
    }

    /** Notes an incident that went unnoticed since the last sign of life. */
    void incident(String kind, String evidence, String action, String reason, ProgressFile progress)
            throws IOException {
        long heartbeat = progress.heartbeatMillis();
        double detectMillis = heartbeat == 0 ? 0 : Math.max(0, clock.millis() - heartbeat);
        double recoverMillis = action.equals("stopped") ? 0 : Double.NaN;
        note(new Incident(now(), kind, evidence, action, reason, detectMillis, recoverMillis));
    }

    private void recovered() throws IOException {
        for (Incident incident : List.copyOf(open.values())) {
            Duration took = Duration.between(Instant.parse(incident.at()), clock.instant());
            note(incident.recovered(Math.max(0, took.toNanos() / 1e6)));
        }
    }

    /** Notes what a team's supervisor recorded; more may become known of it later. */
    void happened(dev.perdure.supervision.Incident incident) throws IOException {
        String at = begunAt.computeIfAbsent(incident.id(), _ -> now());
        double recovered =
                incident.recoverNanos().isPresent() ? incident.recoverNanos().getAsLong() / 1e6 : Double.NaN;
        note(new Incident(
                at,
                incident.kind(),
                incident.evidence(),
                incident.action(),
                incident.reason(),
                incident.detectNanos() / 1e6,
                recovered,
                incident.decision().map(Choices::beliefs).orElse(List.of()),
                incident.decision().map(Choices::alternatives).orElse(List.of())));
        if (incident.recoverNanos().isPresent()) {
            begunAt.remove(incident.id());
        }
    }

    void note(Incident incident) throws IOException {
        write(StoryLine.of(now(), incident));
        listener.incident(incident);
    }

    private void write(StoryLine line) throws IOException {
        remember(line);
        events.write(line.format());
        events.write('\n');
        events.flush();
    }

    /**
     * Writes the report.
     *
     * @param outcome {@code finished}, or how it stopped
     */
    RunReport conclude(String outcome, ProgressFile progress) throws IOException {
        guards = watchAgain();
        RunReport report = RunReport.of(config.name(), outcome, lines, guards.report(), progress);
        RunFolder.write(folder.reportJson(), report.toJson());
        RunFolder.write(
                folder.reportHtml(), ReportPage.render(report, Metrics.read(folder.metrics()), config.toYaml()));
        return report;
    }

    private String now() {
        return clock.instant().toString();
    }

    @Override
    public void close() throws IOException {
        events.close();
    }
}
