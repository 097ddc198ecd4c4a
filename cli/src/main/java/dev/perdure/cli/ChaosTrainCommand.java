package dev.perdure.cli;

import dev.perdure.chaos.Agenda;
import dev.perdure.chaos.Campaign;
import dev.perdure.chaos.CampaignListener;
import dev.perdure.chaos.ChaosFolder;
import dev.perdure.chaos.ChaosPage;
import dev.perdure.chaos.ChaosReport;
import dev.perdure.chaos.DataDamage;
import dev.perdure.chaos.FaultPlan;
import dev.perdure.core.BadSettingException;
import dev.perdure.training.ExitCode;
import dev.perdure.training.Incident;
import dev.perdure.training.RunConfig;
import dev.perdure.training.RunFolder;
import dev.perdure.training.RunListener;
import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** A campaign of faults against a training. */
@Command(
        name = "train",
        mixinStandardHelpOptions = true,
        description = {
            "Trains undisturbed, then trains the same while a plan of faults is carried out on its processes, and tells of each"
                    + " fault when it was noticed, under which name, and when training went on.",
            "Exit code 0: both gave the same weights bit for bit, no sample was lost or repeated, and every fault was noticed"
                    + " under a right name. Exit code 1: something differs.",
            "What is done is real: processes are killed and stopped by signals, files are changed. What a fault kind does"
                    + " inside a worker only, 'perdure chaos kinds' says. The same plan and seed do the same."
        })
final class ChaosTrainCommand implements Callable<Integer> {
    @Parameters(paramLabel = "CONFIG", description = "What to train: a YAML file, such as examples/digits.yaml.")
    Path config = Path.of("");

    @Mixin
    ChaosOptions chaos = new ChaosOptions();

    @Option(
            names = "--rate",
            paramLabel = "SECONDS",
            description = "Replaces the plan's every-seconds: the pause between faults that are repeated in time.")
    @Nullable
    Double rate;

    @Option(
            names = "--expect",
            paramLabel = "SHA256",
            description = "The weights of the undisturbed run, when they are known: it is not trained again.")
    @Nullable
    String expect;

    @Mixin
    RunOptions options = new RunOptions();

    @Override
    public Integer call() throws Exception {
        FaultPlan plan = FaultPlan.read(chaos.faults);
        RunConfig config = RunConfig.read(this.config, options.overrides());
        requireTeam(config);
        Optional<Duration> every = Optional.ofNullable(rate).map(s -> Duration.ofNanos(Math.round(s * 1e9)));
        Path folder = chaos.folder(config.name());
        List<String> overrides = new ArrayList<>(options.overrides());
        overrides.addAll(
                DataDamage.apply(config.data(), Agenda.of(plan, chaos.seed, config.workers()), folder.resolve("data")));
        RunConfig damaged = RunConfig.read(this.config, overrides);
        var abused = new RunFolder(folder.resolve("abused"));
        abused.create(damaged);
        System.out.println("Campaign folder: " + folder);
        String expected = expect != null ? expect : undisturbed(new RunFolder(folder.resolve("undisturbed")), damaged);
        System.out.println("Undisturbed weights SHA-256: " + expected);
        ChaosReport report = Campaign.run(
                abused,
                new ChaosFolder(folder.resolve("chaos")),
                chaos.plan(),
                chaos.seed,
                every,
                expected,
                ChaosTrainCommand::supervisor,
                new Telling());
        BenchCommand.progress("");
        ChaosOptions.tell(folder, ChaosPage.render(report), report.toJson(), options.json, ChaosPage.lines(report));
        return (report.isGood() ? ExitCode.OK : ExitCode.INTERNAL).code();
    }

    private void requireTeam(RunConfig config) {
        if (config.workers() < 2) {
            throw new BadSettingException(
                    "workers: %d (expected: >= 2, so that others go on when one fails). Add --workers 3."
                            .formatted(config.workers()));
        }
    }

    private static String undisturbed(RunFolder folder, RunConfig config) throws IOException, InterruptedException {
        folder.create(config);
        System.out.println("First undisturbed ...");
        var outcome = new RunSession(folder, config).supervise(new RunListener() {}, false);
        if (outcome.exitCode() != ExitCode.OK) {
            throw new BadSettingException("the undisturbed training failed: " + outcome.problem());
        }
        return outcome.report().weightsSha256();
    }

    /** Starts the supervisor of the abused run as a JVM like this one. */
    static Process supervisor(RunFolder run, ChaosFolder chaos) throws IOException {
        var command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC",
                "-Xmx256m",
                "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow"));
        Optional.ofNullable(System.getProperty("perdure.dist"))
                .ifPresent(dist -> command.add("-Dperdure.dist=" + dist));
        command.addAll(List.of(
                "-cp",
                System.getProperty("java.class.path"),
                Perdure.class.getName(),
                "chaos",
                "supervise",
                "--agenda",
                chaos.path().toString(),
                run.path().toString()));
        File log = run.path().resolve("supervisor.log").toFile();
        return new ProcessBuilder(command)
                .redirectInput(new File("/dev/null"))
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log))
                .redirectError(ProcessBuilder.Redirect.appendTo(log))
                .start();
    }

    /** Says what happens, as it happens. */
    private static final class Telling implements CampaignListener {
        @Override
        public void fired(String id, String who, String how) {
            BenchCommand.progress("");
            System.out.printf(">>> %s: %s, %s%n", id, who, how);
        }

        @Override
        public void told(Incident incident) {
            BenchCommand.progress("");
            System.out.printf("    %s: %s%n", incident.kind(), Paint.clean(incident.evidence()));
        }

        @Override
        public void tick(long step, int fired, int faults) {
            BenchCommand.progress("step %d, %d of %d faults".formatted(step, fired, faults));
        }
    }
}
