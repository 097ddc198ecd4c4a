package dev.perdure.cli;

import dev.perdure.benchmarks.KnownAnswers;
import dev.perdure.benchmarks.OpenLoad;
import dev.perdure.benchmarks.OpenLoad.LoadReport;
import dev.perdure.core.TensorData;
import dev.perdure.data.Augment;
import dev.perdure.data.Dataset;
import dev.perdure.data.Part;
import dev.perdure.gateway.GatewaySettings;
import dev.perdure.gateway.ServedVersion;
import dev.perdure.model.KeyFiles;
import dev.perdure.model.Trust;
import dev.perdure.oip.OipAddress;
import dev.perdure.oip.OipClient;
import dev.perdure.oip.OipServerSettings;
import dev.perdure.routing.Fleet;
import dev.perdure.routing.RequestLimits;
import dev.perdure.routing.Routing;
import dev.perdure.routing.Scaling;
import dev.perdure.training.RunConfig;
import dev.perdure.training.RunFolder;
import java.io.IOException;
import java.io.PrintStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** The second half of the demonstration: the trained model is served while its replicas are killed and hung. */
final class DemoServing {
    private static final int REPLICAS = 2;
    private static final int KNOWN_MAX = 1_000;
    private static final double PER_SECOND = 100;
    private static final int REQUESTS_MAX = 6_000;
    private static final int WARM_UP = 200;
    private static final Duration DEADLINE = Duration.ofSeconds(10);
    private static final Duration CALM = Duration.ofSeconds(3);

    private final Path folder;
    private final PrintStream out;
    private final Path key;
    private final CountDownLatch interrupted = new CountDownLatch(1);

    /**
     * @param folder where key and bundle go: new
     */
    DemoServing(Path folder, PrintStream out) {
        this.folder = folder;
        this.out = out;
        this.key = folder.resolve("demo.key");
    }

    private Path models() {
        return folder.resolve("models");
    }

    private Path publicKey() {
        return KeyFiles.publicFileOf(key);
    }

    /** Makes a bundle of a run, signs it, and serves it through all that happens. Returns whether no request suffered. */
    boolean show(RunFolder run, RunConfig config) throws IOException, InterruptedException {
        Files.createDirectories(folder);
        KeyFiles.create(key);
        List<String> bundle = List.of(
                run.path().toString(),
                "--out",
                models().resolve(config.name()).resolve("1").toString(),
                "--key",
                key.toString());
        BundleProcess.make(bundle, line -> out.println("   " + line));
        ServedVersion version = ModelFolder.read(models(), Trust.only(KeyFiles.readPublic(publicKey())))
                .getFirst();
        KnownAnswers known = knownAnswers(version, config);
        out.printf(
                "   %,d digits that it was not trained with, and the answers of the engine that trained: libtorch.%n",
                known.size());
        var program = new StartedReplicas(LocalReplicas.Program.of(replicaOptions("onnx", "--orphan-seconds", "3")));
        Thread serving = Thread.currentThread();
        var hook = new Thread(() -> interrupt(serving), "signal");
        Runtime.getRuntime().addShutdownHook(hook);
        try (var session = new ServeSession(List.of(version), settings(), program, new ServeTelling(out))) {
            boolean isGood = serve(session, version, known, program);
            if (isGood && Terminals.detect().interactive()) {
                session.tellWhatIsServed(interrupted);
                out.println("It goes on answering until you press Enter.");
                awaitEnter();
            }
            return isGood;
        } finally {
            interrupted.countDown();
            removeHook(hook);
        }
    }

    /** A signal ends the process when this returns: the session is closed by the thread that has it. */
    private void interrupt(Thread serving) {
        serving.interrupt();
        try {
            boolean _ = interrupted.await(DEADLINE.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    private static void removeHook(Thread hook) {
        try {
            boolean _ = Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException _) {
            // the process is ending just now
        }
    }

    /** Reading from a terminal cannot be interrupted, so another thread does. */
    private static void awaitEnter() throws InterruptedException {
        var pressed = new CountDownLatch(1);
        Thread.ofPlatform().daemon().name("enter").start(() -> {
            try {
                int _ = System.in.read();
            } catch (IOException _) {
                // there is nobody who could press it
            }
            pressed.countDown();
        });
        pressed.await();
    }

    private List<String> replicaOptions(String engine, String... more) {
        var options = new ArrayList<>(List.of(
                "--engine", engine, "--trust", publicKey().toAbsolutePath().toString()));
        options.addAll(Arrays.asList(more));
        return options;
    }

    private KnownAnswers knownAnswers(ServedVersion version, RunConfig config) throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            Dataset data = Dataset.open(config.data(), config.seed());
            int[] ids = data.ids(Part.TEST).length > 0 ? data.ids(Part.TEST) : data.ids(Part.TRAIN);
            TensorData inputs = data.batch(Arrays.copyOf(ids, Math.min(ids.length, KNOWN_MAX)), Augment.none(), arena)
                    .inputs();
            var asked = new LinkedHashMap<String, TensorData>();
            asked.put(BundleMaker.INPUT, onHeap(inputs));
            return Undisturbed.answers(version, replicaOptions("torch"), asked);
        }
    }

    private static TensorData onHeap(TensorData tensor) {
        byte[] bytes = tensor.data().toArray(ValueLayout.JAVA_BYTE);
        return new TensorData(tensor.dtype(), tensor.shape(), MemorySegment.ofArray(bytes));
    }

    private static GatewaySettings settings() {
        return new GatewaySettings(
                Routing.Options.usual(),
                Fleet.Options.usual(Scaling.Options.between(REPLICAS, REPLICAS), 0),
                1,
                new RequestLimits(1 << 20, 64),
                DEADLINE,
                DEADLINE.multipliedBy(2),
                DEADLINE);
    }

    private boolean serve(ServeSession session, ServedVersion version, KnownAnswers known, StartedReplicas replicas)
            throws IOException, InterruptedException {
        List<OipAddress> at = session.listen(
                List.of(new OipAddress.Tcp("127.0.0.1", 0), new OipAddress.Tcp("127.0.0.1", 0)),
                OipServerSettings.DEFAULT);
        var harm = new DemoHarm(session, version.id(), REPLICAS, replicas, out);
        if (!harm.awaitAll()) {
            out.println("   The replicas did not start. This must not happen; please report it.");
            return false;
        }
        try (var client = new OipClient(at.getLast())) {
            load(client, known, WARM_UP).run(); // programs that have just begun are slow, which is another matter
            OpenLoad load = load(client, known, REQUESTS_MAX);
            CompletableFuture<Boolean> happened = CompletableFuture.supplyAsync(
                    () -> {
                        try {
                            return harm.happen(CALM);
                        } finally {
                            load.stop();
                        }
                    },
                    task -> Thread.ofVirtual().name("harm").start(task));
            return told(load.run(), happened.join());
        }
    }

    private static OpenLoad load(OipClient client, KnownAnswers known, int requests) {
        return new OpenLoad(
                client, new OpenLoad.Options(requests, PER_SECOND, DEADLINE, DEADLINE), known::request, known::wrong);
    }

    private boolean told(LoadReport report, boolean happened) {
        int lower = report.degraded().values().stream().mapToInt(n -> n).sum();
        out.println();
        out.printf(
                "   %,d requests sent in %.1f s, %.0f a second whatever happened%n",
                report.requests(), report.took().toMillis() / 1e3, PER_SECOND);
        out.printf("   %,d failed%n", report.failed() + report.unheard());
        out.printf("   %,d wrong%n", report.wrong());
        if (lower > 0) {
            out.printf("   %,d answered by a lower tier, and said so: %s%n", lower, report.degraded());
        }
        out.printf(
                "   slowest %.0f ms, half within %.1f ms%n",
                report.max().toNanos() / 1e6, report.p50().toNanos() / 1e6);
        report.examples().forEach(example -> out.println("   such as: " + example));
        if (!happened) {
            out.println("   A replica that was lost was not replaced in time. This must not happen; please report it.");
        }
        return report.isGood() && happened;
    }

    /** Says how to go on by hand. */
    void tellHow() {
        out.println("   serve it                         perdure serve %s --trust %s".formatted(models(), publicKey()));
    }
}
