package dev.perdure.cli;

import dev.perdure.benchmarks.KnownAnswers;
import dev.perdure.benchmarks.ServeBench;
import dev.perdure.benchmarks.ServeBench.Part;
import dev.perdure.benchmarks.ServeFigure;
import dev.perdure.core.BadSettingException;
import dev.perdure.gateway.ServedVersion;
import dev.perdure.model.Trust;
import dev.perdure.training.ExitCode;
import dev.perdure.training.RunConfig;
import dev.perdure.training.RunFolder;
import dev.perdure.training.RunListener;
import dev.perdure.training.RunOutcome;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** What serving costs. */
@Command(
        name = "serve",
        mixinStandardHelpOptions = true,
        description = {
            "What a gateway costs against a replica that is asked directly, and what it costs to lose a replica under load.",
            "Gateway and load are in this process, replicas are others. A small network for digits is trained first, unless there"
                    + " are models. Takes about six minutes."
        })
final class BenchServeCommand implements Callable<Integer> {
    private static final int KNOWN = 1_000;
    private static final int HEAVY_KNOWN = 100;
    private static final List<String> OPTIONS =
            List.of("--allow-unsigned", "--engine", "onnx", "--orphan-seconds", "3");

    @Mixin
    FiguresFile figures = new FiguresFile();

    @Option(
            names = "--models",
            paramLabel = "MODELS",
            description =
                    "A folder with NAME/VERSION/ bundles, of which the first is asked; one with the same answers in another version is"
                            + " loaded beside it. Signatures are not looked at.")
    @Nullable
    Path models;

    @Option(
            names = "--warm-seconds",
            paramLabel = "N",
            defaultValue = "20",
            description = "How long each is asked before anything is measured (default: ${DEFAULT-VALUE}).")
    int warmSeconds;

    @Option(
            names = "--only",
            paramLabel = "PART",
            split = ",",
            description = "Only these parts: ${COMPLETION-CANDIDATES}.")
    List<Part> only = List.of();

    @Override
    public Integer call() throws Exception {
        Path folder = Files.createTempDirectory("perdure-bench-");
        try {
            List<ServedVersion> versions = ModelFolder.read(models == null ? trained(folder) : models, Trust.anybody());
            ServedVersion version = versions.getFirst();
            Optional<ServedVersion> next = versions.stream()
                    .filter(other -> other.id().name().equals(version.id().name())
                            && !other.id().equals(version.id()))
                    .findFirst();
            BenchCommand.progress("known answers");
            var bench = new ServeBench(
                    model(version, next, KNOWN, folder),
                    () -> heavy(folder),
                    Duration.ofSeconds(warmSeconds),
                    BenchCommand::progress,
                    BenchServeCommand::tell);
            List<ServeFigure> measured = bench.run(only.isEmpty() ? EnumSet.allOf(Part.class) : Set.copyOf(only));
            BenchCommand.progress("");
            figures.write(measured);
            return ExitCode.OK.code();
        } finally {
            BenchCommand.delete(folder);
        }
    }

    private static ServeBench.Model model(ServedVersion version, Optional<ServedVersion> next, int known, Path folder)
            throws IOException {
        KnownAnswers answers = Undisturbed.answers(version, OPTIONS, KnownAnswers.between(version.golden(), known));
        return new ServeBench.Model(new LocalServing(version, next, answers, OPTIONS, folder), answers);
    }

    private static ServeBench.Model heavy(Path folder) throws IOException, InterruptedException {
        Path models = folder.resolve("heavy");
        Files.createDirectories(models.resolve("heavy"));
        HeavyModel.write(models.resolve("heavy").resolve("1"), folder);
        ServedVersion version = ModelFolder.read(models, Trust.anybody()).getFirst();
        return model(version, Optional.empty(), HEAVY_KNOWN, folder);
    }

    /** Trains the example's network for one pass, and makes a bundle of it. */
    private static Path trained(Path folder) throws IOException, InterruptedException {
        BenchCommand.progress("training a model to serve");
        RunConfig config = RunConfig.read(
                DemoCommand.digits(), List.of("training.epochs=1", "training.batch=256", "supervision.workers=1"));
        var run = new RunFolder(folder.resolve("run"));
        run.create(config);
        RunOutcome outcome = new RunSession(run, config).supervise(new RunListener() {}, false);
        if (outcome.exitCode() != ExitCode.OK) {
            throw new BadSettingException("the training failed: " + outcome.problem());
        }
        Path models = folder.resolve("models");
        for (String version : List.of("1", "2")) {
            BundleProcess.make(
                    List.of(
                            run.path().toString(),
                            "--out",
                            models.resolve(config.name()).resolve(version).toString(),
                            "--model-version",
                            version),
                    _ -> {});
        }
        return models;
    }

    private static void tell(ServeFigure figure) {
        BenchCommand.progress("");
        System.out.println(line(figure));
    }

    private static String line(ServeFigure figure) {
        String aim = figure.aim() == null
                ? ""
                : "%s %s  %s"
                        .formatted(
                                figure.isAtMost() ? "at most" : "at least",
                                shown(figure.aim(), figure.unit()),
                                figure.isMet() ? "met" : "MISSED");
        return "%-10s %-58s %14s  %s"
                .formatted(figure.part().word(), figure.what(), shown(figure.value(), figure.unit()), aim)
                .stripTrailing();
    }

    private static String shown(double value, String unit) {
        String number = value == Math.rint(value) ? "%,.0f".formatted(value) : "%,.2f".formatted(value);
        return unit.isEmpty() ? number : number + " " + unit;
    }
}
