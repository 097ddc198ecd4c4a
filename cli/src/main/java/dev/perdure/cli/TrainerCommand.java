package dev.perdure.cli;

import dev.perdure.torch.TorchEngine;
import dev.perdure.training.EventLines;
import dev.perdure.training.ExitCode;
import dev.perdure.training.Probe;
import dev.perdure.training.RunConfig;
import dev.perdure.training.RunFolder;
import dev.perdure.training.Trainer;
import dev.perdure.training.TrainingEvent;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The child process that trains. It says what happens as JSON lines and ends when its standard input does. */
@Command(name = "trainer", hidden = true, description = "Started by train and resume.")
final class TrainerCommand implements Callable<Integer> {
    @Parameters(paramLabel = "RUN")
    Path run = Path.of("");

    @Option(names = "--allow-changed-data")
    boolean changedDataAllowed;

    @Override
    public Integer call() throws Exception {
        return train(new RunFolder(run), Probe.NONE, changedDataAllowed);
    }

    /** Trains on a folder, under the eyes of a probe. */
    static int train(RunFolder folder, Probe probe, boolean changedDataAllowed) throws InterruptedException {
        endWithInput();
        PrintStream lines = new PrintStream(new FileOutputStream(FileDescriptor.out), false, StandardCharsets.UTF_8);
        RunConfig config = folder.readConfig();
        var trainer =
                new Trainer(folder, config, new TorchEngine(), event -> say(event, lines), probe, changedDataAllowed);
        ExitCode exitCode = trainer.run();
        lines.flush();
        return exitCode.code();
    }

    private static void say(TrainingEvent event, PrintStream lines) {
        byte[] line = (EventLines.format(event) + "\n").getBytes(StandardCharsets.UTF_8);
        synchronized (lines) {
            lines.write(line, 0, line.length);
            lines.flush();
        }
    }

    /** Whoever started this process holds the other end of its input; when that closes, nobody listens any more. */
    private static void endWithInput() {
        Thread.ofPlatform().daemon().name("parent-watch").start(() -> {
            try {
                while (System.in.read() >= 0) {
                    // Nothing is ever said this way.
                }
            } catch (IOException e) {
                // The pipe broke, which says the same as its end.
            }
            Runtime.getRuntime().halt(ExitCode.INTERRUPTED.code());
        });
    }
}
