package dev.perdure.cli;

import dev.perdure.checkpoint.CorruptCheckpointException;
import dev.perdure.core.BadSettingException;
import dev.perdure.model.RefusedBundleException;
import dev.perdure.replica.LoadRefusedException;
import dev.perdure.training.ExitCode;
import java.io.IOException;
import java.nio.channels.ClosedByInterruptException;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.HelpCommand;
import picocli.CommandLine.ParameterException;

/** The one program: a list of its commands. */
@Command(
        name = "perdure",
        description = "Trains machine-learning models through failures, and loses nothing.",
        synopsisSubcommandLabel = "COMMAND",
        subcommands = {
            DemoCommand.class,
            TrainCommand.class,
            ResumeCommand.class,
            CheckpointCommand.class,
            BundleCommand.class,
            ServeCommand.class,
            HostCommand.class,
            KeyCommand.class,
            IncidentsCommand.class,
            PlanCommand.class,
            ChaosCommand.class,
            BenchCommand.class,
            StandbyCommand.class,
            SuperviseCommand.class,
            WorkerCommand.class,
            ReplicaCommand.class,
            PlainMemberCommand.class,
            HelpCommand.class
        },
        mixinStandardHelpOptions = true,
        versionProvider = Perdure.Version.class,
        commandListHeading = "%nCommands:%n",
        footerHeading = "%n",
        footer = {
            "Begin with:  perdure demo",
            "Then:        perdure train examples/digits.yaml",
            "",
            "'perdure help COMMAND' explains a command."
        })
public final class Perdure {

    private Perdure() {}

    /** Runs a command and ends the process with its exit code. */
    public static void main(String[] arguments) {
        System.exit(run(arguments));
    }

    /** Runs a command and returns its exit code. */
    static int run(String... arguments) {
        Object own = arguments.length == 0 ? null : startedByItself(Arrays.asList(arguments));
        if (own != null) {
            return program(own).execute(Arrays.copyOfRange(arguments, 1, arguments.length));
        }
        CommandLine program = program(new Perdure());
        for (CommandLine command : program.getSubcommands().values()) {
            command.getCommandSpec()
                    .usageMessage()
                    .exitCodeListHeading("%nExit codes:%n")
                    .exitCodeList(Stream.of(ExitCode.values())
                            .collect(Collectors.toMap(
                                    code -> String.valueOf(code.code()),
                                    ExitCode::meaning,
                                    (a, _) -> a,
                                    java.util.LinkedHashMap::new)));
        }
        if (arguments.length == 0) {
            program.usage(System.out);
            return ExitCode.OK.code();
        }
        return program.execute(arguments);
    }

    private static CommandLine program(Object command) {
        CommandLine program = new CommandLine(command);
        program.setCaseInsensitiveEnumValuesAllowed(true);
        program.setUsageHelpAutoWidth(true);
        program.setParameterExceptionHandler(Perdure::explain);
        program.setExecutionExceptionHandler((e, failed, _) -> explain(e, failed));
        return program;
    }

    /** Returns a command that Perdure starts itself, often: it comes without all the others, whose reading takes time. */
    private static @Nullable Object startedByItself(List<String> arguments) {
        return switch (arguments.getFirst()) {
            case "worker" -> new WorkerCommand();
            case "supervise" -> new SuperviseCommand();
            case "plain-member" -> new PlainMemberCommand();
            case "replica" -> arguments.contains(ReplicaCommand.PARENT) ? new ReplicaCommand() : null;
            default -> null;
        };
    }

    /** Says what is wrong with an argument, and how to find out more. */
    private static int explain(ParameterException e, String[] arguments) {
        CommandLine command = e.getCommandLine();
        command.getErr().println("perdure: " + e.getMessage());
        CommandLine.UnmatchedArgumentException.printSuggestions(e, command.getErr());
        command.getErr().println("Try: " + command.getCommandSpec().qualifiedName() + " --help");
        return ExitCode.BAD_SETTING.code();
    }

    /** One clear message for what a person can mend; a stack trace only for what is Perdure's own fault. */
    private static int explain(Exception e, CommandLine command) {
        var err = command.getErr();
        return switch (e) {
            case BadSettingException bad -> {
                bad.problems().forEach(problem -> err.println("perdure: " + problem));
                yield ExitCode.BAD_SETTING.code();
            }
            case InterruptedException _ -> ExitCode.INTERRUPTED.code();
            case ClosedByInterruptException _ -> ExitCode.INTERRUPTED.code();
            case CorruptCheckpointException corrupt -> {
                err.println("perdure: " + corrupt.getMessage());
                err.println("An older checkpoint, a mirror ('perdure checkpoint repair') or resume itself may help.");
                yield ExitCode.DAMAGED.code();
            }
            case LoadRefusedException refused -> {
                err.println("perdure: " + refused.getMessage());
                yield ReplicaCommand.exit(refused.reason()).code();
            }
            case RefusedBundleException refused -> {
                err.println("perdure: " + refused.getMessage());
                yield (refused.refusal().isDamage() ? ExitCode.DAMAGED : ExitCode.BAD_SETTING).code();
            }
            case SupervisorsSpentException spent -> {
                err.println("perdure: " + spent.getMessage());
                yield ExitCode.RESTARTS_SPENT.code();
            }
            case IOException io -> {
                err.println("perdure: " + describe(io));
                yield ExitCode.STORE_FAILED.code();
            }
            default -> {
                err.println("perdure: this is a fault in Perdure itself; please report it with these lines.");
                e.printStackTrace(err);
                yield ExitCode.INTERNAL.code();
            }
        };
    }

    static String describe(IOException e) {
        String kind = e.getClass().getSimpleName().replace("Exception", "");
        return e.getClass() == IOException.class
                        || e.getMessage() == null
                        || !e.getClass().getName().startsWith("java.")
                ? String.valueOf(e.getMessage())
                : "%s: %s"
                        .formatted(
                                e.getMessage(),
                                kind.replaceAll("([a-z])([A-Z])", "$1 $2").toLowerCase(java.util.Locale.ROOT));
    }

    static final class Version implements CommandLine.IVersionProvider {
        @Override
        public String[] getVersion() {
            return new String[] {"perdure " + own(), "Java " + Runtime.version()};
        }

        static String own() {
            String version = Perdure.class.getPackage().getImplementationVersion();
            return version == null ? "development build" : version;
        }
    }
}
