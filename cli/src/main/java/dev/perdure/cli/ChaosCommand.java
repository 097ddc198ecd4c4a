package dev.perdure.cli;

import dev.perdure.chaos.Kind;
import dev.perdure.chaos.Kinds;
import dev.perdure.chaos.ServeKinds;
import dev.perdure.training.ExitCode;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

/** Faults on purpose. */
@Command(
        name = "chaos",
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "COMMAND",
        description = "Breaks a training, or served models, on purpose, and shows what came of it.",
        subcommands = {
            ChaosTrainCommand.class,
            ChaosServeCommand.class,
            ChaosCommand.KindsCommand.class,
            ChaosSuperviseCommand.class
        })
final class ChaosCommand extends CommandGroup {

    /** The kinds of fault. */
    @Command(
            name = "kinds",
            mixinStandardHelpOptions = true,
            description = "Lists the kinds of fault that a plan may have, of training and of serving.")
    static final class KindsCommand implements Callable<Integer> {
        @Override
        public Integer call() {
            System.out.println(
                    "Kinds of fault of a training, with the settings of their own and the defaults of these:");
            Kinds.all().forEach(KindsCommand::tell);
            System.out.println();
            System.out.println("Each may also have:");
            System.out.println("    who            random (default), all, two, leader, rank K, slot K");
            System.out.println(
                    "    step, spread   from this step on, and up to so many later; waits for a complete team");
            System.out.println("    hurry          true: waits for nobody");
            System.out.println("    times, apart   so many times, each so many steps after the one before");
            System.out.println(
                    "    every-seconds  instead of step: so many times, in time (not for faults inside a worker)");
            System.out.println(
                    "    burst          with step: so many each time, every-seconds apart (not for faults inside a worker)");
            System.out.println();
            System.out.println("Kinds of fault of serving; each may also have times (1), so often in a row:");
            ServeKinds.all().forEach(KindsCommand::tell);
            return ExitCode.OK.code();
        }

        private static void tell(Kind<?> kind) {
            System.out.printf(
                    "%n%s%s%n", kind.name(), kind.parameters().isEmpty() ? "" : ": {" + kind.parameters() + "}");
            System.out.println("    " + kind.does());
        }
    }
}
