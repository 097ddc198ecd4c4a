package dev.perdure.cli;

import dev.perdure.core.BadSettingException;
import dev.perdure.gateway.GatewaySettings;
import dev.perdure.gateway.RolloutSettings;
import dev.perdure.gateway.Safeguards;
import dev.perdure.gateway.ServedVersion;
import dev.perdure.gateway.VersionOrder;
import dev.perdure.oip.OipAddress;
import dev.perdure.oip.OipServerSettings;
import dev.perdure.recall.Recall;
import dev.perdure.routing.Fleet;
import dev.perdure.routing.RequestLimits;
import dev.perdure.routing.Routing;
import dev.perdure.training.ExitCode;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Serves models, through the death of any replica. */
@Command(
        name = "serve",
        mixinStandardHelpOptions = true,
        description = {
            "Serves the models of a folder with NAME/VERSION/ bundles: REST and gRPC of the Open Inference Protocol v2.",
            "Every bundle is verified before anything in it is used. Each version has replicas, processes of their own: when"
                    + " one dies, hangs or answers wrongly, what it had is answered by another, and another is started.",
            "This process keeps gateways, which answer clients, and those keep replicas. Ctrl-C answers what is under way, and ends"
                    + " them all."
        })
final class ServeCommand implements Callable<Integer> {
    private static final Duration LOOK_EVERY = Duration.ofSeconds(1);
    private static final Duration RELOAD_EVERY = Duration.ofSeconds(1);

    @Parameters(paramLabel = "MODELS", description = "A folder with NAME/VERSION/ bundles.")
    Path models = Path.of("");

    @Option(
            names = "--replicas",
            paramLabel = "N",
            defaultValue = "2",
            converter = ReplicaRange.Converter.class,
            description =
                    "Replicas of the newest version of each model, for each gateway; older ones have one each. 2..6: as many"
                            + " as there is to do for, within these limits. Default: ${DEFAULT-VALUE}.")
    ReplicaRange replicas = new ReplicaRange(2, 2);

    @Option(
            names = "--standbys",
            paramLabel = "N",
            defaultValue = "0",
            description =
                    "Replicas that are ready beside those, and take a lost one's place at once. Default: ${DEFAULT-VALUE}.")
    int standbys;

    @Option(
            names = "--http",
            paramLabel = "HOST:PORT",
            defaultValue = "127.0.0.1:8000",
            description = "Where REST is spoken, with port 0 for any that is free. Default: ${DEFAULT-VALUE}.")
    String http = "127.0.0.1:8000";

    @Option(
            names = "--grpc",
            paramLabel = "HOST:PORT",
            defaultValue = "127.0.0.1:8001",
            description = "Where gRPC is spoken. Default: ${DEFAULT-VALUE}.")
    String grpc = "127.0.0.1:8001";

    @Option(
            names = "--engine",
            paramLabel = "ENGINE",
            defaultValue = "auto",
            description =
                    "onnx, torch, or auto: ONNX Runtime where the bundle has an ONNX file. Default: ${DEFAULT-VALUE}.")
    ReplicaCommand.EngineChoice engine = ReplicaCommand.EngineChoice.AUTO;

    @Option(
            names = "--deadline-millis",
            paramLabel = "N",
            defaultValue = "10000",
            description = "How long a request may take that does not say. Default: ${DEFAULT-VALUE}.")
    long deadlineMillis = 10_000;

    @Option(
            names = "--deadline-max-millis",
            paramLabel = "N",
            defaultValue = "60000",
            description = "How long a request may take that says more. Default: ${DEFAULT-VALUE}.")
    long deadlineMaxMillis = 60_000;

    @Mixin
    TrustOptions trust = new TrustOptions();

    @Mixin
    SafeguardOptions around = new SafeguardOptions();

    @Mixin
    GatewaysOptions processes = new GatewaysOptions();

    @Mixin
    HostsOptions elsewhere = new HostsOptions();

    @Mixin
    MetricsOptions observing = new MetricsOptions();

    @Mixin
    TlsOptions tls = new TlsOptions();

    @Mixin
    AccessOptions access = new AccessOptions();

    @Mixin
    CampaignOptions campaign = new CampaignOptions();

    @Mixin
    RolloutOptions rollout = new RolloutOptions();

    @Override
    public Integer call() throws Exception {
        List<OipAddress> addresses = List.of(address("--http", http), address("--grpc", grpc));
        var _ = observing.address(1);
        GatewaySettings settings = settings();
        RolloutSettings rollouts = rollout.settings();
        Hosts hosts = elsewhere.hosts();
        if (processes.isParent()) {
            campaign.endWithIt();
            return processes.keepGateways(addresses, observing.telling(System.out));
        }
        ServeTelling telling = campaign.telling(observing.telling(System.out));
        var watch = new ModelWatch(
                models, trust.trust(), new RolloutRecords(models, telling::say), processes.orders(), telling::say);
        List<ServedVersion> versions = new ArrayList<>(watch.first());
        versions.sort((a, b) -> VersionOrder.NEWEST_FIRST.compare(version(a), version(b)));
        return processes.rehearsal
                ? rehearse(addresses, versions, settings, telling)
                : serve(versions, settings, rollouts, watch, hosts, telling);
    }

    /** Serves in this process alone, asks everything once, and ends. */
    private int rehearse(
            List<OipAddress> addresses, List<ServedVersion> versions, GatewaySettings settings, ServeTelling telling)
            throws IOException, InterruptedException {
        try (var session = new ServeSession(versions, settings, program(), telling)) {
            List<OipAddress> at = session.listen(addresses, server());
            session.tellWhatIsServed(new CountDownLatch(1));
            ServeRehearsal.ask(at, versions);
        }
        return ExitCode.OK.code();
    }

    /** Is one of the gateways, until it is told to end. */
    private int serve(
            List<ServedVersion> versions,
            GatewaySettings settings,
            RolloutSettings rollouts,
            ModelWatch watch,
            Hosts hosts,
            ServeTelling telling)
            throws IOException, InterruptedException {
        Safeguards safeguards = around.safeguards(models, versions, campaign.clock(), telling::say);
        var stop = new CountDownLatch(1);
        var stopped = new CountDownLatch(1);
        Runtime.getRuntime().addShutdownHook(new Thread(() -> end(stop, stopped), "signal"));
        try (Recall _ = safeguards.recall();
                var entrance = new Entrance(tls, access, telling::say, RELOAD_EVERY);
                GatewayLife life = processes.begin(telling, stop::countDown);
                var session = new ServeSession(
                        watch.wanted(versions),
                        settings.with(safeguards),
                        rollouts,
                        watch,
                        program(),
                        hosts,
                        telling,
                        processes.folder());
                watch) {
            life.answerFor(session.gateway());
            campaign.watch(
                    session.gateway(),
                    processes.gatewayNumber,
                    versions.getFirst().id());
            watch(session, entrance, telling);
            session.awaitReady(stop, processes.othersAnswerFor());
            session.listenTogether(processes.addresses(), server(), entrance.edge(), processes.siblings());
            watch.begin(session.gateway(), LOOK_EVERY);
            session.tellWhatIsServed(stop);
            stop.await();
            telling.say("stopping: requests that are under way are answered first");
        } catch (GatewayLife.TakenException e) {
            telling.say(String.valueOf(e.getMessage()));
            return ExitCode.INTERRUPTED.code();
        } finally {
            telling.say("stopped; no replica is left");
            stopped.countDown();
        }
        return ExitCode.OK.code();
    }

    private void watch(ServeSession session, Entrance entrance, ServeTelling telling) throws IOException {
        entrance.bindTo(session.observed().registry());
        entrance.warnings(processes.addresses()).forEach(telling::say);
        Optional<OipAddress.Tcp> own = observing.address(processes.gatewayNumber);
        if (own.isPresent()) {
            OipAddress.Tcp at = session.observed().listen(own.get());
            telling.say("figures for Prometheus at http://%s%s".formatted(at, Observed.PATH));
        }
    }

    /** A signal ends the process when this returns. */
    static void end(CountDownLatch stop, CountDownLatch stopped) {
        stop.countDown();
        try {
            stopped.await();
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    private static String version(ServedVersion served) {
        return served.id().version().orElse("");
    }

    private static OipAddress address(String option, String text) {
        try {
            return OipAddress.parse(text);
        } catch (IllegalArgumentException e) {
            throw new BadSettingException(option + ": " + e.getMessage());
        }
    }

    private GatewaySettings settings() throws IOException {
        try {
            return new GatewaySettings(
                    access.limited(Routing.Options.usual()),
                    campaign.patient(Fleet.Options.usual(replicas.scaling(), standbys)),
                    1,
                    new RequestLimits(64 << 20, 4096),
                    Duration.ofMillis(deadlineMillis),
                    Duration.ofMillis(deadlineMaxMillis),
                    Duration.ofSeconds(30));
        } catch (IllegalArgumentException e) {
            throw new BadSettingException(String.valueOf(e.getMessage()));
        }
    }

    /** The server's own time is the last resort: deadlines pass before. */
    private OipServerSettings server() {
        OipServerSettings usual = OipServerSettings.DEFAULT;
        return new OipServerSettings(
                usual.limits(),
                Duration.ofMillis(deadlineMaxMillis).plusSeconds(1),
                usual.stallMax(),
                usual.idleMax(),
                usual.connectionsMax(),
                usual.streamsMax(),
                usual.drainWithin());
    }

    private LocalReplicas.Program program() {
        var options = new ArrayList<String>();
        options.addAll(List.of("--engine", engine.name().toLowerCase(Locale.ROOT), "--orphan-seconds", "30"));
        options.addAll(trust.arguments());
        return campaign.program(options);
    }
}
