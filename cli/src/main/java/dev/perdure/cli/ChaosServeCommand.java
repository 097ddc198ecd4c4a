package dev.perdure.cli;

import dev.perdure.benchmarks.KnownAnswers;
import dev.perdure.chaos.ChaosFolder;
import dev.perdure.chaos.OtherHost;
import dev.perdure.chaos.ServeCampaign;
import dev.perdure.chaos.ServeChaosPage;
import dev.perdure.chaos.ServeChaosReport;
import dev.perdure.chaos.ServePlan;
import dev.perdure.core.BadSettingException;
import dev.perdure.gateway.ServedVersion;
import dev.perdure.gateway.VersionOrder;
import dev.perdure.training.ExitCode;
import dev.perdure.training.Figures;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** A campaign of faults against served models. */
@Command(
        name = "serve",
        mixinStandardHelpOptions = true,
        description = {
            "Serves a model and asks it without a pause while a plan of faults is carried out, one after the other, and tells of each"
                    + " when it was noticed, when the replica was out, when another took its place, and what became of the requests.",
            "Exit code 0: no request failed, no answer was wrong, and every fault happened and was noticed under a right name."
                    + " Exit code 1: something differs.",
            "What is asked is known: inputs between the bundle's golden ones, and the answers of a replica to which nothing"
                    + " happens. 'perdure chaos kinds' says what is really done."
        })
final class ChaosServeCommand implements Callable<Integer> {
    private static final int KNOWN = 3_000;

    @Parameters(paramLabel = "MODELS", description = "A folder with NAME/VERSION/ bundles.")
    Path models = Path.of("");

    @Mixin
    ChaosOptions options = new ChaosOptions();

    @Option(names = "--model", paramLabel = "NAME", description = "Which model is asked. Default: the first.")
    @Nullable
    String model;

    @Option(
            names = "--engine",
            paramLabel = "ENGINE",
            defaultValue = "auto",
            description =
                    "onnx, torch, or auto: ONNX Runtime where the bundle has an ONNX file. Default: ${DEFAULT-VALUE}.")
    ReplicaCommand.EngineChoice engine = ReplicaCommand.EngineChoice.AUTO;

    @Mixin
    TrustOptions trust = new TrustOptions();

    @Option(names = "--json", paramLabel = "FILE", description = "Writes the report as JSON there as well.")
    @Nullable
    Path json;

    @Override
    public Integer call() throws Exception {
        ServePlan plan = ServePlan.read(options.faults);
        if (plan.hasOtherHost()) {
            OtherHost.refusal().ifPresent(why -> {
                throw new BadSettingException(
                        "%s: host-cut-off cannot be done here: %s. Leave it out, or run this as root"
                                .formatted(options.faults, why));
            });
        }
        ServedVersion version = version(ModelFolder.read(models, trust.trust()));
        Path folder = options.folder(version.id().name());
        var chaos = new ChaosFolder(folder.resolve("chaos").toAbsolutePath());
        chaos.createForServing(options.plan(), options.seed);
        System.out.println("Campaign folder: " + folder);
        KnownAnswers known = Undisturbed.answers(
                version, shared("--orphan-seconds", "3"), KnownAnswers.between(version.golden(), KNOWN));
        System.out.printf(
                "%s: %,d inputs with known answers, %s a second to %s with %s each%n",
                version.id(),
                known.size(),
                plan.perSecond(),
                Figures.count(plan.gateways(), "gateway"),
                Figures.count(plan.replicas(), "replica"));
        ServeChaosReport report = campaign(plan, version, known, chaos, folder);
        ChaosOptions.tell(folder, ServeChaosPage.render(report), report.toJson(), json, ServeChaosPage.lines(report));
        return (report.isGood() ? ExitCode.OK : ExitCode.INTERNAL).code();
    }

    private ServeChaosReport campaign(
            ServePlan plan, ServedVersion version, KnownAnswers known, ChaosFolder chaos, Path folder)
            throws IOException, InterruptedException {
        try (var target = new AbusedServing(version, known, plan, shared(), chaos, folder)) {
            target.awaitComplete();
            return ServeCampaign.run(version.id().toString(), target, chaos, plan, options.seed, ChaosServeCommand::say)
                    .withOrphans(target.end());
        }
    }

    private static void say(String line) {
        System.out.println((line.startsWith(">>>") ? "" : "    ") + Paint.clean(line.strip()));
    }

    /** Returns the newest version of the model that is asked. */
    private ServedVersion version(List<ServedVersion> versions) {
        String name = model != null ? model : versions.getFirst().id().name();
        return versions.stream()
                .filter(version -> version.id().name().equals(name))
                .min((a, b) -> VersionOrder.NEWEST_FIRST.compare(
                        a.id().version().orElse(""), b.id().version().orElse("")))
                .orElseThrow(() -> new BadSettingException("--model: %s (expected: one of %s)"
                        .formatted(
                                name,
                                versions.stream()
                                        .map(v -> v.id().name())
                                        .distinct()
                                        .toList())));
    }

    /** Returns what replicas and servers are both told, and something besides. */
    private List<String> shared(String... more) {
        var told = new ArrayList<>(List.of("--engine", engine.name().toLowerCase(Locale.ROOT)));
        told.addAll(List.of(more));
        told.addAll(trust.arguments());
        return told;
    }
}
