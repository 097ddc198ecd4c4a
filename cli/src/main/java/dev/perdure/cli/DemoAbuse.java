package dev.perdure.cli;

import dev.perdure.chaos.Signals;
import dev.perdure.training.Incident;
import dev.perdure.training.RunConfig;
import dev.perdure.training.RunListener;
import dev.perdure.training.TeamSupervisor;
import dev.perdure.training.TrainingEvent;
import java.io.PrintStream;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What the demonstration does to its workers, in plain sight: it kills one, hangs one, and adds one. */
final class DemoAbuse implements RunListener {
    private final RunListener watcher;
    private final PrintStream out;
    private final RunConfig config;
    private final List<ProcessHandle> workers = new ArrayList<>();
    private final Deque<Misdeed> coming = new ArrayDeque<>();
    private @Nullable TeamSupervisor supervisor;

    private record Misdeed(long step, Runnable act) {}

    DemoAbuse(RunListener watcher, PrintStream out, RunConfig config) {
        this.watcher = watcher;
        this.out = out;
        this.config = config;
    }

    void has(TeamSupervisor team) {
        supervisor = team;
    }

    @Override
    public void trainerStarted(ProcessHandle worker) {
        workers.add(worker);
        watcher.trainerStarted(worker);
    }

    @Override
    public void said(TrainingEvent event) {
        watcher.said(event);
        if (event instanceof TrainingEvent.Started started && coming.isEmpty()) {
            plan(started.steps());
        }
        Misdeed next = coming.peek();
        if (event instanceof TrainingEvent.StepApplied applied && next != null && applied.step() >= next.step()) {
            coming.remove();
            next.act().run();
            if (coming.isEmpty()) {
                coming.add(new Misdeed(Long.MAX_VALUE, () -> {}));
            }
        }
    }

    private void plan(long steps) {
        coming.add(new Misdeed(steps * 3 / 10, this::kill));
        coming.add(new Misdeed(steps * 5 / 10, this::hang));
        coming.add(new Misdeed(steps * 7 / 10, this::add));
    }

    private void kill() {
        ProcessHandle worker = oldest();
        out.printf("%n>>> kill -9 %d   (the worker that saves checkpoints and tells what happens)%n", worker.pid());
        worker.destroyForcibly();
    }

    private void hang() {
        ProcessHandle worker = oldest();
        out.printf("%n>>> kill -STOP %d   (it lives, and does nothing any more)%n", worker.pid());
        Signals.stop(worker);
    }

    private void add() {
        if (supervisor != null && config.workers() < config.microbatches()) {
            out.printf("%n>>> one worker more: %d%n", config.workers() + 1);
            supervisor.resize(config.workers() + 1, config.spares());
        }
    }

    private ProcessHandle oldest() {
        return workers.stream().filter(ProcessHandle::isAlive).findFirst().orElseThrow();
    }

    @Override
    public void incident(Incident incident) {
        watcher.incident(incident);
    }

    @Override
    public void tick() {
        watcher.tick();
    }
}
