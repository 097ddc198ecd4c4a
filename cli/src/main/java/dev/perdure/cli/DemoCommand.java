package dev.perdure.cli;

import dev.perdure.core.BadSettingException;
import dev.perdure.training.ExitCode;
import dev.perdure.training.Incident;
import dev.perdure.training.RunConfig;
import dev.perdure.training.RunFolder;
import dev.perdure.training.RunListener;
import dev.perdure.training.RunReport;
import dev.perdure.training.RunSupervisor.Outcome;
import dev.perdure.training.TrainingEvent;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Shows the promise: a training is killed in plain sight, and ends with the weights of one that was not. */
@Command(
        name = "demo",
        mixinStandardHelpOptions = true,
        description = {
            "Trains a small convolutional network on handwritten digits, kills the training process with SIGKILL on the way,"
                    + " and shows that the final weights are bit for bit those of a run that was never killed.",
            "Takes about a minute on two cores."
        })
final class DemoCommand implements Callable<Integer> {
    @Option(
            names = "--config",
            paramLabel = "FILE",
            description = "What to train. Default: the digits that come with Perdure.")
    @Nullable
    Path config;

    @Option(
            names = "--epochs",
            paramLabel = "N",
            defaultValue = "4",
            description = "Passes over the data. Default: ${DEFAULT-VALUE}.")
    int epochs = 4;

    private final PrintStream out = System.out;

    @Override
    public Integer call() throws Exception {
        RunConfig settings = RunConfig.read(config != null ? config : digits(), List.of("training.epochs=" + epochs));
        out.println("1. A training run, which will be killed on the way.");
        RunFolder killed = new RunFolder(TrainCommand.nextFolder("demo-killed"));
        Outcome first = train(killed, settings, true);
        if (first.exitCode() != ExitCode.OK) {
            return failed(first, killed);
        }
        out.println();
        out.println("2. The same run, undisturbed.");
        RunFolder calm = new RunFolder(TrainCommand.nextFolder("demo-undisturbed"));
        Outcome second = train(calm, settings, false);
        if (second.exitCode() != ExitCode.OK) {
            return failed(second, calm);
        }
        return compare(killed, first.report(), calm, second.report());
    }

    private Outcome train(RunFolder folder, RunConfig settings, boolean kill) throws IOException, InterruptedException {
        folder.create(settings);
        RunListener progress = new TerminalProgress(out, Terminals.detect(), System::nanoTime);
        return new RunSession(folder, settings).supervise(kill ? new Killer(progress) : progress, false);
    }

    private int failed(Outcome outcome, RunFolder folder) {
        System.err.println("perdure: " + outcome.problem());
        System.err.println("The log is " + folder.log());
        return outcome.exitCode().code();
    }

    private int compare(RunFolder killedFolder, RunReport killed, RunFolder calmFolder, RunReport calm) {
        boolean same = killed.weightsSha256().equals(calm.weightsSha256());
        long kills = killed.incidents().stream()
                .filter(incident -> incident.kind().equals("trainer-killed"))
                .count();
        out.println();
        out.println("3. The proof: SHA-256 of the final weights");
        out.printf("   killed %d×       %s%n", kills, killed.weightsSha256());
        out.printf("   undisturbed     %s%n", calm.weightsSha256());
        out.println(same ? "   Bit for bit the same." : "   They differ. This must not happen; please report it.");
        out.printf(
                "   Killed run: %d steps redone, %d samples lost, %d repeated, held-out accuracy %.2f %%%n",
                killed.stepsRedone(), killed.samplesLost(), killed.samplesRepeated(), 100 * killed.heldOutAccuracy());
        out.println();
        out.println("Where to look next");
        out.println("   the story of the killed run      " + killedFolder.reportHtml());
        out.println("   its checkpoints                  perdure checkpoint list " + killedFolder.path());
        out.println("   weights for Python               perdure checkpoint export " + killedFolder.path()
                + " --out digits.safetensors");
        out.println("   your own data                    copy examples/digits.yaml, then: perdure train YOURS.yaml");
        return same ? ExitCode.OK.code() : ExitCode.INTERNAL.code();
    }

    private static Path digits() {
        Path shipped = Path.of(System.getProperty("perdure.home", "."), "examples", "digits.yaml");
        if (!Files.exists(shipped)) {
            throw new BadSettingException(
                    "%s: missing (expected: the digits that come with Perdure). Run ./perdure from a clone of the repository, or give --config."
                            .formatted(shipped));
        }
        return shipped;
    }

    /** Kills the trainer once, in the middle of an epoch. */
    private static final class Killer implements RunListener {
        private final RunListener watcher;
        private long killAtStep = Long.MAX_VALUE;
        private boolean killed;
        private @Nullable ProcessHandle trainer;

        Killer(RunListener watcher) {
            this.watcher = watcher;
        }

        @Override
        public void trainerStarted(ProcessHandle started) {
            trainer = started;
            watcher.trainerStarted(started);
        }

        @Override
        public void said(TrainingEvent event) {
            watcher.said(event);
            if (event instanceof TrainingEvent.Started started) {
                killAtStep = started.stepsPerEpoch() * 3 / 2 + 1;
            }
            if (event instanceof TrainingEvent.StepApplied applied && applied.step() >= killAtStep && !killed) {
                killed = true;
                kill();
            }
        }

        private void kill() {
            if (trainer != null) {
                System.out.printf(
                        "%n>>> kill -9 %d   (the training process, in the middle of epoch 2)%n", trainer.pid());
                trainer.destroyForcibly();
            }
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
}
