package dev.perdure.cli;

import dev.perdure.core.BadSettingException;
import dev.perdure.training.ExitCode;
import dev.perdure.training.RunConfig;
import dev.perdure.training.RunFolder;
import dev.perdure.training.RunListener;
import dev.perdure.training.RunOutcome;
import dev.perdure.training.RunReport;
import dev.perdure.training.TeamSupervisor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** A run in front of a person: progress on the terminal, the result in words, and where to look next. */
final class RunSession {
    private static final int PATIENCE_SECONDS = 40;

    private final RunFolder folder;
    private final RunConfig config;

    RunSession(RunFolder folder, RunConfig config) {
        this.folder = folder;
        this.config = config;
    }

    /** Runs to the end and returns the exit code. */
    int run(Optional<Path> json, boolean changedDataAllowed) throws IOException, InterruptedException {
        json.ifPresent(RunSession::checkFolderOf);
        System.out.println("Run folder: " + folder.path());
        List<String> options = changedDataAllowed ? List.of("--allow-changed-data") : List.of();
        return tell(front(options, Front::run), json);
    }

    /** Waits until the run's supervisor is gone, runs to the end then, and returns the exit code. */
    int standBy(Optional<Path> json) throws IOException, InterruptedException {
        System.out.println("Standing by for: " + folder.path());
        return tell(front(List.of("--standby"), Front::standBy), json);
    }

    /** What is had done by a front. */
    private interface Fronting {
        RunOutcome by(Front front) throws IOException, InterruptedException;
    }

    private RunOutcome front(List<String> options, Fronting what) throws IOException, InterruptedException {
        var listener = new TerminalProgress(System.out, Terminals.detect(), System::nanoTime);
        var front = new Front(folder, SupervisorLauncher.of(folder, options), listener);
        Thread fronting = Thread.currentThread();
        return untilEnded(fronting::interrupt, () -> what.by(front));
    }

    private int tell(RunOutcome outcome, Optional<Path> json) throws IOException {
        if (json.isPresent()) {
            Files.writeString(json.get(), outcome.report().toJson());
        }
        if (outcome.exitCode() == ExitCode.OK) {
            tellResult(outcome.report());
        } else {
            System.err.println("perdure: " + outcome.problem());
            System.err.println("The log is " + folder.log() + "; once it is mended: perdure resume " + folder.path());
        }
        return outcome.exitCode().code();
    }

    /**
     * Says that there is nothing left to do.
     *
     * @param report of the run that has finished
     */
    int tellFinished(RunReport report, Optional<Path> json) throws IOException {
        if (json.isPresent()) {
            checkFolderOf(json.get());
            Files.writeString(json.get(), report.toJson());
        }
        System.out.printf("%s has finished already: all %d steps are applied.%n", folder.path(), report.steps());
        tellResult(report);
        return ExitCode.OK.code();
    }

    private void tellResult(RunReport report) {
        System.out.println("Weights SHA-256: " + report.weightsSha256());
        System.out.println("Report:          " + folder.reportHtml());
    }

    /** What would fail after hours fails now. */
    static void checkFolderOf(Path json) {
        Path parent = json.toAbsolutePath().getParent();
        if (Files.isDirectory(json) || parent == null || !Files.isDirectory(parent)) {
            throw new BadSettingException(
                    "--json %s: cannot be written there (expected: a file in a folder that exists)".formatted(json));
        }
    }

    /** Runs to the end in this very process, under the eyes of a listener. */
    RunOutcome supervise(RunListener listener, boolean changedDataAllowed) throws IOException, InterruptedException {
        return supervise(listener, changedDataAllowed, _ -> {});
    }

    /**
     * Runs to the end in this very process, under the eyes of a listener.
     *
     * @param begins is given the supervisor of a team before it begins
     */
    RunOutcome supervise(RunListener listener, boolean changedDataAllowed, Consumer<TeamSupervisor> begins)
            throws IOException, InterruptedException {
        LocalLauncher launcher = LocalLauncher.of(config, changedDataAllowed);
        var team = new TeamSupervisor(folder, config, WirePort::open, launcher, listener, InstantSource.system());
        begins.accept(team);
        return untilEnded(() -> team.stop("interrupted"), team::run);
    }

    /** A run from beginning to end. */
    private interface Running {
        RunOutcome run() throws IOException, InterruptedException;
    }

    /** Runs to the end; when this process is asked to end meanwhile, has it stopped and waits for that. */
    private RunOutcome untilEnded(Runnable stop, Running running) throws IOException, InterruptedException {
        var ended = new CountDownLatch(1);
        Thread hook = new Thread(() -> interrupted(stop, ended));
        Runtime.getRuntime().addShutdownHook(hook);
        try {
            return running.run();
        } finally {
            ended.countDown();
            remove(hook);
        }
    }

    private static void remove(Thread hook) {
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException e) {
            // The process is ending just now, and the hook with it.
        }
    }

    /** Lets the supervisor end its story and its workers, and says how to go on. */
    private void interrupted(Runnable stop, CountDownLatch ended) {
        stop.run();
        try {
            ended.await(PATIENCE_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        System.err.println();
        System.err.println(
                "perdure: interrupted. Nothing that was saved is lost. Go on with: perdure resume " + folder.path());
        ProcessHandle.current().children().forEach(ProcessHandle::destroyForcibly);
    }
}
