package dev.perdure.cli;

import dev.perdure.core.BadSettingException;
import dev.perdure.oip.OipAddress;
import dev.perdure.oip.OipEdge;
import dev.perdure.replica.HostServer;
import dev.perdure.replica.ProcessId;
import dev.perdure.training.ExitCode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Offers this machine to gateways of others. */
@Command(
        name = "host",
        mixinStandardHelpOptions = true,
        description = {
            "Keeps replicas on this machine for gateways on other ones: those that are started there with 'perdure serve"
                    + " --hosts HOST:PORT'. They say how many and of what; bundles are found here, in MODELS, by their digests, and"
                    + " every one is verified before anything in it is used.",
            "Gateways ask replicas directly, each at a port of its own: when this process ends by accident no request notices, and"
                    + " whoever is started with the same arguments takes its replicas over. Ctrl-C has them answer what is under way,"
                    + " and ends them all."
        })
final class HostCommand implements Callable<Integer> {
    private static final Duration LOOK_EVERY = Duration.ofSeconds(1);
    private static final Duration RELOAD_EVERY = Duration.ofSeconds(1);

    @Parameters(paramLabel = "MODELS", description = "A folder with NAME/VERSION/ bundles.")
    Path models = Path.of("");

    @Option(
            names = "--listen",
            paramLabel = "HOST:PORT",
            defaultValue = "127.0.0.1:7411",
            description =
                    "Where gateways ask, with port 0 for any that is free; replicas take free ports of the same address."
                            + " Default: ${DEFAULT-VALUE}.")
    String listen = "127.0.0.1:7411";

    @Option(
            names = "--max-replicas",
            paramLabel = "N",
            defaultValue = "16",
            description = "The most replicas that live here at once. Default: ${DEFAULT-VALUE}.")
    int replicasMax = 16;

    @Option(
            names = "--engine",
            paramLabel = "ENGINE",
            defaultValue = "auto",
            description =
                    "onnx, torch, or auto: ONNX Runtime where the bundle has an ONNX file. Default: ${DEFAULT-VALUE}.")
    ReplicaCommand.EngineChoice engine = ReplicaCommand.EngineChoice.AUTO;

    @Option(
            names = "--orphan-seconds",
            paramLabel = "N",
            defaultValue = "60",
            description =
                    "How long replicas live whose gateway is not heard, and all of them when this process was killed and"
                            + " nobody takes them over. Default: ${DEFAULT-VALUE}.")
    long orphanSeconds = 60;

    @Option(
            names = "--run",
            paramLabel = "DIR",
            description =
                    "Where sockets and logs go, and who is there. Default: one in the folder for temporary files, found"
                            + " again by whoever is started with the same arguments.")
    @Nullable
    Path run;

    @Option(
            names = "--insecure",
            description =
                    "Let whoever reaches this machine's ports start replicas and ask them, unencrypted: for networks in"
                            + " which nobody else is.")
    boolean isInsecure;

    @Mixin
    TrustOptions trust = new TrustOptions();

    @Mixin
    TlsOptions tls = new TlsOptions();

    @Mixin
    CampaignOptions campaign = new CampaignOptions();

    @Spec
    @Nullable
    CommandSpec command;

    @Override
    public Integer call() throws Exception {
        OipAddress.Tcp address = checked();
        campaign.endWithIt();
        var telling = new ServeTelling(System.out);
        OipEdge edge = tls.edge(RELOAD_EVERY);
        var bundles = new OfferedBundles(models, trust.trust(), telling::say);
        ServeSetup setup = ServeSetup.of(
                command == null
                        ? List.of()
                        : command.root().commandLine().getParseResult().originalArgs());
        Path temporary = Path.of(System.getProperty("java.io.tmpdir"));
        var stop = new CountDownLatch(1);
        var stopped = new CountDownLatch(1);
        Runtime.getRuntime().addShutdownHook(new Thread(() -> ServeCommand.end(stop, stopped), "signal"));
        try (HeldFolder held = run == null ? HeldFolder.unnamed(temporary, setup) : HeldFolder.named(run)) {
            setup.write(held.folder().session());
            ServedProcess.parent(ProcessId.current()).write(held.folder().parentPid());
            host(address, edge, bundles, held.folder(), telling, stop);
            held.folder().clear();
            telling.say("stopped; no replica is left");
        } finally {
            stopped.countDown();
        }
        return ExitCode.OK.code();
    }

    private void host(
            OipAddress.Tcp address,
            OipEdge edge,
            OfferedBundles bundles,
            ServeFolder folder,
            ServeTelling telling,
            CountDownLatch stop)
            throws IOException, InterruptedException {
        Path files = Files.createDirectories(folder.gateway(1));
        try (ScheduledExecutorService looks = Executors.newSingleThreadScheduledExecutor();
                var hosted = new HostedReplicas(
                        bundles,
                        campaign.program(options(address)),
                        files,
                        replicasMax,
                        Duration.ofSeconds(orphanSeconds),
                        telling::say);
                var server = new HostServer(hosted, address, edge)) {
            var _ = looks.scheduleWithFixedDelay(
                    bundles::look, LOOK_EVERY.toMillis(), LOOK_EVERY.toMillis(), TimeUnit.MILLISECONDS);
            telling.say("files of this host: " + folder.path());
            bundles.all()
                    .forEach(bundle -> telling.say("%s: bundle %s is whole"
                            .formatted(bundle.model(), bundle.digest().substring(0, 12))));
            telling.say("ready: gateways reach this host with --hosts " + server.address());
            stop.await();
            telling.say("stopping: requests that are under way are answered first");
            hosted.stop(); // and gateways see it
            looks.shutdownNow();
        }
    }

    private OipAddress.Tcp checked() {
        if (replicasMax < 1 || replicasMax > 1_000) {
            throw new BadSettingException("--max-replicas: %d (expected: 1 to 1000)".formatted(replicasMax));
        }
        if (orphanSeconds < 1 || orphanSeconds > 86_400) {
            throw new BadSettingException("--orphan-seconds: %d (expected: 1 to 86400)".formatted(orphanSeconds));
        }
        OipAddress.Tcp address = HostsOptions.tcp("--listen", listen);
        boolean isClosed = tls.clientAuthorities != null;
        if (!isClosed && !isInsecure && Entrance.isPublic(address)) {
            throw new BadSettingException(
                    "--listen: %s with no certificates (expected: an address of this machine alone, such as 127.0.0.1:%d)."
                                    .formatted(address, address.port())
                            + " Use --tls-cert, --tls-key and --tls-client-ca, or --insecure where nobody else is in the network");
        }
        return address;
    }

    private List<String> options(OipAddress.Tcp address) {
        var options = new ArrayList<String>();
        options.addAll(List.of("--engine", engine.name().toLowerCase(Locale.ROOT)));
        options.addAll(List.of("--orphan-seconds", Long.toString(orphanSeconds)));
        options.addAll(List.of("--offer", new OipAddress.Tcp(address.host(), 0).toString()));
        options.addAll(trust.arguments());
        options.addAll(tls.arguments());
        return options;
    }
}
