package dev.perdure.training;

import dev.perdure.core.BadSettingException;
import dev.perdure.registry.Lease;
import dev.perdure.registry.Registries;
import dev.perdure.registry.Registry;
import dev.perdure.registry.Standing;
import dev.perdure.supervision.Command;
import dev.perdure.supervision.Event;
import dev.perdure.supervision.Fact;
import dev.perdure.supervision.Facts;
import dev.perdure.supervision.FromWorker;
import dev.perdure.supervision.Outcome;
import dev.perdure.supervision.Patience;
import dev.perdure.supervision.Run;
import dev.perdure.supervision.SteadySuspicion;
import dev.perdure.supervision.Step;
import dev.perdure.supervision.Supervision;
import dev.perdure.supervision.Targets;
import dev.perdure.supervision.WorkerId;
import java.io.IOException;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.time.Duration;
import java.time.InstantSource;
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
    private static final Duration LEASE = Duration.ofSeconds(30);
    private static final Duration RENEWAL = Duration.ofSeconds(5);

    private final RunFolder folder;
    private final RunConfig config;
    private final SupervisorPort.Opener ports;
    private final WorkerLauncher launcher;
    private final RunListener listener;
    private final InstantSource clock;
    private final BlockingQueue<Event> events = new LinkedBlockingQueue<>();
    private TrainingEvent.@Nullable Failed failure;

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

    /**
     * Runs to the end.
     *
     * @throws BadSettingException if another supervisor works on this folder
     * @throws IOException if the folder or the registry cannot be written
     */
    public RunSupervisor.Outcome run() throws IOException, InterruptedException {
        try (FileLock _ = claim();
                ProgressFile progress = ProgressFile.open(folder.progress());
                Registry registry = Registries.sqlite(folder.registry());
                RunStory story = RunStory.open(folder, config, listener, clock, progress)) {
            Outcome outcome = supervise(registry, progress, story);
            story.ends();
            return conclude(outcome, progress, story);
        }
    }

    /** From now on so many workers are wanted. May be called by any thread, while this runs. */
    public void resize(int workers, int spares) {
        events.add(new Event.Resize(workers, spares));
    }

    private FileLock claim() throws IOException {
        return folder.tryLock("supervisor")
                .orElseThrow(() -> new BadSettingException(
                        "%s: another perdure process is working on this run. Wait for it, or end it first."
                                .formatted(folder.path())));
    }

    private Outcome supervise(Registry registry, ProgressFile progress, RunStory story)
            throws IOException, InterruptedException {
        Files.createDirectories(folder.meetings());
        String run = folder.path().toAbsolutePath().normalize().getFileName().toString();
        registry.register(
                new dev.perdure.registry.Run(run, clock.instant(), config.digest(), config.digest(), Builds.id()));
        // Whoever holds the folder's lock is its only supervisor: the one before it is dead, and need not be waited
        // for.
        Lease lease = registry.acquire(run, "the holder of the folder's lock", LEASE, clock.instant());
        Standing standing = registry.standing(run);
        Targets targets = new Targets(config.workers(), config.spares(), config.microbatches());
        Facts facts = standing.handover().map(Handovers::parse).orElseGet(() -> Facts.none(targets));
        var records = new Records(
                registry, lease, facts, standing.lastIncident().orElse(0), Hosts.name(), clock, events::add);
        var supervision = Supervision.takeOver(runOf(), facts, lease.epoch());
        ExecutorService recorder = Executors.newSingleThreadExecutor(
                Thread.ofPlatform().name("perdure-records").daemon().factory());
        try (var workers = new WorkerProcesses(folder, launcher, standing.workers(), events::add);
                SupervisorPort port = ports.open(folder, lease.epoch(), new Ears())) {
            if (!targets.equals(facts.targets())) {
                events.add(new Event.Resize(targets.workers(), targets.spares()));
            }
            var hands = new Hands(workers, port, records, recorder, story);
            return loop(supervision, hands, progress);
        } finally {
            recorder.execute(records::release);
            recorder.shutdown();
            recorder.awaitTermination(10, TimeUnit.SECONDS);
        }
    }

    private Run runOf() {
        return new Run(
                Builds.id(),
                config.digest(),
                Long.MAX_VALUE,
                "file:" + folder.meetings().toAbsolutePath(),
                config.vigilance().patience(),
                config.vigilance().within(config.restarts().budgets()),
                SteadySuspicion.within(config.vigilance().bounds()));
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
            Optional<Outcome> outcome = hands.take(supervision.on(event == null ? new Event.Tick() : event, now));
            listener.tick();
            if (outcome.isPresent()) {
                if (interrupted) {
                    throw new InterruptedException("interrupted, and all workers are ended");
                }
                return outcome.get();
            }
        }
    }

    /** Hands what workers say over to the loop. */
    private final class Ears implements SupervisorPort.Listener {
        @Override
        public void said(long connection, FromWorker message) {
            events.add(new Event.Said(connection, message));
        }

        @Override
        public void lost(long connection, WorkerId worker, String evidence) {
            events.add(new Event.ConnectionLost(connection, worker, evidence));
        }
    }

    /** Does what the machine says. */
    private final class Hands {
        private final WorkerProcesses workers;
        private final SupervisorPort port;
        private final Records records;
        private final ExecutorService recorder;
        private final RunStory story;

        Hands(WorkerProcesses workers, SupervisorPort port, Records records, ExecutorService recorder, RunStory story) {
            this.workers = workers;
            this.port = port;
            this.records = records;
            this.recorder = recorder;
            this.story = story;
        }

        void renew() {
            recorder.execute(records::renew);
        }

        /** What is for people goes to the story, whatever becomes of it in the machine. */
        void hear(Event event) throws IOException {
            if (event instanceof Event.Said(long _, FromWorker.Told told)) {
                Optional<TrainingEvent> said = EventLines.parse(told.text());
                if (said.isPresent()) {
                    if (said.get() instanceof TrainingEvent.Failed failed) {
                        failure = failed;
                    }
                    story.heard(said.get());
                }
            } else if (event instanceof Event.Said(long _, FromWorker.Join join)) {
                workers.joined(join.worker(), join.pid());
            }
        }

        /** Returns the outcome when all is over. */
        Optional<Outcome> take(Step step) throws IOException {
            step.reasons().forEach(reason -> LOG.info("{}", reason));
            for (Command command : step.commands()) {
                switch (command) {
                    case Command.Send send -> port.send(send.connection(), send.worker(), send.message());
                    case Command.Launch launch ->
                        workers.launch(launch.worker(), launch.slot()).ifPresent(process -> {
                            listener.trainerStarted(process);
                            recorder.execute(() -> records.started(launch.worker(), launch.slot(), process));
                        });
                    case Command.Kill kill -> workers.kill(kill.worker());
                    case Command.Write batch -> {
                        recorder.execute(() -> records.record(batch));
                        tell(batch);
                    }
                    case Command.Finish finish -> {
                        return Optional.of(finish.outcome());
                    }
                }
            }
            return Optional.empty();
        }

        private void tell(Command.Write batch) throws IOException {
            for (Fact fact : batch.facts()) {
                if (fact instanceof Fact.Happened(dev.perdure.supervision.Incident incident)) {
                    story.happened(incident);
                } else if (fact instanceof Fact.Formed formed) {
                    listener.teamFormed(formed.generation().shares().size());
                }
            }
        }
    }

    private RunSupervisor.Outcome conclude(Outcome outcome, ProgressFile progress, RunStory story) throws IOException {
        return switch (outcome) {
            case Outcome.Completed _ ->
                new RunSupervisor.Outcome(ExitCode.OK, "", story.conclude("finished", progress));
            case Outcome.Failed(WorkerId worker, String reason) -> {
                ExitCode code = failure == null ? ExitCode.INTERNAL : ExitCode.of(failure.exitCode());
                yield ended(code, failure == null ? worker + ": " + reason : failure.problem(), progress, story);
            }
            case Outcome.Spent(String reason) -> ended(ExitCode.RESTARTS_SPENT, reason, progress, story);
            case Outcome.Stopped(String reason) -> ended(ExitCode.INTERRUPTED, reason, progress, story);
            case Outcome.RegistryLost(String reason) -> ended(ExitCode.STORE_FAILED, reason, progress, story);
            case Outcome.Superseded(long epoch) ->
                ended(
                        ExitCode.INTERRUPTED,
                        "another supervisor (epoch %d) has taken this run over".formatted(epoch),
                        progress,
                        story);
        };
    }

    private static RunSupervisor.Outcome ended(ExitCode code, String problem, ProgressFile progress, RunStory story)
            throws IOException {
        return new RunSupervisor.Outcome(code, problem, story.conclude("stopped: " + problem, progress));
    }
}
