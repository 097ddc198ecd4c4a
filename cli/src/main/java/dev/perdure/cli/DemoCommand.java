package dev.perdure.cli;

import dev.perdure.core.BadSettingException;
import dev.perdure.training.ExitCode;
import dev.perdure.training.RunConfig;
import dev.perdure.training.RunFolder;
import dev.perdure.training.RunListener;
import dev.perdure.training.RunOutcome;
import dev.perdure.training.RunReport;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * Shows both promises: a training is killed in plain sight, and ends with the weights of one that was not; what it trained is
 * served by processes that are killed, and no request fails.
 */
@Command(
        name = "demo",
        mixinStandardHelpOptions = true,
        description = {
            "Trains a small convolutional network on handwritten digits with three worker processes, kills one, hangs one and"
                    + " adds one on the way, and shows that the final weights are bit for bit those of one worker that"
                    + " nothing happened to.",
            "Then serves what was trained by two replicas, kills one and hangs one while it is asked, and counts the answers.",
            "Takes about two minutes on two cores. At a terminal it goes on serving until Enter."
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

    private static final int WORKERS = 3;

    private final PrintStream out = System.out;

    @Override
    public Integer call() throws Exception {
        RunConfig alone = settings(1);
        RunConfig team = settings(Math.min(WORKERS, alone.microbatches()));
        out.printf(
                "1. %d workers train together. One will be killed, one will hang, one will be added.%n",
                team.workers());
        RunFolder abused = new RunFolder(TrainCommand.nextFolder("demo-abused"));
        abused.create(team);
        var abuse = new DemoAbuse(progress(), out, team);
        RunOutcome first = new RunSession(abused, team).supervise(abuse, false, abuse::has);
        if (first.exitCode() != ExitCode.OK) {
            return failed(first, abused);
        }
        out.println();
        out.println("2. The same training, by one worker that nothing happens to.");
        RunFolder calm = new RunFolder(TrainCommand.nextFolder("demo-undisturbed"));
        calm.create(alone);
        RunOutcome second = new RunSession(calm, alone).supervise(progress(), false);
        if (second.exitCode() != ExitCode.OK) {
            return failed(second, calm);
        }
        boolean isGood = compare(first.report(), second.report());
        out.println();
        out.println("4. The abused run's model answers, by two replicas. One will be killed, one will hang.");
        var serving = new DemoServing(TrainCommand.nextFolder("demo-serving"), out);
        isGood &= serving.show(abused, team);
        tellWhereToLook(abused, serving);
        return (isGood ? ExitCode.OK : ExitCode.INTERNAL).code();
    }

    private RunConfig settings(int workers) {
        return RunConfig.read(
                config != null ? config : digits(),
                List.of("training.epochs=" + epochs, "supervision.workers=" + workers));
    }

    private RunListener progress() {
        return new TerminalProgress(out, Terminals.detect(), System::nanoTime);
    }

    private int failed(RunOutcome outcome, RunFolder folder) {
        System.err.println("perdure: " + outcome.problem());
        System.err.println("The log is " + folder.log());
        return outcome.exitCode().code();
    }

    private boolean compare(RunReport killed, RunReport calm) {
        boolean same = killed.weightsSha256().equals(calm.weightsSha256());
        out.println();
        out.println("3. The proof: SHA-256 of the final weights");
        out.printf("   three, abused   %s%n", killed.weightsSha256());
        out.printf("   one, in peace   %s%n", calm.weightsSha256());
        out.println(same ? "   Bit for bit the same." : "   They differ. This must not happen; please report it.");
        out.printf(
                "   Abused run: %d incidents, %d steps redone, %d samples lost, %d repeated, held-out accuracy %.2f %%%n",
                killed.incidents().size(),
                killed.stepsRedone(),
                killed.samplesLost(),
                killed.samplesRepeated(),
                100 * killed.heldOutAccuracy());
        return same;
    }

    private void tellWhereToLook(RunFolder abused, DemoServing serving) {
        out.println();
        out.println("Where to look next");
        out.println("   the story of the abused run      " + abused.reportHtml());
        out.println("   its checkpoints                  perdure checkpoint list " + abused.path());
        out.println("   weights for Python               perdure checkpoint export " + abused.path()
                + " --out digits.safetensors");
        serving.tellHow();
        out.println("   your own data                    copy examples/digits.yaml, then: perdure train YOURS.yaml");
    }

    static Path digits() {
        Path shipped = Path.of(System.getProperty("perdure.home", "."), "examples", "digits.yaml");
        if (!Files.exists(shipped)) {
            throw new BadSettingException(
                    "%s: missing (expected: the digits that come with Perdure). Run ./perdure from a clone of the repository, or give --config."
                            .formatted(shipped));
        }
        return shipped;
    }
}
