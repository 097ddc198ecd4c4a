package dev.perdure.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.perdure.benchmarks.OpenLoad;
import dev.perdure.gateway.RolloutSettings;
import dev.perdure.gateway.RolloutSettings.Manner;
import dev.perdure.gateway.ServedVersion;
import dev.perdure.model.Trust;
import dev.perdure.oip.InferResponse;
import dev.perdure.oip.ModelId;
import dev.perdure.oip.OipAddress;
import dev.perdure.oip.OipClient;
import dev.perdure.oip.OipException;
import dev.perdure.oip.OipServerSettings;
import dev.perdure.oip.Parameter;
import dev.perdure.oip.RepositoryEntry;
import dev.perdure.routing.Rollout;
import dev.perdure.store.LocalObjectStore;
import dev.perdure.testkit.ToClose;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Versions come and go in a folder whose models are served by real processes, and no request fails for it. */
@Timeout(240)
class RolloutServeTest {
    private static final ModelId MODEL = ModelId.of("linear");
    private static final Duration LONG = Served.LONG;
    private static final double PER_SECOND = 100;
    private static final LinearModel ONE = new LinearModel("linear", "1", 0.5f);
    /** The same weights but for their signs. */
    private static final LinearModel FLIPPED = new LinearModel("linear", "2", 0.5f, -1);

    private static final LinearModel THREE = new LinearModel("linear", "3", 0.75f);

    @TempDir
    Path models;

    /** What the gateways of a session share. */
    @TempDir
    Path run;

    @AutoClose
    private final ToClose toClose = new ToClose();

    private final ByteArrayOutputStream said = new ByteArrayOutputStream();
    private final ServeTelling telling = new ServeTelling(new PrintStream(said, true, StandardCharsets.UTF_8));
    private final Map<String, AtomicInteger> answeredBy = new ConcurrentSkipListMap<>();
    private List<OipAddress> addresses = List.of();

    private static RolloutSettings rollouts() {
        return RolloutSettings.usual()
                .with(new Rollout.Options(
                        1, 60, List.of(0.1, 0.5), 40, Duration.ofMillis(100), 0.2, 0.01, 0.02, 100, 1.25, 0));
    }

    private ModelWatch watch() throws IOException {
        return new ModelWatch(
                models,
                Trust.anybody(),
                new RolloutRecords(models, telling::say),
                new OrdersFile(run.resolve("orders")),
                telling::say);
    }

    private ServeSession serve(RolloutSettings rollouts) throws Exception {
        ModelWatch watch = watch();
        List<ServedVersion> versions = watch.first();
        ServeSession session =
                toClose.add(new ServeSession(versions, Served.by(1), rollouts, watch, Served.program(), telling));
        addresses = session.listen(Served.anywhere(2), OipServerSettings.DEFAULT);
        await().atMost(LONG).until(session.gateway()::ready);
        watch.begin(session.gateway(), Duration.ofMillis(200));
        return session;
    }

    private OipClient client() {
        return toClose.add(new OipClient(addresses.getLast()));
    }

    private Optional<String> wrong(int number, InferResponse response) {
        String version = response.model().version().orElse("");
        answeredBy.computeIfAbsent(version, _ -> new AtomicInteger()).incrementAndGet();
        return Stream.of(ONE, FLIPPED, THREE)
                .filter(model -> model.version().equals(version))
                .findFirst()
                .map(model -> model.wrong(number, response))
                .orElse(Optional.of("nobody's version: " + version));
    }

    private OpenLoad.LoadReport load(OipClient client, int requests) {
        var load = new OpenLoad(
                client,
                new OpenLoad.Options(requests, PER_SECOND, Duration.ofSeconds(30), Duration.ofSeconds(15)),
                number -> LinearModel.request(MODEL, LinearModel.input(number)),
                this::wrong);
        try {
            return load.run();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Asks, some hundred requests after others, until it is over. */
    private CompletableFuture<List<OpenLoad.LoadReport>> loadUntil(AtomicBoolean isOver) {
        OipClient client = client();
        var executor = Executors.newVirtualThreadPerTaskExecutor();
        AutoCloseable ends = executor::shutdownNow;
        toClose.add(ends);
        return CompletableFuture.supplyAsync(
                () -> {
                    var reports = new ArrayList<OpenLoad.LoadReport>();
                    while (!isOver.get()) {
                        reports.add(load(client, 300));
                    }
                    return reports;
                },
                executor);
    }

    private int by(LinearModel model) {
        return Optional.ofNullable(answeredBy.get(model.version()))
                .map(AtomicInteger::get)
                .orElse(0);
    }

    private String words() {
        return said.toString(StandardCharsets.UTF_8);
    }

    private void remove(LinearModel model) throws IOException {
        Path place = models.resolve(model.name()).resolve(model.version());
        try (Stream<Path> files = Files.walk(place)) {
            files.sorted(Comparator.reverseOrder())
                    .forEach(file -> file.toFile().delete());
        }
    }

    private static void copy(Path from, Path to) throws IOException {
        Files.createDirectories(to);
        try (Stream<Path> files = Files.list(from)) {
            for (Path file : files.toList()) {
                Files.copy(file, to.resolve(file.getFileName()));
            }
        }
    }

    private List<String> served(OipClient client) {
        return client.index(true, LONG).stream().map(RepositoryEntry::version).toList();
    }

    @Test
    void versionsComeAndGoUnderLoadAndNoRequestFails() throws Exception {
        ONE.write(models, Optional.empty());
        serve(rollouts().in(Manner.AT_ONCE));
        OipClient client = client();
        var isOver = new AtomicBoolean();
        CompletableFuture<List<OpenLoad.LoadReport>> reports = loadUntil(isOver);
        await().atMost(LONG).until(() -> by(ONE) > 100);
        THREE.write(models, Optional.empty());
        await().atMost(LONG).until(() -> by(THREE) > 20);
        remove(ONE);
        await().atMost(LONG).until(() -> served(client).equals(List.of("3")));
        ONE.write(models, Optional.empty());
        client.load("linear", Map.of(), LONG);
        assertThat(served(client)).contains("1", "3");
        client.unload("linear", Map.of("version", dev.perdure.oip.Parameter.of("3")), LONG);
        int before = by(ONE);
        await().atMost(LONG).until(() -> by(ONE) > before + 20);
        isOver.set(true);
        System.out.println(words() + answeredBy);
        assertThat(reports.get())
                .allSatisfy(report -> assertThat(report.failed() + report.wrong() + report.unheard())
                        .as("%s", report)
                        .isZero());
        assertThat(words()).contains("linear/3: takes over from linear/1", "linear/3 is unloaded by request");
        assertThatThrownBy(() -> client.load("../linear", Map.of(), LONG)).isInstanceOf(OipException.class);
        assertThatThrownBy(() -> client.load("other", Map.of(), LONG))
                .hasMessageContaining("expected: one of [linear]");
    }

    @Test
    void aBadVersionIsRolledBackAndRememberedAndAGoodOneIsPromoted() throws Exception {
        ONE.write(models, Optional.empty());
        ServeSession session = serve(rollouts());
        var isOver = new AtomicBoolean();
        CompletableFuture<List<OpenLoad.LoadReport>> reports = loadUntil(isOver);
        await().atMost(LONG).until(() -> by(ONE) > 100);
        FLIPPED.write(models, Optional.empty());
        await().atMost(LONG).until(() -> words().contains("linear/2: rolled back"));
        THREE.write(models, Optional.empty());
        await().atMost(LONG).until(() -> words().contains("linear/3: takes over from linear/1"));
        isOver.set(true);
        System.out.println(words() + answeredBy);
        assertThat(reports.get())
                .allSatisfy(report -> assertThat(report.failed() + report.wrong() + report.unheard())
                        .as("%s", report)
                        .isZero());
        assertThat(by(FLIPPED)).as("seen in the shadow").isZero();
        assertThat(by(THREE)).isPositive();
        assertThat(words()).contains("linear/2: rolled back: disagreement", "linear/3: it answers 10 % of requests");
        assertThat(client().index(false, LONG))
                .anySatisfy(entry -> assertThat(entry.reason()).contains("it was rolled back", "disagreement"));
        session.close();
        assertThat(watch().first())
                .extracting(version -> version.id().toString())
                .containsExactly("linear/1", "linear/3");
    }

    private void rolledBackBefore(LinearModel model) throws IOException {
        Path place = models.resolve(model.name()).resolve(model.version());
        new LocalObjectStore(models.resolve(".perdure").resolve("rollouts"))
                .putIfAbsent(
                        "rolled-back/"
                                + ModelFolder.verified(place, Trust.anybody()).digest(),
                        "before".getBytes(StandardCharsets.UTF_8));
    }

    /** Two gateways with one folder of models and one file of orders, as those of a session have. */
    @Test
    void whatOneOfTwoGatewaysIsAskedBothDo() throws Exception {
        ONE.write(models, Optional.empty());
        FLIPPED.write(models, Optional.empty());
        rolledBackBefore(FLIPPED);
        serve(rollouts());
        OipClient first = client();
        serve(rollouts());
        OipClient second = client();
        assertThat(served(first)).containsExactly("1");
        assertThat(served(second)).containsExactly("1");
        first.load("linear", Map.of("rollout", Parameter.of("at-once")), LONG);
        assertThat(served(first)).contains("2");
        await().atMost(LONG).until(() -> served(second).contains("2"));
        second.unload("linear", Map.of("version", Parameter.of("2")), LONG);
        assertThat(served(second)).containsExactly("1");
        await().atMost(LONG).until(() -> served(first).equals(List.of("1")));
        second.unload("linear", Map.of(), LONG);
        await().atMost(LONG).until(() -> served(first).isEmpty());
        assertThatThrownBy(() -> first.unload("linear", Map.of(), LONG)).hasMessageContaining("expected: one of []");
        first.load("linear", Map.of(), LONG);
        assertThat(served(first)).contains("1", "2");
        await().atMost(LONG).until(() -> served(second).containsAll(List.of("1", "2")));
    }

    @Test
    void whatCannotBeToldToAllGatewaysIsNotDone() throws Exception {
        ONE.write(models, Optional.empty());
        serve(rollouts());
        OipClient client = client();
        Files.createDirectories(run.resolve("orders").resolve("in-the-way"));
        assertThatThrownBy(() -> client.unload("linear", Map.of(), LONG))
                .hasMessageContaining("linear: what is asked cannot be written for all gateways, so it is as it was");
        assertThat(served(client)).containsExactly("1");
    }

    @Test
    void aBundleThatIsRefusedIsToldOfOnceAndKeepsNothingFromServing() throws Exception {
        ONE.write(models, Optional.empty());
        serve(rollouts().in(Manner.AT_ONCE));
        THREE.write(models.resolve("elsewhere"), Optional.empty());
        Path whole = models.resolve("elsewhere").resolve("linear").resolve("3");
        Path torn = Files.createDirectories(models.resolve("linear").resolve("3"));
        Files.copy(whole.resolve("bundle.json"), torn.resolve("bundle.json"));
        await().atMost(LONG).until(() -> words().contains("a bundle is refused"));
        OipClient client = client();
        assertThat(client.index(false, LONG))
                .anySatisfy(entry -> assertThat(entry.reason()).contains("it is refused"));
        assertThat(LinearModel.values(client.infer(LinearModel.request(MODEL, 1, 2), dev.perdure.oip.Deadline.in(LONG))
                        .get()
                        .orThrow()))
                .containsExactly(3.5f, -0.5f);
        assertThat(words().split("a bundle is refused", -1)).hasSize(2);
        copy(whole.resolve("objects"), torn.resolve("objects"));
        await().atMost(LONG).until(() -> served(client).contains("3"));
    }
}
