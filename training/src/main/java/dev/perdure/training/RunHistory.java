package dev.perdure.training;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.perdure.checkpoint.SaveCost;
import dev.perdure.registry.Registries;
import dev.perdure.registry.Registry;
import dev.perdure.registry.RegistryException;
import dev.perdure.registry.Run;
import dev.perdure.reliability.Experience;
import dev.perdure.reliability.Goodput;
import dev.perdure.reliability.Lifetime;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * What runs teach about failures: read from what they leave behind, also while they go on, and also when they were never
 * concluded. What is missing is left out.
 */
public final class RunHistory {
    private static final int PAGE = 100;

    private final RunFolder folder;
    private final RunConfig config;
    private final List<StoryLine> story;

    private RunHistory(RunFolder folder, RunConfig config, List<StoryLine> story) {
        this.folder = folder;
        this.config = config;
        this.story = story;
    }

    /**
     * Reads a run's folder.
     *
     * @throws dev.perdure.core.BadSettingException if it holds no run
     * @throws RegistryException if its registry cannot be read
     */
    public static Experience of(RunFolder folder) throws IOException {
        var story = new ArrayList<StoryLine>();
        RunConfig config = folder.readConfig();
        if (Files.exists(folder.events())) {
            for (String text : Files.readAllLines(folder.events(), UTF_8)) {
                StoryLine.parse(text).ifPresent(story::add);
            }
        }
        return new RunHistory(folder, config, story).read();
    }

    /** Reads all runs of a registry: who failed, and when. It has no ledgers. */
    public static Experience of(Registry registry) throws RegistryException {
        Experience all = Experience.none();
        List<Run> page = registry.runs(Optional.empty(), PAGE);
        while (!page.isEmpty()) {
            for (Run run : page) {
                all = all.plus(of(WorkerLives.read(registry, run.id(), Optional.empty())));
            }
            page = registry.runs(Optional.of(page.getLast()), PAGE);
        }
        return all;
    }

    private static Experience of(WorkerLives lives) {
        var detect = new ArrayList<Double>();
        var recover = new ArrayList<Double>();
        int failures = 0;
        for (var incident : lives.incidents()) {
            if (FailureKinds.isOfAWorker(incident.kind())) {
                failures++;
                if (incident.detected().isPresent() && incident.recovered().isPresent()) {
                    detect.add(incident.detected().get().toMillis() / 1e3);
                    recover.add(incident.recovered().get().toMillis() / 1e3);
                }
            }
        }
        return Experience.counted(failures, lives.seconds(), 0, 0)
                .withTimes(detect, recover, lives.replaceSeconds(), List.of())
                .plus(living(lives.lives()));
    }

    private static Experience living(List<Lifetime> lives) {
        return new Experience(0, 0, 0, 0, List.of(), List.of(), List.of(), lives, List.of(), List.of());
    }

    private Experience read() throws IOException {
        var failures = folder.incidents().stream()
                .filter(incident -> FailureKinds.isOfAWorker(incident.kind()))
                .toList();
        var over = failures.stream()
                .filter(incident ->
                        Double.isFinite(incident.recoverMillis()) && Double.isFinite(incident.detectMillis()))
                .toList();
        Experience counted = counts(failures.size());
        Experience timed = counted.withTimes(
                over.stream().map(incident -> incident.detectMillis() / 1e3).toList(),
                over.stream().map(incident -> incident.recoverMillis() / 1e3).toList(),
                List.of(),
                saves());
        Optional<WorkerLives> lives = livesInTeam();
        return timed.withTimes(
                        List.of(),
                        List.of(),
                        lives.map(WorkerLives::replaceSeconds).orElse(List.of()),
                        List.of())
                .plus(living(lives.map(WorkerLives::lives).orElseGet(this::livesAlone)));
    }

    private Experience counts(int failures) throws IOException {
        if (!Files.exists(folder.progress())) {
            return Experience.counted(failures, 0, 0, 0);
        }
        try (ProgressFile progress = ProgressFile.open(folder.progress())) {
            Map<Purpose, Long> ledger = progress.ledger();
            double wall = ledger.values().stream().mapToLong(nanos -> nanos).sum() / 1e9;
            double useful = (ledger.getOrDefault(Purpose.COMPUTE, 0L) + ledger.getOrDefault(Purpose.DATA, 0L)) / 1e9;
            int setbacks = Math.toIntExact(progress.restores());
            Experience counted =
                    Experience.counted(failures, wall * (config.workers() + config.spares()), setbacks, wall);
            if (progress.stepHighest() == 0 || wall == 0) {
                return counted;
            }
            double after = wall - Math.min(startSeconds(), ledger.getOrDefault(Purpose.IDLE, 0L) / 1e9);
            double step = useful / progress.stepHighest();
            var ledgerOfRun = new Experience.RunLedger(
                    name(), new Goodput.Ledger(useful, after, setbacks), stepsBetweenSaves() * step, step);
            return counted.plus(new Experience(
                    0, 0, 0, 0, List.of(), List.of(), List.of(), List.of(), List.of(), List.of(ledgerOfRun)));
        }
    }

    private String name() {
        return folder.path().toAbsolutePath().normalize().getFileName().toString();
    }

    /** Returns how long the run took to begin, which no model of failures has in it. */
    private double startSeconds() {
        Optional<Instant> begun =
                story.stream().map(line -> Instant.parse(line.at())).findFirst();
        Optional<Instant> started = story.stream()
                .filter(line -> line.trainer() instanceof TrainingEvent.Started)
                .map(line -> Instant.parse(line.at()))
                .findFirst();
        return begun.isEmpty() || started.isEmpty() ? 0 : seconds(begun.get(), started.get());
    }

    private Map<Long, TrainingEvent.Saved> saved() {
        var saved = new TreeMap<Long, TrainingEvent.Saved>();
        for (StoryLine line : story) {
            if (line.trainer() instanceof TrainingEvent.Saved one) {
                saved.put(one.step(), one);
            }
        }
        return saved;
    }

    private List<Double> saves() {
        return saved().values().stream().map(RunHistory::cost).toList();
    }

    /** Returns what a save cost, by the same rule by which the trainer chooses its interval. */
    private static double cost(TrainingEvent.Saved saved) {
        double background = Math.max(0, saved.durableMillis() - saved.stallMillis()) / 1e3;
        return new SaveCost(
                        saved.stallMillis() / 1e3,
                        background,
                        SaveCost.unknown().backgroundShare())
                .seconds();
    }

    /** Returns the median; 0 when nothing was saved. */
    private double stepsBetweenSaves() {
        long before = 0;
        var steps = new ArrayList<Long>();
        for (long step : saved().keySet()) {
            steps.add(step - before);
            before = step;
        }
        return steps.isEmpty() ? 0 : steps.stream().sorted().toList().get(steps.size() / 2);
    }

    private Optional<WorkerLives> livesInTeam() throws RegistryException {
        if (!Files.exists(folder.registry())) {
            return Optional.empty();
        }
        try (Registry registry = Registries.sqlite(folder.registry())) {
            return Optional.of(WorkerLives.read(registry, name(), lastLine()));
        }
    }

    private Optional<Instant> lastLine() {
        return story.isEmpty()
                ? Optional.empty()
                : Optional.of(Instant.parse(story.getLast().at()));
    }

    /** Returns how long each trainer lived, from the start or from recovery until its failure or the story's end. */
    private List<Lifetime> livesAlone() {
        var lives = new ArrayList<Lifetime>();
        Optional<Instant> since = Optional.empty();
        for (StoryLine line : story) {
            Instant at = Instant.parse(line.at());
            Incident incident = line.incident();
            boolean fails = incident != null && incident.isOpen() && FailureKinds.isOfAWorker(incident.kind());
            boolean ends = StoryLine.ENDS.equals(line.supervisor());
            if (fails || ends) {
                live(lives, since, at, fails);
                since = fails ? Optional.of(at) : Optional.empty();
            } else if (StoryLine.BEGINS.equals(line.supervisor())) {
                since = Optional.of(at);
            }
        }
        if (!story.isEmpty()) {
            live(lives, since, Instant.parse(story.getLast().at()), false);
        }
        return lives;
    }

    private static void live(List<Lifetime> lives, Optional<Instant> since, Instant until, boolean failed) {
        double seconds = since.map(from -> seconds(from, until)).orElse(0.0);
        if (seconds > 0) {
            lives.add(new Lifetime(seconds, failed));
        }
    }

    private static double seconds(Instant from, Instant to) {
        return Math.max(0, Duration.between(from, to).toNanos() / 1e9);
    }
}
