package dev.perdure.cli;

import dev.perdure.core.Backoff;
import dev.perdure.core.BadSettingException;
import dev.perdure.training.ExitCode;
import dev.perdure.training.Following;
import dev.perdure.training.Predecessor;
import dev.perdure.training.ProgressFile;
import dev.perdure.training.RunFolder;
import dev.perdure.training.RunListener;
import dev.perdure.training.RunOutcome;
import dev.perdure.training.RunReport;
import java.io.IOException;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What a person starts: it has a supervisor's process at work, shows what that tells, and when it dies of anything starts
 * its successor at once, while the workers step on. Dies it itself, the supervisor goes on without it.
 *
 * <p>While somebody else's supervisor is at work on the run, this looks on.
 */
final class Front {
    private static final int FRUITLESS_MAX = 4;
    private static final Backoff PAUSE = new Backoff(Integer.MAX_VALUE, Duration.ofMillis(500), Duration.ofSeconds(10));
    private static final Duration LOOK = Duration.ofMillis(100);

    private final RunFolder folder;
    private final SupervisorLauncher launcher;
    private final RunListener listener;
    private final List<ProcessHandle> workers = new ArrayList<>();
    private boolean standby;

    Front(RunFolder folder, SupervisorLauncher launcher, RunListener listener) {
        this.folder = folder;
        this.launcher = launcher;
        this.listener = listener;
    }

    /**
     * Runs to the end.
     *
     * @throws BadSettingException if another perdure process is in front of this run
     * @throws InterruptedException if the thread is interrupted; all has ended then
     */
    RunOutcome run() throws IOException, InterruptedException {
        Optional<FileLock> lock = folder.tryLock("front");
        if (lock.isEmpty()) {
            throw new BadSettingException(
                    "%s: another perdure process is working on this run (step %d so far). Wait for it, or end it first."
                            .formatted(folder.path(), stepHighest()));
        }
        try (FileLock _ = lock.get()) {
            return superviseUntilEnd();
        }
    }

    /** Runs to the end, once whoever supervises the run now is gone. */
    RunOutcome standBy() throws IOException, InterruptedException {
        standby = true;
        return superviseUntilEnd();
    }

    private RunOutcome superviseUntilEnd() throws IOException, InterruptedException {
        Optional<Predecessor> before = Optional.empty();
        int fruitless = 0;
        while (true) {
            if (!standby && isSupervised()) {
                Optional<RunOutcome> outcome = lookOn();
                if (outcome.isPresent()) {
                    return outcome.get();
                }
            }
            long highest = stepHighest();
            switch (watch(before)) {
                case Watched.Ending.Told(FrontLine.End end) -> {
                    if (!end.taken() || !isSupervised()) {
                        return outcome(end);
                    }
                }
                case Watched.Ending.Gone gone -> {
                    before = Optional.of(
                            new Predecessor(gone.lastSign(), gone.noticed(), "the supervisor: " + gone.evidence()));
                    fruitless = stepHighest() > highest ? 0 : fruitless + 1;
                    if (fruitless > FRUITLESS_MAX) {
                        return givenUp(gone);
                    }
                    if (fruitless > 1) {
                        Thread.sleep(PAUSE.pauseAfter(fruitless - 1));
                    }
                }
            }
        }
    }

    private Watched.Ending watch(Optional<Predecessor> before) throws IOException, InterruptedException {
        var watched = new Watched(launcher.start(before), this::heard);
        try {
            return watched.watch();
        } catch (InterruptedException e) {
            endWorkers();
            throw e;
        }
    }

    private void heard(FrontLine line) {
        if (line.started() != null) {
            ProcessHandle.of(line.started()).ifPresent(worker -> {
                workers.add(worker);
                listener.trainerStarted(worker);
            });
        }
        if (line.formed() != null) {
            listener.teamFormed(line.formed());
        }
        if (line.said() != null) {
            listener.said(line.said());
        }
        if (line.incident() != null) {
            listener.incident(line.incident());
        }
        listener.tick();
    }

    /** A supervisor that ended in good order has left none. */
    private void endWorkers() {
        workers.forEach(ProcessHandle::destroyForcibly);
    }

    private RunOutcome outcome(FrontLine.End end) throws IOException {
        if (end.reported()) {
            return new RunOutcome(ExitCode.of(end.exitCode()), end.problem(), RunReport.read(folder.reportJson()));
        }
        if (end.exitCode() == ExitCode.BAD_SETTING.code()) {
            throw new BadSettingException(end.problem().lines().toList());
        }
        throw new IOException(end.problem());
    }

    private RunOutcome givenUp(Watched.Ending.Gone gone) throws IOException {
        endWorkers();
        throw new SupervisorsSpentException(
                "%d supervisors in a row died without a new step being applied; of the last one: %s. The log is %s; once it is mended: perdure resume %s"
                        .formatted(FRUITLESS_MAX + 1, gone.evidence(), folder.log(), folder.path()));
    }

    private boolean isSupervised() throws IOException {
        Optional<FileLock> lock = folder.tryLock("supervisor");
        if (lock.isPresent()) {
            lock.get().channel().close();
        }
        return lock.isEmpty();
    }

    /** Looks on until the run has no supervisor. Returns nothing if it has not ended then. */
    private Optional<RunOutcome> lookOn() throws IOException, InterruptedException {
        var following = new Following(folder);
        System.out.printf(
                "A supervisor is at work on %s already (step %d so far); this looks on.%n",
                folder.path(), stepHighest());
        following.begin(listener);
        while (isSupervised()) {
            following.look(listener);
            Thread.sleep(LOOK);
        }
        following.look(listener);
        if (!following.isOver()) {
            return Optional.empty();
        }
        RunReport report = RunReport.read(folder.reportJson());
        ExitCode code = report.finished() ? ExitCode.OK : ExitCode.INTERRUPTED;
        return Optional.of(new RunOutcome(code, report.finished() ? "" : report.outcome(), report));
    }

    private long stepHighest() throws IOException {
        if (!Files.exists(folder.progress()) || Files.size(folder.progress()) == 0) {
            return 0;
        }
        try (ProgressFile progress = ProgressFile.open(folder.progress())) {
            return progress.stepHighest();
        }
    }
}
