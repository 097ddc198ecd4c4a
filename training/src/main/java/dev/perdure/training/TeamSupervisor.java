package dev.perdure.training;

import dev.perdure.registry.Lease;
import dev.perdure.registry.Registry;
import dev.perdure.registry.Standing;
import dev.perdure.supervision.Event;
import dev.perdure.supervision.Facts;
import dev.perdure.supervision.FromWorker;
import dev.perdure.supervision.Outcome;
import dev.perdure.supervision.Patience;
import dev.perdure.supervision.Precedents;
import dev.perdure.supervision.Run;
import dev.perdure.supervision.Step;
import dev.perdure.supervision.Supervision;
import dev.perdure.supervision.Suspicion;
import dev.perdure.supervision.Targets;
import dev.perdure.supervision.WorkerId;
import java.io.IOException;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps a team of workers training: a thin shell around {@link Supervision}, which decides. One thread feeds it what happened
 * and does what it says; another makes its facts durable. Plain Java without any model engine.
 *
 * <p>When this process is killed the workers step on. The next supervisor on the same folder learns from the registry who
 * they are, and they come back to it by themselves: nothing is redone.
 */
public final class TeamSupervisor {
    private static final Logger LOG = LoggerFactory.getLogger(TeamSupervisor.class);
    private static final Duration RENEWAL = Duration.ofSeconds(2);

    private final RunFolder folder;
    private final RunConfig config;
    private final SupervisorPort.Opener ports;
    private final WorkerLauncher launcher;
    private final RunListener listener;
    private final InstantSource clock;
    private final BlockingQueue<Event> events = new LinkedBlockingQueue<>();
    private Optional<Predecessor> predecessor = Optional.empty();
    private boolean waits;
    private volatile @Nullable String stopped;
    private volatile @Nullable Exception portFailure;

    /**
     * Prepares to supervise a run.
     *
     * @param folder holds the run's configuration already
     */
    public TeamSupervisor(
            RunFolder folder,
            RunConfig config,
            SupervisorPort.Opener ports,
            WorkerLauncher launcher,
            RunListener listener,
            InstantSource clock) {
        this.folder = folder;
        this.config = config;
        this.ports = ports;
        this.launcher = launcher;
        this.listener = listener;
        this.clock = clock;
    }

    /** Takes the place of a supervisor that was watched until it was gone. To be called before {@link #run}. */
    public void succeeds(Predecessor watched) {
        predecessor = Optional.of(watched);
    }

    /** Waits, when it runs, until the run has no supervisor any more, instead of refusing. To be called before {@link #run}. */
    public void standsBy() {
        waits = true;
    }

    /**
     * Runs to the end. One that stands by returns as soon as the run has ended without it.
     *
     * @throws RunTakenException if another supervisor works on this folder
     * @throws IOException if the folder or the registry cannot be written
     */
    public RunOutcome run() throws IOException, InterruptedException {
        try (FileLock _ = claim();
                ProgressFile progress = ProgressFile.open(folder.progress());
                Registry registry = RunRegistry.open(folder, config.supervision(), System.getenv());
                RunStory story = RunStory.open(folder, config, listener, clock)) {
            String run = RunRegistry.enter(registry, folder, config, clock.instant());
            var claim = new LeaseClaim(registry, run, "supervisor on " + Hosts.name(), clock, System::nanoTime);
            Optional<Lease> lease = claim.take(folder, waits, () -> stopped != null, listener);
            boolean endedBefore = waits && story.isOver();
            if (lease.isEmpty() || endedBefore) {
                lease.ifPresent(claim::giveBack);
                String problem = endedBefore ? "the run has ended; there is nothing to take over" : "stopped";
                return new RunOutcome(
                        endedBefore ? ExitCode.OK : ExitCode.INTERRUPTED, problem, story.report(problem, progress));
            }
            try {
                Outcome outcome = supervise(registry, lease.get(), progress, story);
                if (!(outcome instanceof Outcome.Superseded)) {
                    story.ends();
                }
                return conclude(outcome, progress, story);
            } catch (InterruptedException e) {
                story.ends();
                throw e;
            }
        }
    }

    /** Ends the run where it stands, in good order. May be called by any thread. */
    public void stop(String reason) {
        stopped = reason;
        events.add(new Event.StopAsked(reason));
    }

    /** From now on so many workers are wanted. May be called by any thread, while this runs. */
    public void resize(int workers, int spares) {
        events.add(new Event.Resize(workers, spares));
    }

    private FileLock claim() throws IOException, InterruptedException {
        while (true) {
            Optional<FileLock> lock = folder.tryLock("supervisor");
            if (lock.isPresent()) {
                return lock.get();
            }
            if (!waits || stopped != null) {
                throw new RunTakenException(folder);
            }
            listener.tick();
            Thread.sleep(LeaseClaim.LOOK_AROUND);
        }
    }

    private Outcome supervise(Registry registry, Lease lease, ProgressFile progress, RunStory story)
            throws IOException, InterruptedException {
        Files.createDirectories(folder.meetings());
        Standing standing = registry.standing(lease.run());
        Targets targets = new Targets(config.workers(), config.spares(), config.microbatches());
        Facts facts = standing.handover()
                .map(text -> Handovers.parse(text, story.isConcluded()))
                .orElseGet(() -> Facts.none(targets));
        var records = new Records(
                registry, lease, facts, standing.lastIncident().orElse(0), Hosts.name(), clock, events::add);
        var supervision = Supervision.takeOver(runOf(Lessons.read(registry)), facts, lease.epoch());
        ExecutorService recorder = Executors.newSingleThreadExecutor(
                Thread.ofPlatform().name("perdure-records").daemon().factory());
        try (var workers = new WorkerProcesses(folder, launcher, standing.workers(), events::add);
                var port =
                        new LatePort(ports, folder, lease.epoch(), new Ears(events::add, workers), this::portFailed)) {
            int living = workers.count();
            if (living > 0) {
                progress.addWallWithoutSupervisor();
                await(port);
            }
            story.begins(predecessor, living, progress);
            if (!targets.equals(facts.targets())) {
                events.add(new Event.Resize(targets.workers(), targets.spares()));
            }
            var hands = new Hands(
                    workers, port, records, recorder, story, new Downtime(progress, System::nanoTime), listener);
            Outcome outcome = loop(supervision, hands, progress);
            if (portFailure != null) {
                throw new IOException("the supervisor cannot listen: " + portFailure.getMessage(), portFailure);
            }
            return outcome;
        } finally {
            recorder.execute(records::release);
            recorder.shutdown();
            for (int i = 0; i < 100 && !recorder.awaitTermination(100, TimeUnit.MILLISECONDS); i++) {
                listener.tick();
            }
        }
    }

    /** Workers that step on are given time to come back only from when they can. */
    private void await(LatePort port) throws InterruptedException {
        while (!port.isSettled()) {
            listener.tick();
            TimeUnit.MILLISECONDS.sleep(5);
        }
    }

    private void portFailed(Exception why) {
        portFailure = why;
        events.add(new Event.StopAsked("the supervisor cannot listen"));
    }

    private Run runOf(Precedents precedents) {
        return new Run(
                Builds.id(),
                config.digest(),
                Long.MAX_VALUE,
                "file:" + folder.meetings().toAbsolutePath(),
                config.vigilance().patience(),
                config.vigilance().within(config.supervision().budgets()),
                Suspicion.within(config.vigilance().bounds()),
                config.checks().onDivergence(),
                precedents,
                List.of());
    }

    /** Feeds the machine until it says that all is over. */
    private Outcome loop(Supervision supervision, Hands hands, ProgressFile progress)
            throws IOException, InterruptedException {
        Duration tick = Patience.standard().tick();
        long last = System.nanoTime();
        long renewed = last;
        boolean interrupted = false;
        while (true) {
            Event event = null;
            try {
                event = events.poll(tick.toNanos(), TimeUnit.NANOSECONDS);
            } catch (InterruptedException e) {
                interrupted = true;
                event = new Event.StopAsked("interrupted");
            }
            long now = System.nanoTime();
            progress.addWall(now - last);
            last = now;
            if (now - renewed > RENEWAL.toNanos()) {
                renewed = now;
                hands.renew();
            }
            if (event != null) {
                hands.hear(event);
            }
            Step step = supervision.on(event == null ? new Event.Tick() : event, now);
            boolean forPeople = event instanceof Event.Said(long _, FromWorker.Told _);
            if (!forPeople) {
                step.reasons().forEach(reason -> LOG.info("{}", reason));
            }
            Optional<Outcome> outcome = hands.take(step);
            listener.tick();
            if (outcome.isPresent()) {
                if (interrupted) {
                    throw new InterruptedException("interrupted, and all workers are ended");
                }
                return outcome.get();
            }
        }
    }

    private RunOutcome conclude(Outcome outcome, ProgressFile progress, RunStory story) throws IOException {
        return switch (outcome) {
            case Outcome.Completed _ -> new RunOutcome(ExitCode.OK, "", story.conclude("finished", progress));
            case Outcome.Failed(WorkerId worker, String reason) -> {
                Optional<TrainingEvent.Failed> why = story.failure();
                if (why.isEmpty()) {
                    yield ended(ExitCode.INTERNAL, worker + ": " + reason, progress, story);
                }
                story.stopped(why.get(), progress);
                yield ended(ExitCode.of(why.get().exitCode()), why.get().problem(), progress, story);
            }
            case Outcome.Diverged(String reason) -> {
                ExitCode code = ExitCode.DIVERGED;
                story.stopped(new TrainingEvent.Failed(code.code(), "diverged", reason, null), progress);
                yield ended(code, reason, progress, story);
            }
            case Outcome.Spent(String reason) -> ended(ExitCode.RESTARTS_SPENT, reason, progress, story);
            case Outcome.Stopped(String reason) -> ended(ExitCode.INTERRUPTED, reason, progress, story);
            case Outcome.RegistryLost(String reason) -> ended(ExitCode.STORE_FAILED, reason, progress, story);
            case Outcome.Superseded(long epoch) -> throw new RunTakenException(folder, epoch);
        };
    }

    private static RunOutcome ended(ExitCode code, String problem, ProgressFile progress, RunStory story)
            throws IOException {
        return new RunOutcome(code, problem, story.conclude("stopped: " + problem, progress));
    }
}
