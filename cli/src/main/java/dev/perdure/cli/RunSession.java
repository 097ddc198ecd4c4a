package dev.perdure.cli;

import dev.perdure.training.ExitCode;
import dev.perdure.training.RunConfig;
import dev.perdure.training.RunFolder;
import dev.perdure.training.RunListener;
import dev.perdure.training.RunSupervisor;
import dev.perdure.training.RunSupervisor.Outcome;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Optional;

/** A run in front of a person: progress on the terminal, the result in words, and where to look next. */
final class RunSession {
    private final RunFolder folder;
    private final RunConfig config;

    RunSession(RunFolder folder, RunConfig config) {
        this.folder = folder;
        this.config = config;
    }

    /** Runs to the end and returns the exit code. */
    int run(Optional<Path> json, boolean changedDataAllowed) throws IOException, InterruptedException {
        System.out.println("Run folder: " + folder.path());
        Outcome outcome =
                supervise(new TerminalProgress(System.out, Terminals.detect(), System::nanoTime), changedDataAllowed);
        if (json.isPresent()) {
            Files.writeString(json.get(), outcome.report().toJson());
        }
        if (outcome.exitCode() == ExitCode.OK) {
            System.out.println("Weights SHA-256: " + outcome.report().weightsSha256());
            System.out.println("Report:          " + folder.reportHtml());
        } else {
            System.err.println("perdure: " + outcome.problem());
            System.err.println("The log is " + folder.log() + "; once it is mended: perdure resume " + folder.path());
        }
        return outcome.exitCode().code();
    }

    /** Runs to the end under the eyes of a listener. */
    Outcome supervise(RunListener listener, boolean changedDataAllowed) throws IOException, InterruptedException {
        Thread hint = new Thread(() -> interrupted());
        Runtime.getRuntime().addShutdownHook(hint);
        try {
            var launcher = LocalTrainerLauncher.of(config, changedDataAllowed);
            return new RunSupervisor(folder, config, launcher, listener, InstantSource.system()).run();
        } finally {
            Runtime.getRuntime().removeShutdownHook(hint);
        }
    }

    /** The trainer ends with this process, which held its input. */
    private void interrupted() {
        System.err.println();
        System.err.println(
                "perdure: interrupted. Nothing that was saved is lost. Go on with: perdure resume " + folder.path());
        ProcessHandle.current().children().forEach(ProcessHandle::destroyForcibly);
    }
}
