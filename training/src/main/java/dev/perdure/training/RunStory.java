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
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

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
    private Optional<TrainingEvent.Failed> failure = Optional.empty();
    private GuardWatch guards = new GuardWatch();
    /** Open incidents of which the supervisor's machine says itself when they are over. */
    private final Set<String> decided = new HashSet<>();

    private boolean breaksOff;
    private String lastLineAt = "";

    private RunStory(
            RunFolder folder, RunConfig config, RunListener listener, InstantSource clock, BufferedWriter events) {
        this.folder = folder;
        this.config = config;
        this.listener = listener;
        this.clock = clock;
        this.events = events;
    }

    /** Takes up the story where an earlier supervisor left it. */
    static RunStory open(RunFolder folder, RunConfig config, RunListener listener, InstantSource clock)
            throws IOException {
        BufferedWriter events =
                Files.newBufferedWriter(folder.events(), UTF_8, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        var story = new RunStory(folder, config, listener, clock, events);
        for (String text : Files.readAllLines(folder.events(), UTF_8)) {
            Optional<StoryLine> line = StoryLine.parse(text);
            line.ifPresent(story::remember);
        }
        story.guards = story.watchAgain();
        return story;
    }

    /**
     * A supervisor begins. When the one before it did not end on its own, that is an incident.
     *
     * @param predecessor what is known of the one before; nothing if nobody watched it
     * @param living how many workers stepped on without it
     */
    void begins(Optional<Predecessor> predecessor, int living, ProgressFile progress) throws IOException {
        if (breaksOff) {
            String where = "the story of this run breaks off at step " + progress.step();
            note(new Incident(
                    predecessor
                            .map(Predecessor::noticed)
                            .orElseGet(clock::instant)
                            .toString(),
                    "supervisor-killed",
                    predecessor.map(p -> p.evidence() + "; " + where).orElse(where),
                    living > 0
                            ? "another took its place; %s stepped on".formatted(Figures.count(living, "worker"))
                            : "resumed",
                    living > 0
                            ? "every worker has the whole state and steps without a supervisor as well"
                            : "the newest intact checkpoint holds everything that is needed",
                    unnoticedMillis(predecessor, living, progress),
                    Double.NaN));
        }
        write(StoryLine.supervisor(now(), StoryLine.BEGINS));
    }

    private double unnoticedMillis(Optional<Predecessor> predecessor, int living, ProgressFile progress) {
        if (predecessor.isPresent()) {
            Predecessor watched = predecessor.get();
            return Math.max(
                    0, Duration.between(watched.lastSign(), watched.noticed()).toMillis());
        }
        return living > 0
                ? Math.max(
                        0,
                        Duration.between(Instant.parse(lastLineAt), clock.instant())
                                .toMillis())
                : sinceHeartbeat(progress);
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

    /** Returns whether a supervisor has worked on this run and ended on its own. */
    boolean isOver() {
        return !lines.isEmpty() && !breaksOff;
    }

    /** Returns whether the report says that the run has finished. */
    boolean isConcluded() {
        try {
            return Files.exists(folder.reportJson())
                    && RunReport.read(folder.reportJson()).finished();
        } catch (IOException e) {
            return false; // none that could be relied on
        }
    }

    /** The supervisor ends its work in good order. */
    void ends() throws IOException {
        write(StoryLine.supervisor(now(), StoryLine.ENDS));
    }

    private void remember(StoryLine line) {
        lines.add(line);
        lastLineAt = line.at();
        breaksOff = line.supervisor() == null ? breaksOff : StoryLine.BEGINS.equals(line.supervisor());
        Incident incident = line.incident();
        if (incident != null && incident.isOpen()) {
            open.put(incident.key(), incident);
        } else if (incident != null) {
            open.remove(incident.key());
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
            case TrainingEvent.Failed failed -> {
                failure = Optional.of(failed);
                listener.said(event);
            }
            case TrainingEvent.Started _,
                    TrainingEvent.EpochEnded _,
                    TrainingEvent.Saved _,
                    TrainingEvent.SaveFailed _,
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

    /** Returns why a worker said that it cannot go on, if one did. */
    Optional<TrainingEvent.Failed> failure() {
        return failure;
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

    /** The run ends because of something that starting again would not change. */
    void stopped(TrainingEvent.Failed why, ProgressFile progress) throws IOException {
        note(new Incident(
                now(),
                why.kind(),
                why.problem(),
                "stopped",
                "the worker said that starting it again would not help",
                sinceHeartbeat(progress),
                0));
    }

    private double sinceHeartbeat(ProgressFile progress) {
        long heartbeat = progress.heartbeatMillis();
        return heartbeat == 0 ? 0 : Math.max(0, clock.millis() - heartbeat);
    }

    /** Training goes on: what the machine does not tell of itself is over. */
    private void recovered() throws IOException {
        List<Incident> over = open.values().stream()
                .filter(incident -> !decided.contains(incident.key()))
                .toList();
        for (Incident incident : over) {
            Duration took = Duration.between(Instant.parse(incident.at()), clock.instant());
            note(incident.recovered(Math.max(0, took.toNanos() / 1e6)));
        }
    }

    /** Notes what a team's supervisor recorded; more may become known of it later. */
    void happened(dev.perdure.supervision.Incident incident) throws IOException {
        String at = begunAt.computeIfAbsent(incident.id(), _ -> now());
        double recovered =
                incident.recoverNanos().isPresent() ? incident.recoverNanos().getAsLong() / 1e6 : Double.NaN;
        var known = new Incident(
                at,
                incident.kind(),
                incident.evidence(),
                incident.action(),
                incident.reason(),
                incident.detectNanos() / 1e6,
                recovered,
                incident.decision().map(Choices::beliefs).orElse(List.of()),
                incident.decision().map(Choices::alternatives).orElse(List.of()));
        decided.add(known.key());
        note(known);
        if (incident.recoverNanos().isPresent()) {
            begunAt.remove(incident.id());
            decided.remove(known.key());
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
        RunReport report = report(outcome, progress);
        RunFolder.write(folder.reportJson(), report.toJson());
        RunFolder.write(
                folder.reportHtml(), ReportPage.render(report, Metrics.read(folder.metrics()), config.toYaml()));
        return report;
    }

    RunReport report(String outcome, ProgressFile progress) {
        return RunReport.of(config.name(), outcome, lines, guards.report(), progress);
    }

    private String now() {
        return clock.instant().toString();
    }

    @Override
    public void close() throws IOException {
        events.close();
    }
}
