package dev.perdure.chaos;

import dev.perdure.chaos.Agenda.Due;
import dev.perdure.chaos.Agenda.Entry;
import dev.perdure.chaos.ChaosFolder.Fired;
import dev.perdure.chaos.ChaosFolder.Present;
import dev.perdure.chaos.Reckoning.Redone;
import dev.perdure.chaos.Reckoning.Sighting;
import dev.perdure.training.ExitCode;
import dev.perdure.training.IncidentFeed;
import dev.perdure.training.ProgressFile;
import dev.perdure.training.RunFolder;
import dev.perdure.training.RunReport;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Trains a run while it lets an agenda's faults happen, and watches from outside, as a person would: the supervisor and the
 * workers are processes of their own, and times are this process's. Not thread-safe.
 */
public final class Campaign {
    private static final Duration LOOK = Duration.ofMillis(5);
    private static final Duration SUCCESSION = Duration.ofMillis(300);
    private static final Duration STANDSTILL_MAX = Duration.ofMinutes(4);
    private static final Duration TURN_MAX = Duration.ofSeconds(20);
    private static final int LOOKS_A_TICK = 50;

    private final RunFolder run;
    private final ChaosFolder folder;
    private final Agenda agenda;
    private final SupervisorLauncher launcher;
    private final CampaignListener listener;
    private final IncidentFeed feed;
    private final Instant began = Instant.now();
    private final Map<String, Sighting> sightings = new LinkedHashMap<>();
    private final List<Redone> redone = new ArrayList<>();
    private final Map<String, Fired> fired = new TreeMap<>();
    private final List<Entry> outside;
    private @Nullable ProgressFile progress;
    private Process supervisor;
    private long stepsRedone;
    private long step;
    private Instant stepped = began;
    private Instant firedLast = began;
    private @Nullable Instant firstStep;

    private Campaign(
            RunFolder run, ChaosFolder folder, Agenda agenda, SupervisorLauncher launcher, CampaignListener listener)
            throws IOException {
        this.run = run;
        this.folder = folder;
        this.agenda = agenda;
        this.launcher = launcher;
        this.listener = listener;
        this.feed = new IncidentFeed(run);
        this.outside = new ArrayList<>(agenda.entries().stream()
                .filter(entry -> !(entry.fault() instanceof Fault.Inside) && !(entry.due() instanceof Due.Before))
                .toList());
        this.supervisor = launcher.start(run, folder);
    }

    /**
     * Trains to the end.
     *
     * @param run is created already; its data are damaged already, if that is in the plan
     * @param folder is empty
     * @param plan as text
     * @param every replaces the plan's pauses between faults repeated in time
     * @param expected the SHA-256 of the weights of the undisturbed run
     */
    public static ChaosReport run(
            RunFolder run,
            ChaosFolder folder,
            String plan,
            long seed,
            Optional<Duration> every,
            String expected,
            SupervisorLauncher launcher,
            CampaignListener listener)
            throws IOException, InterruptedException {
        int workers = run.readConfig().workers();
        folder.create(plan, seed, workers, every);
        Agenda agenda = folder.agenda();
        for (Entry entry : agenda.entries()) {
            if (entry.due() instanceof Due.Before) {
                folder.claim(entry.id(), "the data", "before both trainings");
            }
        }
        var campaign = new Campaign(run, folder, agenda, launcher, listener);
        String problem = campaign.watch();
        return campaign.report(seed, expected, problem);
    }

    /** Returns why the run ended, when it did not finish. */
    private String watch() throws IOException, InterruptedException {
        try (var injector = new Injector(run, folder, () -> supervisor.toHandle())) {
            for (long looks = 1; ; looks++) {
                boolean hasEnded = supervisor.waitFor(LOOK.toNanos(), TimeUnit.NANOSECONDS);
                look();
                if (hasEnded && supervisor.exitValue() != 128 + 9) {
                    return supervisor.exitValue() == ExitCode.OK.code()
                            ? ""
                            : "its supervisor ended with exit code " + supervisor.exitValue();
                }
                if (hasEnded) {
                    Thread.sleep(SUCCESSION);
                    supervisor = launcher.start(run, folder);
                }
                fire(injector);
                if (looks % LOOKS_A_TICK == 0) {
                    tick(injector);
                }
                if (Duration.between(stepped, Instant.now()).compareTo(STANDSTILL_MAX) > 0) {
                    return "no step was applied for %d s".formatted(STANDSTILL_MAX.toSeconds());
                }
            }
        } finally {
            if (progress != null) {
                progress.close();
            }
        }
    }

    private void tick(Injector injector) throws IOException {
        takeInFired();
        long happened = agenda.entries().stream()
                .filter(entry -> fired.containsKey(entry.id()))
                .count();
        giveTurn();
        listener.tick(step, (int) happened, agenda.entries().size());
        boolean allHappened = happened == agenda.entries().size();
        if (allHappened && !Files.exists(folder.over()) && !injector.isBusy() && reckon().isSettled()) {
            Files.createFile(folder.over());
        }
    }

    private void takeInFired() throws IOException {
        for (Fired one : folder.allFired(fired.keySet())) {
            fired.put(one.id(), one);
            listener.fired(one.id(), one.who(), one.how());
        }
    }

    /** Lets the next of those that wait happen when the one before is over and done with, or was not noticed for long. */
    private void giveTurn() throws IOException {
        List<Entry> waiting = agenda.entries().stream()
                .filter(entry -> entry.due() instanceof Due.AtStep(long _, boolean waits) && waits)
                .sorted(Comparator.comparingLong(entry -> ((Due.AtStep) entry.due()).step()))
                .toList();
        Optional<Entry> next =
                waiting.stream().filter(entry -> !fired.containsKey(entry.id())).findFirst();
        if (next.isEmpty()) {
            return;
        }
        double now = Duration.between(began, Instant.now()).toMillis() / 1e3;
        boolean isFree = reckon().rows().stream().allMatch(row -> {
            Double at = row.firedSeconds();
            return at == null || row.verdict().isGood() || now - at > TURN_MAX.toSeconds();
        });
        if (isFree) {
            folder.setTurn(next.get().id());
        }
    }

    /** Takes in what has changed. */
    private void look() throws IOException {
        Instant now = Instant.now();
        if (progress == null && Files.exists(run.progress())) {
            progress = ProgressFile.open(run.progress());
        }
        if (progress != null) {
            if (progress.step() != step) {
                step = progress.step();
                stepped = now;
                firstStep = firstStep == null ? now : firstStep;
            }
            if (progress.stepsRedone() > stepsRedone) {
                redone.add(new Redone(now, progress.stepsRedone() - stepsRedone));
                stepsRedone = progress.stepsRedone();
            }
        }
        for (IncidentFeed.Entry entry : feed.poll()) {
            Sighting before = sightings.get(entry.key());
            if (before == null) {
                listener.told(entry.incident());
            }
            Instant seen = before == null ? now : before.seen();
            Instant recovered = before == null || before.recovered() == null ? null : before.recovered();
            sightings.put(
                    entry.key(),
                    new Sighting(
                            entry.key(),
                            entry.incident().kind(),
                            seen,
                            recovered == null && entry.isRecovered() ? now : recovered));
        }
    }

    private void fire(Injector injector) throws IOException {
        if (outside.isEmpty()) {
            return;
        }
        for (Entry entry : List.copyOf(outside)) {
            if (isDue(entry)) {
                injector.fire(entry);
                if (folder.isClaimed(entry.id())) {
                    outside.remove(entry);
                    firedLast = Instant.now();
                }
            }
        }
    }

    private boolean isDue(Entry entry) throws IOException {
        return switch (entry.due()) {
            case Due.AtStep(long at, boolean waits) ->
                step >= Math.max(1, at) && (!waits || (folder.hasTurn(entry.id()) && isComplete()));
            case Due.AfterPause(long at, Duration pause) ->
                step >= Math.max(1, at) && !Instant.now().isBefore(firedLast.plus(pause));
            case Due.After(Duration since) ->
                firstStep != null && !Instant.now().isBefore(firstStep.plus(since));
            case Due.Before _ -> false;
        };
    }

    /** Returns whether as many workers as wanted are members of one team. */
    private boolean isComplete() throws IOException {
        List<Present> present = folder.allPresent();
        return present.stream().filter(it -> it.members() >= agenda.workers()).count() >= agenda.workers();
    }

    private Reckoning.Result reckon() throws IOException {
        takeInFired();
        return Reckoning.of(
                agenda.entries(), List.copyOf(fired.values()), List.copyOf(sightings.values()), redone, began);
    }

    private ChaosReport report(long seed, String expected, String problem) throws IOException, InterruptedException {
        int orphans = endOrphans();
        if (!problem.isEmpty()) {
            supervisor.destroyForcibly().waitFor();
        }
        Reckoning.Result result = reckon();
        Optional<RunReport> trained =
                Files.exists(run.reportJson()) ? Optional.of(RunReport.read(run.reportJson())) : Optional.empty();
        return new ChaosReport(
                run.readConfig().name(),
                seed,
                agenda.workers(),
                expected,
                trained.map(RunReport::weightsSha256).orElse(""),
                problem.isEmpty() ? "" : trained.map(RunReport::outcome).orElse(problem),
                trained.map(RunReport::samplesLost).orElse(0L),
                trained.map(RunReport::samplesRepeated).orElse(0L),
                trained.map(RunReport::steps).orElse(step),
                stepsRedone,
                sightings.size(),
                result.unexplained().stream().map(Sighting::key).collect(Collectors.toList()),
                problem.isEmpty() ? orphans : 0,
                Duration.between(began, Instant.now()).toMillis() / 1e3,
                result.rows());
    }

    /** Ends whoever is left, and returns how many that were. */
    private int endOrphans() throws IOException {
        List<Present> left = folder.allPresent();
        left.forEach(it -> ProcessHandle.of(it.pid()).ifPresent(ProcessHandle::destroyForcibly));
        return left.size();
    }
}
