package dev.perdure.cli;

import dev.perdure.chaos.ChaosFolder;
import dev.perdure.chaos.ReplicaSaboteur;
import dev.perdure.core.BadSettingException;
import dev.perdure.engine.Predictors;
import dev.perdure.oip.Deadline;
import dev.perdure.oip.OipAddress;
import dev.perdure.oip.OipEdge;
import dev.perdure.oip.OipException;
import dev.perdure.oip.OipServerSettings;
import dev.perdure.onnx.OnnxOptions;
import dev.perdure.onnx.OnnxPredictors;
import dev.perdure.replica.BatchLimits;
import dev.perdure.replica.LoadRefusedException;
import dev.perdure.replica.ModelState;
import dev.perdure.replica.ReplicaClient;
import dev.perdure.replica.ReplicaProbe;
import dev.perdure.replica.ReplicaServer;
import dev.perdure.replica.ReplicaSettings;
import dev.perdure.routing.Fleet;
import dev.perdure.torch.TorchPredictors;
import dev.perdure.training.ExitCode;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Answers with models inside, until it is told to end. */
@Command(
        name = "replica",
        mixinStandardHelpOptions = true,
        description = {
            "Answers requests of the Open Inference Protocol with the models of bundles. One process, one engine: a gateway"
                    + " keeps several of these, and each can also be asked directly.",
            "It says one JSON line when its models can be asked. SIGTERM lets requests under way be answered before it ends."
        })
final class ReplicaCommand implements Callable<Integer> {
    /** Says whose child it is. */
    static final String PARENT = "--parent-pid";

    /** Says that it starts beside others. */
    static final String MEEK = "--meek";

    private static final Duration REHEARSAL = Duration.ofSeconds(10);
    private static final Duration RELOAD_EVERY = Duration.ofSeconds(1);

    @Option(
            names = "--listen",
            required = true,
            paramLabel = "ADDRESS",
            description = "unix:PATH or HOST:PORT, with port 0 for any that is free.")
    String listen = "";

    @Option(
            names = "--offer",
            paramLabel = "HOST:PORT",
            description = "Where it listens besides, for gateways on other hosts; port 0 for any that is free.")
    @Nullable
    String offer;

    @Mixin
    TlsOptions tls = new TlsOptions();

    @Option(
            names = "--bundle",
            paramLabel = "DIR",
            description = "A bundle that is loaded at once. May be repeated; others can be loaded later.")
    List<String> bundles = List.of();

    @Option(
            names = "--engine",
            paramLabel = "ENGINE",
            defaultValue = "auto",
            description =
                    "onnx, torch, or auto: ONNX Runtime where the bundle has an ONNX file, which starts sooner, and"
                            + " libtorch otherwise. Default: ${DEFAULT-VALUE}.")
    EngineChoice engine = EngineChoice.AUTO;

    @Option(
            names = "--threads",
            paramLabel = "N",
            defaultValue = "1",
            description =
                    "How many batches of a model are computed at once, each by one thread. Default: ${DEFAULT-VALUE}.")
    int threads = 1;

    @Option(
            names = "--max-batch",
            paramLabel = "SAMPLES",
            defaultValue = "32",
            description =
                    "The most samples of different requests that are computed together. Default: ${DEFAULT-VALUE}.")
    int batchMax = 32;

    @Option(
            names = "--max-delay-micros",
            paramLabel = "MICROS",
            defaultValue = "0",
            description = "How long a request waits for others while a thread is free. Default: ${DEFAULT-VALUE}.")
    long delayMicrosMax;

    @Option(
            names = "--max-queue",
            paramLabel = "REQUESTS",
            defaultValue = "1024",
            description = "The most requests of a model that wait; more are turned away. Default: ${DEFAULT-VALUE}.")
    int queueMax = 1024;

    @Mixin
    TrustOptions trust = new TrustOptions();

    @Option(
            names = PARENT,
            paramLabel = "PID",
            description = "A process without which this one ends, unless another adopts it in time.")
    @Nullable
    Long parent;

    @Option(
            names = "--orphan-seconds",
            paramLabel = "N",
            defaultValue = "30",
            description = "How long it lives after that process has gone. Default: ${DEFAULT-VALUE}.")
    long orphanSeconds = 30;

    @Option(
            names = MEEK,
            description =
                    "Start with what others leave of the processors, and compile so for good: for one that starts beside others"
                            + " that answer.")
    boolean isMeek;

    @Option(
            names = "--agenda",
            hidden = true,
            description = "The folder of a campaign of faults that this replica is a part of.")
    @Nullable
    Path agenda;

    @Option(
            names = "--rehearse",
            hidden = true,
            description = "Ask every model once, and end: for the archive of classes.")
    boolean rehearsal;

    /** Which engines may be used, the preferred one first. */
    enum EngineChoice {
        AUTO,
        ONNX,
        TORCH;

        List<Supplier<Predictors>> frameworks() {
            Supplier<Predictors> onnx = new Once(() -> new OnnxPredictors(OnnxOptions.standard()));
            Supplier<Predictors> torch = new Once(() -> new TorchPredictors(1));
            return switch (this) {
                case AUTO -> List.of(onnx, torch);
                case ONNX -> List.of(onnx);
                case TORCH -> List.of(torch);
            };
        }
    }

    /** Loads an engine when it is first needed: libtorch alone takes longer than everything else at the start. */
    private static final class Once implements Supplier<Predictors> {
        private final Supplier<Predictors> opening;
        private @Nullable Predictors opened;

        Once(Supplier<Predictors> opening) {
            this.opening = opening;
        }

        @Override
        public synchronized Predictors get() {
            Predictors known = opened == null ? opening.get() : opened;
            opened = known;
            return known;
        }
    }

    @Override
    public Integer call() throws Exception {
        List<OipAddress> addresses = addresses();
        ReplicaSettings settings = settings();
        var ended = new CountDownLatch(1);
        OipEdge edge = tls.edge(RELOAD_EVERY);
        try (var replica = new ReplicaServer(engine.frameworks(), trust.trust(), settings, probe())) {
            if (parent != null) {
                adopt(replica, parent);
            }
            var start = new ReplicaStart(replica, bundles, addresses, edge, settings);
            List<OipAddress> at = isMeek ? start.meekly() : start.atOnce();
            System.out.println(ready(replica, at));
            if (rehearsal) {
                rehearse(replica, at.getFirst());
            }
            Runtime.getRuntime().addShutdownHook(new Thread(() -> drain(replica, ended), "signal"));
            LoggerFactory.getLogger(ReplicaCommand.class)
                    .info("ends: {}", replica.told().join());
        } finally {
            ended.countDown();
        }
        return ExitCode.OK.code();
    }

    private static void rehearse(ReplicaServer replica, OipAddress at) {
        try (var client = new ReplicaClient(at)) {
            for (ModelState model : replica.heartbeat().models()) {
                client.infer(
                                Rehearsal.zeros(client.protocol().metadata(model.id(), REHEARSAL), model.id()),
                                Deadline.in(REHEARSAL))
                        .join()
                        .orThrow();
            }
            client.drain(REHEARSAL);
        }
    }

    /** A signal ends the process when this returns. */
    private static void drain(ReplicaServer replica, CountDownLatch ended) {
        replica.drain();
        try {
            boolean _ = ended.await(60, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private List<OipAddress> addresses() {
        OipAddress own = address("--listen", listen);
        if (offer == null) {
            return List.of(own);
        }
        if (!(own instanceof OipAddress.Unix) || !(address("--offer", offer) instanceof OipAddress.Tcp offered)) {
            throw new BadSettingException(
                    "--listen %s --offer %s (expected: a socket and a port). Leave --offer out, or use --listen unix:PATH"
                            .formatted(listen, offer));
        }
        return List.of(own, offered);
    }

    private static OipAddress address(String option, String text) {
        try {
            return OipAddress.parse(text);
        } catch (IllegalArgumentException e) {
            throw new BadSettingException(option + ": " + e.getMessage());
        }
    }

    private ReplicaSettings settings() {
        try {
            return new ReplicaSettings(
                    new BatchLimits(batchMax, Duration.of(delayMicrosMax, ChronoUnit.MICROS), queueMax),
                    threads,
                    Fleet.BEAT,
                    Duration.ofSeconds(orphanSeconds),
                    OipServerSettings.DEFAULT);
        } catch (IllegalArgumentException e) {
            throw new BadSettingException(String.valueOf(e.getMessage()));
        }
    }

    private ReplicaProbe probe() throws IOException {
        return agenda == null ? ReplicaProbe.NONE : ReplicaSaboteur.open(new ChaosFolder(agenda));
    }

    private static void adopt(ReplicaServer replica, long pid) {
        try {
            replica.adopt(pid);
        } catch (OipException e) {
            throw new BadSettingException("--parent-pid: " + e.reason());
        }
    }

    /**
     * Returns the line that says that the models can be asked: {@code {"ready":true,"pid":…,"address":…,"offered":…,"models":[…]}};
     * {@code offered} only where {@code --offer} was given.
     */
    private static String ready(ReplicaServer replica, List<OipAddress> at) {
        var heartbeat = replica.heartbeat();
        List<String> models = heartbeat.models().stream()
                .map(model -> "{\"name\":%s,\"version\":%s,\"digest\":\"%s\"}"
                        .formatted(
                                quoted(model.id().name()),
                                quoted(model.id().version().orElse("")),
                                model.digest()))
                .toList();
        String offered =
                at.size() > 1 ? "\"offered\":%s,".formatted(quoted(at.getLast().toString())) : "";
        return "{\"ready\":true,\"pid\":%d,\"address\":%s,%s\"models\":[%s]}"
                .formatted(heartbeat.pid(), quoted(at.getFirst().toString()), offered, String.join(",", models));
    }

    private static String quoted(String text) {
        return "\"" + text.replace("\\", "\\\\").replace("\"", "\\\"") + "\"";
    }

    /** Returns how a process says that a bundle was not served. */
    static ExitCode exit(LoadRefusedException.Reason reason) {
        return switch (reason) {
            case DAMAGED, WRONG_ANSWERS -> ExitCode.DAMAGED;
            case UNREADABLE -> ExitCode.STORE_FAILED;
            case STOPPING -> ExitCode.INTERRUPTED;
            case UNTRUSTED, OTHER_BUNDLE, ALREADY_LOADED, UNUSABLE, OTHER -> ExitCode.BAD_SETTING;
        };
    }
}
