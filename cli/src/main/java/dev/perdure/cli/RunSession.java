package dev.perdure.cli;

import dev.perdure.core.BadSettingException;
import dev.perdure.training.ExitCode;
import dev.perdure.training.RunConfig;
import dev.perdure.training.RunFolder;
import dev.perdure.training.RunListener;
import dev.perdure.training.RunReport;
import dev.perdure.training.RunSupervisor;
import dev.perdure.training.RunSupervisor.Outcome;
import dev.perdure.training.TeamSupervisor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** A run in front of a person: progress on the terminal, the result in words, and where to look next. */
final class RunSession {
    private static final int PATIENCE_SECONDS = 5;

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
        Outcome outcome =
                supervise(new TerminalProgress(System.out, Terminals.detect(), System::nanoTime), changedDataAllowed);
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

    /** Runs to the end under the eyes of a listener. */
    Outcome supervise(RunListener listener, boolean changedDataAllowed) throws IOException, InterruptedException {
        return supervise(listener, changedDataAllowed, _ -> {});
    }

    /**
     * Runs to the end under the eyes of a listener.
     *
     * @param begins is given the supervisor of a team before it begins
     */
    Outcome supervise(RunListener listener, boolean changedDataAllowed, Consumer<TeamSupervisor> begins)
            throws IOException, InterruptedException {
        var ended = new CountDownLatch(1);
        Thread supervising = Thread.currentThread();
        Thread hook = new Thread(() -> interrupted(supervising, ended));
        Runtime.getRuntime().addShutdownHook(hook);
        try {
            InstantSource clock = InstantSource.system();
            if (config.workers() + config.spares() > 1) {
                var launcher = LocalLauncher.of(config, "worker", changedDataAllowed);
                var team = new TeamSupervisor(folder, config, WirePort::open, launcher, listener, clock);
                begins.accept(team);
                return team.run();
            }
            var launcher = LocalLauncher.of(config, "trainer", changedDataAllowed);
            return new RunSupervisor(folder, config, launcher, listener, clock).run();
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

    /** Lets the supervisor end its story and its trainer, and says how to go on. */
    private void interrupted(Thread supervising, CountDownLatch ended) {
        supervising.interrupt();
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
