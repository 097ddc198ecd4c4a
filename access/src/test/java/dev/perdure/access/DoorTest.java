package dev.perdure.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

import dev.perdure.core.Shape;
import dev.perdure.oip.Deadline;
import dev.perdure.oip.InferRequest;
import dev.perdure.oip.InferenceService;
import dev.perdure.oip.MemoryModels;
import dev.perdure.oip.ModelId;
import dev.perdure.oip.OipAddress;
import dev.perdure.oip.OipClient;
import dev.perdure.oip.OipEdge;
import dev.perdure.oip.OipError;
import dev.perdure.oip.OipException;
import dev.perdure.oip.OipServer;
import dev.perdure.oip.OipServerSettings;
import dev.perdure.oip.Outcome;
import dev.perdure.oip.Page;
import dev.perdure.oip.Right;
import dev.perdure.oip.SampleModels;
import dev.perdure.oip.Served;
import dev.perdure.oip.ServerMetadata;
import dev.perdure.oip.Tensor;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Nobody passes who does not show what is needed, over REST and gRPC alike. */
@Timeout(120)
class DoorTest {
    private static final Duration LONG = Duration.ofSeconds(20);
    private static final String ALICE = ApiKeys.create(new SecureRandom());
    private static final String OPS = ApiKeys.create(new SecureRandom());
    private static final String NOTHING = "";
    private static final String BODY =
            "{\"inputs\":[{\"name\":\"x\",\"shape\":[2],\"datatype\":\"FP32\",\"data\":[1,2]}]}";

    @TempDir
    Path folder;

    private final List<AutoCloseable> toClose = new ArrayList<>();
    private final Queue<Served> served = new ConcurrentLinkedQueue<>();
    private final Queue<String> clients = new ConcurrentLinkedQueue<>();
    private Path audit = Path.of("");

    @AfterEach
    void close() throws Exception {
        for (AutoCloseable each : toClose.reversed()) {
            each.close();
        }
    }

    private OipAddress serve(InferenceService service, boolean healthIsOpen, boolean metricsAreOpen)
            throws IOException {
        audit = folder.resolve("audit.jsonl");
        ApiKeys keys = ApiKeys.read(
                "keys",
                ApiKeys.line("alice", EnumSet.of(Right.PREDICT), ALICE) + "\n"
                        + ApiKeys.line("ops", EnumSet.of(Right.ADMIN), OPS));
        var door = new Door(
                Optional.of(() -> keys), Optional.empty(), healthIsOpen, metricsAreOpen, InstantSource.system());
        List<Page> pages = List.of(
                new Page("GET", "/metrics", _ -> Page.Answer.text(200, "text/plain", "figures")),
                new Page("GET", "/v2/models/{model}/page", _ -> Page.Answer.json("{}")),
                new Page("POST", "/v2/models/{model}/page", _ -> Page.Answer.json("{}")));
        var server = new OipServer(
                service,
                OipServerSettings.DEFAULT,
                List.of(new OipAddress.Tcp("127.0.0.1", 0)),
                pages,
                OipEdge.OPEN
                        .admitting(door)
                        .keeping(new AuditLog(audit, InstantSource.system()))
                        .telling(served::add));
        toClose.add(server);
        return server.addresses().getFirst();
    }

    private OipAddress serve() throws IOException {
        return serve(SampleModels.service(), true, false);
    }

    private static HttpResponse<String> ask(OipAddress at, String method, String path, String key, String... headers)
            throws Exception {
        try (var client = HttpClient.newHttpClient()) {
            var request = HttpRequest.newBuilder(URI.create("http://%s%s".formatted(at, path)))
                    .method(method, HttpRequest.BodyPublishers.ofString(path.endsWith("/infer") ? BODY : ""));
            if (!key.isEmpty()) {
                request.header("authorization", "Bearer " + key);
            }
            if (headers.length > 0) {
                request.headers(headers);
            }
            return client.send(request.build(), HttpResponse.BodyHandlers.ofString());
        }
    }

    private static int status(OipAddress at, String method, String path, String key) throws Exception {
        return ask(at, method, path, key).statusCode();
    }

    @Test
    void everyPathAsksForWhatItNeeds() throws Exception {
        OipAddress at = serve();
        for (String path : List.of("/v2/health/live", "/v2/health/ready", "/v2/models/adder/ready")) {
            assertThat(status(at, "GET", path, NOTHING)).as(path).isEqualTo(200);
        }
        for (String path : List.of(
                "/v2",
                "/v2/models/adder",
                "/v2/models/adder/config",
                "/v2/models/adder/stats",
                "/v2/models/stats",
                "/v2/models/adder/page",
                "/metrics")) {
            assertThat(status(at, "GET", path, NOTHING)).as(path).isEqualTo(401);
            assertThat(status(at, "GET", path, "perdure_wrong")).as(path).isEqualTo(401);
            assertThat(status(at, "GET", path, "eyJ.no.token")).as(path).isEqualTo(401);
            assertThat(status(at, "GET", path, ALICE)).as(path).isIn(200, 501);
        }
        for (String path : List.of("/v2/models/echo_FP32/infer", "/v2/models/echo_FP32/versions/1/infer")) {
            assertThat(status(at, "POST", path, NOTHING)).as(path).isEqualTo(401);
            assertThat(status(at, "POST", path, ALICE)).as(path).isEqualTo(200);
            assertThat(status(at, "POST", path, OPS)).as(path).isEqualTo(200);
        }
        for (String path : List.of(
                "/v2/repository/models/adder/unload",
                "/v2/repository/models/adder/load",
                "/v2//repository/models/adder/load/",
                "/v2/%72epository/models/adder/load",
                "/v2/models/adder/page")) {
            assertThat(status(at, "POST", path, NOTHING)).as(path).isEqualTo(401);
            assertThat(status(at, "POST", path, ALICE)).as(path).isEqualTo(403);
            assertThat(status(at, "POST", path, OPS)).as(path).isEqualTo(200);
        }
        assertThat(status(at, "GET", "/nothing/here", NOTHING)).isEqualTo(401);
        assertThat(status(at, "GET", "/nothing/here", ALICE)).isEqualTo(403);
        assertThat(status(at, "GET", "/nothing/here", OPS)).isEqualTo(404);
    }

    @Test
    void whatIsOpenIsForTheOperatorToSay() throws Exception {
        OipAddress closed = serve(SampleModels.service(), false, false);
        assertThat(status(closed, "GET", "/v2/health/ready", NOTHING)).isEqualTo(401);
        assertThat(status(closed, "GET", "/v2/health/ready", ALICE)).isEqualTo(200);
        OipAddress open = serve(SampleModels.service(), true, true);
        assertThat(status(open, "GET", "/metrics", NOTHING)).isEqualTo(200);
    }

    @Test
    void whoeverKeepsTheProcessMayAlwaysAskWhetherItLives() throws Exception {
        Path socket = folder.resolve("own.sock");
        try (var server = new OipServer(
                        SampleModels.service(),
                        OipServerSettings.DEFAULT,
                        List.of(new OipAddress.Unix(socket)),
                        List.of(),
                        OipEdge.OPEN.admitting((_, _, _) -> {
                            throw new OipException(OipError.UNAUTHENTICATED, "nobody");
                        }));
                var client = new OipClient(server.addresses().getFirst())) {
            assertThat(client.live(LONG)).isTrue();
            assertThatExceptionOfType(OipException.class)
                    .isThrownBy(() -> client.metadata(LONG))
                    .satisfies(e -> assertThat(e.error()).isEqualTo(OipError.UNAUTHENTICATED));
        }
    }

    @Test
    void aRefusalSaysWhyAndHowToPass() throws Exception {
        OipAddress at = serve();
        HttpResponse<String> stranger = ask(at, "POST", "/v2/models/echo_FP32/infer", NOTHING);
        assertThat(stranger.body()).contains("\"error\":\"nobody says who asks (expected: an API key");
        assertThat(stranger.headers().firstValue("www-authenticate")).contains("Bearer");
        assertThat(stranger.headers().firstValue("traceparent")).isPresent();
        assertThat(ask(at, "POST", "/v2/repository/models/adder/load", ALICE).body())
                .contains("client 'alice' may not do that (expected: role admin)");
        assertThat(ask(at, "GET", "/v2", NOTHING, "x-api-key", ALICE).statusCode())
                .isEqualTo(200);
        assertThat(ask(at, "GET", "/v2", NOTHING, "authorization", "Basic YTpi").body())
                .contains("does not begin with Bearer");
    }

    @Test
    void grpcAsksForTheSame() throws Exception {
        OipAddress at = serve();
        try (var client = new OipClient(at)) {
            assertThat(client.live(LONG)).isTrue();
            var request = new InferRequest(ModelId.of("echo_FP32"), List.of(Tensor.of("x", Shape.of(1), 1f)));
            Outcome stranger = client.infer(request, Deadline.in(LONG)).get();
            assertThat(stranger).isInstanceOfSatisfying(Outcome.Refused.class, refused -> {
                assertThat(refused.why().error()).isEqualTo(OipError.UNAUTHENTICATED);
                assertThat(refused.why().reason()).contains("as authorization: Bearer …");
            });
            Outcome known = client.infer(request, Deadline.in(LONG), Map.of("authorization", "Bearer " + ALICE))
                    .get();
            assertThat(known).isInstanceOf(Outcome.Answered.class);
        }
        byte[] load = {0, 0, 0, 0, 7, 18, 5, 'a', 'd', 'd', 'e', 'r'};
        assertThat(grpc(at, "/inference.GRPCInferenceService/RepositoryModelLoad", load, ALICE))
                .isEqualTo("7");
        assertThat(grpc(at, "/inference.GRPCInferenceService/RepositoryModelLoad", load, NOTHING))
                .isEqualTo("16");
        assertThat(grpc(at, "/inference.GRPCInferenceService/RepositoryModelLoad", load, OPS))
                .isEqualTo("none in the headers");
        assertThat(grpc(at, "/v2/repository/models/adder/load", load, ALICE))
                .as("one transport's path by the other")
                .isEqualTo("7");
    }

    /** Returns the status of a call that is refused before it is begun. */
    private static String grpc(OipAddress at, String path, byte[] message, String key) throws Exception {
        try (var client = HttpClient.newHttpClient()) {
            var request = HttpRequest.newBuilder(URI.create("http://%s%s".formatted(at, path)))
                    .version(HttpClient.Version.HTTP_2)
                    .header("content-type", "application/grpc")
                    .header("te", "trailers")
                    .POST(HttpRequest.BodyPublishers.ofByteArray(message));
            if (!key.isEmpty()) {
                request.header("authorization", "Bearer " + key);
            }
            return client.send(request.build(), HttpResponse.BodyHandlers.discarding())
                    .headers()
                    .firstValue("grpc-status")
                    .orElse("none in the headers");
        }
    }

    @Test
    void theServiceLearnsWhoAsksByWhatWasShown() throws Exception {
        var metadata = SampleModels.service().metadata(ModelId.of("echo_FP32"));
        OipAddress at = serve(
                new MemoryModels(
                        new ServerMetadata("test", "1", List.of()),
                        List.of(new MemoryModels.Model(metadata, (request, call) -> {
                            clients.add(call.client().orElse("nobody"));
                            return List.of(request.inputs().getFirst().named("y"));
                        }))),
                true,
                false);
        assertThat(ask(at, "POST", "/v2/models/echo_FP32/infer", ALICE, "perdure-client", "somebody else")
                        .statusCode())
                .isEqualTo(200);
        assertThat(clients).containsExactly("alice");
        await().atMost(LONG).until(() -> !served.isEmpty());
        assertThat(served.remove().client()).contains("alice");
    }

    @Test
    void whatIsChangedIsKeptWithWhoAndResult() throws Exception {
        OipAddress at = serve();
        ask(at, "POST", "/v2/repository/models/adder/unload", OPS);
        ask(at, "POST", "/v2/repository/models/nobody/load", OPS);
        ask(at, "POST", "/v2/repository/models/adder/load", NOTHING);
        ask(at, "POST", "/v2/models/echo_FP32/infer", ALICE);
        ask(at, "POST", "/v2/repository/models/adder/load", ALICE);
        await().atMost(LONG).until(() -> Files.readAllLines(audit).size() == 5);
        List<String> lines = Files.readAllLines(audit);
        assertThat(lines.get(0)).contains("\"asked\"", "\"who\":\"ops\"", "\"what\":\"unload\"", "\"model\":\"adder\"");
        assertThat(lines.get(1)).contains("\"done\"", "\"unload\"");
        assertThat(lines.get(2)).contains("\"asked\"", "\"load\"", "nobody");
        assertThat(lines.get(3)).contains("\"failed\"", "nobody");
        assertThat(lines.get(4)).contains("\"refused\"", "\"who\":\"alice\"", "expected: role admin");
    }

    @Test
    void nothingIsChangedThatCannotBeKept() throws Exception {
        OipAddress at = serve();
        Files.delete(audit);
        Files.createSymbolicLink(audit, Path.of("/dev/full"));
        HttpResponse<String> refused = ask(at, "POST", "/v2/repository/models/adder/unload", OPS);
        assertThat(refused.statusCode()).isEqualTo(503);
        assertThat(refused.body()).contains("the audit log cannot be written, so this is not done");
        assertThat(status(at, "GET", "/v2/models/adder/ready", NOTHING)).isEqualTo(200);
        assertThat(status(at, "POST", "/v2/models/echo_FP32/infer", ALICE))
                .as("whoever only asks is answered")
                .isEqualTo(200);
    }
}
