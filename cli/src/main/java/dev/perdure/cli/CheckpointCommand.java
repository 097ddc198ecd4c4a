package dev.perdure.cli;

import dev.perdure.checkpoint.CheckpointInfo;
import dev.perdure.checkpoint.CheckpointName;
import dev.perdure.checkpoint.Checkpoints;
import dev.perdure.checkpoint.Damage;
import dev.perdure.checkpoint.PruneReport;
import dev.perdure.checkpoint.RepairReport;
import dev.perdure.checkpoint.RetentionPolicy;
import dev.perdure.checkpoint.VerifyReport;
import dev.perdure.core.BadSettingException;
import dev.perdure.core.ResolvedSettings;
import dev.perdure.store.LocalObjectStore;
import dev.perdure.store.ObjectStore;
import dev.perdure.training.ExitCode;
import dev.perdure.training.RunConfig;
import dev.perdure.training.RunFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Looks after a run's checkpoints. */
@Command(
        name = "checkpoint",
        mixinStandardHelpOptions = true,
        description =
                "Looks after the checkpoints of a run. Safe beside a running training, unless a command says otherwise.",
        subcommands = {
            CheckpointCommand.ListThem.class,
            ShowCommand.class,
            CheckpointCommand.Verify.class,
            CheckpointCommand.Repair.class,
            CheckpointCommand.Rollback.class,
            CheckpointCommand.Branch.class,
            CheckpointCommand.Prune.class,
            CheckpointCommand.Export.class,
            ImportCommand.class
        })
final class CheckpointCommand extends CommandGroup {

    /** A run and one of its checkpoints. */
    static final class Which {
        @Parameters(paramLabel = "RUN", description = "The run's folder.")
        Path run = Path.of("");

        @Option(
                names = "--step",
                paramLabel = "N",
                description = "The checkpoint of this step. Default: the newest that nothing is known against.")
        @Nullable
        Long step;

        RunFolder folder() {
            return new RunFolder(run);
        }

        RunConfig config() {
            return folder().readConfig();
        }

        ObjectStore store() throws IOException {
            return folder().openCheckpoints(config(), incident -> System.err.println("perdure: " + incident));
        }

        /** Returns the one that is asked for, or all of them. */
        List<CheckpointName> allIn(Checkpoints checkpoints) throws IOException {
            return step != null
                    ? List.of(in(checkpoints))
                    : checkpoints.list().stream().map(CheckpointInfo::name).toList();
        }

        CheckpointName in(Checkpoints checkpoints) throws IOException {
            List<CheckpointInfo> all = checkpoints.list();
            if (all.isEmpty()) {
                throw new BadSettingException("%s: no checkpoint yet (expected: at least one)".formatted(run));
            }
            if (step == null) {
                return checkpoints
                        .latest()
                        .map(CheckpointInfo::name)
                        .orElse(all.getFirst().name());
            }
            return checkpoints
                    .find(step)
                    .orElseThrow(() -> new BadSettingException("--step %d: no such checkpoint (expected: one of %s)"
                            .formatted(
                                    step,
                                    all.stream()
                                            .map(info -> Long.toString(info.step()))
                                            .distinct()
                                            .collect(Collectors.joining(", ")))));
        }
    }

    /** Lists. */
    @Command(name = "list", mixinStandardHelpOptions = true, description = "Lists the checkpoints, newest first.")
    static final class ListThem implements Callable<Integer> {
        @Mixin
        Which which = new Which();

        @Override
        public Integer call() throws Exception {
            List<CheckpointInfo> all = Checkpoints.open(which.store()).list();
            if (all.isEmpty()) {
                System.out.println("No checkpoint yet.");
                return ExitCode.OK.code();
            }
            System.out.printf("%10s %5s  %-19s %11s  %-11s %s%n", "step", "term", "saved", "size", "state", "metrics");
            for (CheckpointInfo info : all) {
                System.out.println("%10d %5d  %-19s %11s  %-11s %s"
                        .formatted(
                                info.step(),
                                info.term(),
                                DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss")
                                        .withZone(ZoneId.systemDefault())
                                        .format(info.created().truncatedTo(ChronoUnit.SECONDS)),
                                size(info.bytes()),
                                condition(info),
                                metrics(info))
                        .stripTrailing());
                info.problem().ifPresent(problem -> System.out.println("            " + problem));
            }
            return ExitCode.OK.code();
        }

        private static String condition(CheckpointInfo info) {
            return info.problem().isPresent()
                    ? "damaged"
                    : info.quarantined()
                            ? "quarantined"
                            : info.suspect() ? "suspect" : info.verified() ? "verified" : "saved";
        }

        private static String metrics(CheckpointInfo info) {
            return info.metrics().entrySet().stream()
                    .map(metric -> String.format(Locale.ROOT, "%s %.4f", metric.getKey(), metric.getValue()))
                    .collect(Collectors.joining("  "));
        }
    }

    /** Verifies. */
    @Command(
            name = "verify",
            mixinStandardHelpOptions = true,
            description =
                    "Reads every byte of every copy and compares SHA-256 and CRC32C. Exit code 7 when anything is damaged.")
    static final class Verify implements Callable<Integer> {
        @Mixin
        Which which = new Which();

        @Override
        public Integer call() throws Exception {
            Checkpoints checkpoints = Checkpoints.open(which.store());
            boolean whole = true;
            for (CheckpointName name : which.allIn(checkpoints)) {
                VerifyReport report = checkpoints.verify(name);
                System.out.printf(
                        "step %d: %s (%s read)%n",
                        name.step(), report.isWhole() ? "whole" : "DAMAGED", size(report.bytes()));
                for (Damage damage : report.damages()) {
                    System.out.println("  " + damage);
                }
                whole &= report.isWhole();
            }
            if (!whole) {
                System.out.println("If there is a mirror: perdure checkpoint repair " + which.run);
                System.out.println("Otherwise resume takes the newest intact one by itself.");
            }
            return (whole ? ExitCode.OK : ExitCode.DAMAGED).code();
        }
    }

    /** Repairs. */
    @Command(
            name = "repair",
            mixinStandardHelpOptions = true,
            description =
                    "Puts whole copies from the mirror in place of damaged or missing ones, and the other way round.")
    static final class Repair implements Callable<Integer> {
        @Mixin
        Which which = new Which();

        @Override
        public Integer call() throws Exception {
            Checkpoints checkpoints = Checkpoints.open(which.store());
            boolean whole = true;
            for (CheckpointName name : which.allIn(checkpoints)) {
                RepairReport report = checkpoints.repair(name);
                System.out.printf(
                        "step %d: %d repaired%s%n",
                        name.step(), report.repaired().size(), report.isWhole() ? "" : ", beyond repair:");
                report.beyondRepair().forEach(damage -> System.out.println("  " + damage));
                whole &= report.isWhole();
            }
            return (whole ? ExitCode.OK : ExitCode.DAMAGED).code();
        }
    }

    /** Rolls back. */
    @Command(
            name = "rollback",
            mixinStandardHelpOptions = true,
            description = {
                "Makes an earlier checkpoint the newest, so that resume goes on from it. Nothing is deleted.",
                "A training that still runs on this folder is replaced: its next save fails."
            })
    static final class Rollback implements Callable<Integer> {
        @Parameters(paramLabel = "RUN", description = "The run's folder.")
        Path run = Path.of("");

        @Option(names = "--to", required = true, paramLabel = "STEP", description = "The step to go back to.")
        long to;

        @Override
        public Integer call() throws Exception {
            Which which = new Which();
            which.run = run;
            which.step = to;
            Checkpoints checkpoints = Checkpoints.open(which.store());
            CheckpointName name = checkpoints.rollback(which.in(checkpoints));
            System.out.printf("The newest checkpoint is that of step %d now (term %d).%n", name.step(), name.term());
            System.out.println("Go on from there: perdure resume " + run);
            return ExitCode.OK.code();
        }
    }

    /** Branches. */
    @Command(
            name = "branch",
            mixinStandardHelpOptions = true,
            description = {
                "Begins a new run from a checkpoint of this one, with settings of its own.",
                "What is new runs from that step on; the network must stay the same."
            })
    static final class Branch implements Callable<Integer> {
        @Mixin
        Which which = new Which();

        @Option(names = "--to", required = true, paramLabel = "NEW_RUN", description = "The new run's folder.")
        Path to = Path.of("");

        @Option(names = "--set", paramLabel = "KEY=VALUE", description = "Overrides a setting in the new run.")
        List<String> overrides = List.of();

        @Override
        public Integer call() throws Exception {
            Checkpoints checkpoints = Checkpoints.open(which.store());
            CheckpointName from = which.in(checkpoints);
            RunConfig config = RunConfig.read(which.folder().config(), overrides);
            refuseOtherState(which.config(), config);
            RunFolder target = new RunFolder(to);
            target.create(config);
            Files.copy(which.folder().recipe(), target.recipe());
            CheckpointName name = checkpoints.branch(from, new LocalObjectStore(target.checkpoints()));
            System.out.printf("%s begins at step %d. Go on: perdure resume %s%n", to, name.step(), to);
            return ExitCode.OK.code();
        }

        private static void refuseOtherState(RunConfig held, RunConfig config) {
            List<String> differences = ResolvedSettings.differences(modelOf(held), modelOf(config));
            if (!differences.isEmpty()) {
                throw new BadSettingException(
                        "--set would change the network (%s), so that the checkpoint's weights do not fit. Branch with other settings, or train a new run."
                                .formatted(String.join("; ", differences)));
            }
        }

        private static Map<String, Object> modelOf(RunConfig config) {
            return Map.of("model", config.resolved().getOrDefault("model", Map.of()));
        }
    }

    /** Prunes. */
    @Command(
            name = "prune",
            mixinStandardHelpOptions = true,
            description =
                    "Deletes what the run's checkpoint.keep does not keep. Never the newest, never the last verified one.")
    static final class Prune implements Callable<Integer> {
        @Parameters(paramLabel = "RUN", description = "The run's folder.")
        Path run = Path.of("");

        @Option(names = "--newest", paramLabel = "N", description = "Keeps the newest N instead.")
        @Nullable
        Integer newest;

        @Override
        public Integer call() throws Exception {
            Which which = new Which();
            which.run = run;
            RetentionPolicy policy = newest != null
                    ? RetentionPolicy.newest(newest)
                    : which.config().checkpoint().keep();
            PruneReport report = Checkpoints.open(which.store()).prune(policy);
            System.out.printf(
                    "%d checkpoints and %d objects deleted.%n", report.deleted().size(), report.objectsDeleted());
            report.putOff().ifPresent(reason -> System.out.println("Put off: " + reason));
            return ExitCode.OK.code();
        }
    }

    /** Exports. */
    @Command(
            name = "export",
            mixinStandardHelpOptions = true,
            description = {
                "Writes a checkpoint's weights as one plain safetensors file, under the names PyTorch gives them.",
                "In Python: safetensors.torch.load_file(FILE), then model.load_state_dict(...)."
            })
    static final class Export implements Callable<Integer> {
        @Mixin
        Which which = new Which();

        @Option(names = "--out", required = true, paramLabel = "FILE", description = "The file, which must not exist.")
        Path out = Path.of("");

        @Override
        public Integer call() throws Exception {
            if (Files.exists(out)) {
                throw new BadSettingException("--out %s: exists (expected: a new file)".formatted(out));
            }
            Checkpoints checkpoints = Checkpoints.open(which.store());
            CheckpointName name = which.in(checkpoints);
            String digest = checkpoints.exportWeights(name, out);
            System.out.printf("%s: weights of step %d, SHA-256 %s%n", out, name.step(), digest);
            return ExitCode.OK.code();
        }
    }

    static String size(long bytes) {
        if (bytes < 1 << 10) {
            return bytes + " B";
        }
        int unit = bytes < 1 << 20 ? 1 : bytes < 1 << 30 ? 2 : 3;
        return String.format(Locale.ROOT, "%.1f %ciB", bytes / Math.pow(1024, unit), " KMG".charAt(unit));
    }
}
