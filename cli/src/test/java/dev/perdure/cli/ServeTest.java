package dev.perdure.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.perdure.benchmarks.OpenLoad;
import dev.perdure.model.Trust;
import dev.perdure.oip.Deadline;
import dev.perdure.oip.InferRequest;
import dev.perdure.oip.ModelId;
import dev.perdure.oip.OipAddress;
import dev.perdure.oip.OipClient;
import dev.perdure.oip.OipServerSettings;
import dev.perdure.oip.Outcome;
import dev.perdure.testkit.ToClose;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Models are served by real processes, and whatever becomes of those, requests are answered, and rightly. */
class ServeTest {
    private static final ModelId MODEL = ModelId.of("linear");
    private static final LinearModel LINEAR = new LinearModel("linear", "1", 0.5f);
    private static final Duration LONG = Served.LONG;
    /** A machine that builds other things at the same time may need long to start programs. */
    private static final Duration START = Duration.ofMinutes(4);

    @TempDir
    Path models;

    @AutoClose
    private final ToClose toClose = new ToClose();

    private final ByteArrayOutputStream said = new ByteArrayOutputStream();
    private final ScheduledExecutorService faults = Executors.newSingleThreadScheduledExecutor();
    private List<OipAddress> addresses = List.of();

    @BeforeEach
    void write() throws Exception {
        LINEAR.write(models, Optional.empty());
    }

    @AfterEach
    void noMoreFaults() {
        faults.shutdownNow();
    }

    private ServeSession serve(int replicas, LocalReplicas.Program program) throws Exception {
        ServeSession session = toClose.add(new ServeSession(
                ModelFolder.read(models, Trust.anybody()),
                Served.by(replicas),
                program,
                new ServeTelling(new PrintStream(said, true, StandardCharsets.UTF_8))));
        addresses = session.listen(Served.anywhere(2), OipServerSettings.DEFAULT);
        await().atMost(START).until(() -> session.gateway().inUse(MODEL) == replicas);
        return session;
    }

    private OipClient client() {
        return toClose.add(new OipClient(addresses.getLast()));
    }

    private OpenLoad load(int requests, double perSecond) {
        return new OpenLoad(
                client(),
                new OpenLoad.Options(requests, perSecond, LONG, Duration.ofSeconds(15)),
                number -> LinearModel.request(MODEL, LinearModel.input(number)),
                LINEAR::wrong);
    }

    private static HttpResponse<String> http(OipAddress at, String path, String body) throws Exception {
        try (var client = HttpClient.newHttpClient()) {
            var request = HttpRequest.newBuilder(URI.create("http://%s%s".formatted(at, path)));
            return client.send(
                    body.isEmpty()
                            ? request.build()
                            : request.POST(HttpRequest.BodyPublishers.ofString(body))
                                    .build(),
                    HttpResponse.BodyHandlers.ofString());
        }
    }

    @Test
    void restAndGrpcGiveTheGoldenAnswersAndSayWhoGaveThem() throws Exception {
        ServeSession session = serve(1, Served.program());
        OipAddress rest = addresses.getFirst();
        assertThat(http(rest, "/v2/health/ready", "").statusCode()).isEqualTo(200);
        assertThat(http(rest, "/v2/models/linear", "").body()).contains("\"versions\":[\"1\"]", "\"name\":\"x\"");
        String body =
                "{\"id\":\"7\",\"inputs\":[{\"name\":\"x\",\"shape\":[2,2],\"datatype\":\"FP32\",\"data\":[[1,2],[3,4]]}]}";
        HttpResponse<String> answer = http(rest, "/v2/models/linear/infer", body);
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        assertThat(answer.body())
                .contains("\"id\":\"7\"", "\"perdure_tier\":\"model\"", "3.5,-0.5,7.5,-0.5", "\"model_version\":\"1\"");
        HttpResponse<String> refused = http(rest, "/v2/models/linear/infer", body.replace("FP32", "FP64"));
        assertThat(refused.statusCode()).isEqualTo(400);
        assertThat(refused.body()).contains("expected: FP32");
        assertThat(http(rest, "/v2/models/nobody/infer", body).statusCode()).isEqualTo(404);
        Outcome outcome = client().infer(LinearModel.request(MODEL, 1, 2), Deadline.in(LONG))
                .get();
        assertThat(LinearModel.values(outcome.orThrow())).containsExactly(3.5f, -0.5f);
        assertThat(client().index(true, LONG)).hasSize(1);
        List<ProcessHandle> processes = Served.processes(session);
        assertThat(processes).hasSize(1);
        session.close();
        assertThat(processes).noneMatch(ProcessHandle::isAlive);
        assertThat(session.folder()).doesNotExist();
    }

    @Test
    void ofTenThousandRequestsNoneFailsOrIsWrongWhileReplicasAreKilled() throws Exception {
        killBeside(10_000, 250, Duration.ofSeconds(3));
    }

    /** As many as {@code -Drequests} says, {@code -Drate} a second: without, a million in half an hour. */
    @Test
    @Tag("soak")
    void ofAMillionRequestsNoneFailsOrIsWrongWhileReplicasAreKilled() throws Exception {
        killBeside(Integer.getInteger("requests", 1_000_000), Integer.getInteger("rate", 600), Duration.ofSeconds(3));
    }

    /** Every few seconds one is killed, if all are there: how soon that is again is the machine's. */
    private void killBeside(int requests, double perSecond, Duration every) throws Exception {
        ServeSession session = serve(3, Served.program());
        load(400, 100).run(); // programs that have just begun are slow, and that is not what is looked at
        var random = new Random(4);
        var killed = new ArrayList<Long>();
        var _ = faults.scheduleWithFixedDelay(
                () -> {
                    List<ProcessHandle> alive = Served.processes(session);
                    if (session.gateway().inUse(MODEL) == 3) {
                        ProcessHandle victim = alive.get(random.nextInt(alive.size()));
                        killed.add(victim.pid());
                        victim.destroyForcibly();
                    }
                },
                every.toMillis(),
                every.toMillis(),
                TimeUnit.MILLISECONDS);
        OpenLoad.LoadReport report = load(requests, perSecond).run();
        System.out.printf("%d killed: %s%n", killed.size(), report);
        assertThat(killed).isNotEmpty();
        assertThat(report.failed()).as("%s", report).isZero();
        assertThat(report.wrong()).as("%s", report).isZero();
        assertThat(report.unheard()).isZero();
        assertThat(report.right() + report.late()).isEqualTo(requests);
        assertThat(said.toString(StandardCharsets.UTF_8))
                .contains(" is gone: ", ". What it had goes to others, and another is started");
    }

    @Test
    void aReplicaThatStandsStillCostsNoRequestAndIsReplaced() throws Exception {
        ServeSession session = serve(2, Served.program());
        ProcessHandle stopped = Served.processes(session).getFirst();
        var _ = faults.schedule(() -> signal("STOP", stopped), 1, TimeUnit.SECONDS);
        OpenLoad.LoadReport report = load(600, 100).run(); // one alone must bear it
        System.out.println(report);
        assertThat(report.failed() + report.wrong()).as("%s", report).isZero();
        assertThat(report.right() + report.late()).isEqualTo(600);
        await().atMost(LONG).untilAsserted(() -> assertThat(stopped.isAlive()).isFalse());
        await().atMost(START).until(() -> session.gateway().inUse(MODEL) == 2);
    }

    private static void signal(String name, ProcessHandle process) {
        try {
            new ProcessBuilder("kill", "-" + name, Long.toString(process.pid()))
                    .start()
                    .waitFor();
        } catch (IOException | InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    @Tag("soak")
    void anInputThatEndsReplicasIsRefusedAndNoOtherFails() throws Exception {
        poisonBeside(5, 40);
    }

    @Test
    @Tag("soak")
    void anInputThatEndsReplicasUnderLoadIsRefusedAndNoOtherFails() throws Exception {
        poisonBeside(50, 600);
    }

    private void poisonBeside(double perSecond, int requests) throws Exception {
        serve(3, (address, bundle, _, log) -> PoisonedReplica.start(address, bundle, log));
        load(200, 50).run();
        InferRequest poison = LinearModel.request(MODEL, PoisonedReplica.POISON, 1);
        var refused = new CompletableFuture<Outcome>();
        var _ = faults.schedule(
                () -> {
                    var _ = client().infer(poison, Deadline.in(Duration.ofSeconds(15)))
                            .thenAccept(refused::complete);
                },
                1,
                TimeUnit.SECONDS);
        OpenLoad.LoadReport report = load(requests, perSecond).run();
        System.out.println(report);
        assertThat(report.failed() + report.wrong()).as("%s", report).isZero();
        assertThat(refused.get(20, TimeUnit.SECONDS))
                .isInstanceOfSatisfying(
                        Outcome.Refused.class,
                        outcome -> assertThat(outcome.why().reason()).contains("two replicas ended"));
    }
}
