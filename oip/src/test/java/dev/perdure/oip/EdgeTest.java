package dev.perdure.oip;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.perdure.core.Shape;
import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Before any service, a request's trace is taken up, and after it its end is told, once. */
@Timeout(60)
class EdgeTest {
    private static final Duration LONG = Duration.ofSeconds(20);
    private static final String TRACE = "0af7651916cd43dd8448eb211c80319c";
    private static final String PARENT = "00-" + TRACE + "-b7ad6b7169203331-01";
    private static final String ECHO = "/v2/models/echo_FP32/infer";
    private static final String BODY =
            "{\"id\":\"mine\",\"inputs\":[{\"name\":\"x\",\"shape\":[2],\"datatype\":\"FP32\",\"data\":[1,2]}]}";

    private final Queue<Served> served = new ConcurrentLinkedQueue<>();
    private final Queue<Optional<Trace>> traces = new ConcurrentLinkedQueue<>();
    private final List<AutoCloseable> toClose = new ArrayList<>();

    @AfterEach
    void close() throws Exception {
        for (AutoCloseable each : toClose.reversed()) {
            each.close();
        }
    }

    private OipAddress.Tcp serve(InferenceService service) throws IOException {
        var usual = OipServerSettings.DEFAULT;
        var settings = new OipServerSettings(
                usual.limits(), usual.requestWithin(), usual.stallMax(), usual.idleMax(), 100, 100, Duration.ZERO);
        var server = new OipServer(
                service,
                settings,
                List.of(new OipAddress.Tcp("127.0.0.1", 0)),
                List.of(),
                OipEdge.OPEN.telling(served::add));
        toClose.add(server);
        return (OipAddress.Tcp) server.addresses().getFirst();
    }

    /** An echo that keeps what it was told of the trace. */
    private InferenceService traced() {
        var metadata = new ModelMetadata(
                "echo_FP32",
                List.of("1"),
                "test",
                List.of(new TensorMetadata("x", Datatype.FP32, List.of(-1L))),
                List.of(new TensorMetadata("y", Datatype.FP32, List.of(-1L))));
        return new MemoryModels(
                new ServerMetadata("traced", "1", List.of()),
                List.of(new MemoryModels.Model(metadata, (request, call) -> {
                    traces.add(call.trace());
                    return List.of(request.inputs().getFirst().named("y"));
                })));
    }

    private HttpResponse<String> post(OipAddress at, String path, String body, String... headers) throws Exception {
        try (var client = HttpClient.newHttpClient()) {
            var request = HttpRequest.newBuilder(URI.create("http://%s%s".formatted(at, path)))
                    .POST(HttpRequest.BodyPublishers.ofString(body));
            if (headers.length > 0) {
                request.headers(headers);
            }
            return client.send(request.build(), HttpResponse.BodyHandlers.ofString());
        }
    }

    private Served only() {
        await().atMost(LONG).until(() -> served.size() == 1);
        return served.remove();
    }

    @Test
    void aTraceThatTheClientNamesReachesTheServiceAndIsAnswered() throws Exception {
        OipAddress at = serve(traced());
        HttpResponse<String> answer = post(at, ECHO, BODY, "traceparent", PARENT, "tracestate", "vendor=7");
        String answered = answer.headers().firstValue("traceparent").orElseThrow();
        assertThat(answered).matches("00-" + TRACE + "-[0-9a-f]{16}-01").isNotEqualTo(PARENT);
        Trace seen = traces.remove().orElseThrow();
        assertThat(seen.parent()).isEqualTo(answered);
        assertThat(seen.headers()).containsEntry("tracestate", "vendor=7");
        Served told = only();
        assertThat(told.trace()).isEqualTo(seen);
        assertThat(told.requestId()).isEqualTo("mine");
        try (var client = new OipClient(at)) {
            var request = new InferRequest(ModelId.of("echo_FP32"), List.of(Tensor.of("x", Shape.of(1), 1f)));
            client.infer(request, Deadline.in(LONG), Map.of("traceparent", PARENT))
                    .get()
                    .orThrow();
        }
        assertThat(traces.remove().orElseThrow().traceId()).isEqualTo(TRACE);
        Served grpc = only();
        assertThat(grpc.isGrpc()).isTrue();
        assertThat(grpc.requestId())
                .as("of a request without")
                .isEqualTo(grpc.trace().spanId());
    }

    @Test
    void aTraceThatIsNotWrittenAsTheStandardSaysIsNotTakenOver() {
        RandomGenerator random = RandomGenerator.of("L64X128MixRandom");
        for (String wrong : List.of(
                "",
                "nonsense",
                PARENT + "-more",
                PARENT.toUpperCase(Locale.ROOT),
                "ff" + PARENT.substring(2),
                "00-" + "0".repeat(32) + "-b7ad6b7169203331-01",
                "00-" + TRACE + "-" + "0".repeat(16) + "-01")) {
            Trace trace = Trace.of(Optional.of(wrong), Optional.of("kept=no"), random);
            assertThat(trace.parent())
                    .as(wrong)
                    .matches("00-[0-9a-f]{32}-[0-9a-f]{16}-00")
                    .doesNotContain(TRACE);
            assertThat(trace.state()).isEmpty();
        }
        String later = "01" + PARENT.substring(2) + "-what comes";
        assertThat(Trace.of(Optional.of(later), Optional.empty(), random).traceId())
                .as("a later version begins as this one does")
                .isEqualTo(TRACE);
        Optional<String> tooLong = Optional.of("k=" + "v".repeat(600));
        assertThat(Trace.of(Optional.of(PARENT), tooLong, random).state()).isEmpty();
    }

    @Test
    void theEndOfEachRequestIsToldOnceWithWhatBecameOfIt() throws Exception {
        OipAddress at = serve(SampleModels.service());
        assertThat(post(at, ECHO, BODY).statusCode()).isEqualTo(200);
        Served answered = only();
        assertThat(answered.end()).isEqualTo(Served.End.ANSWERED);
        assertThat(answered.model()).contains(ModelId.of("echo_FP32", "1"));
        assertThat(answered.operation()).isEqualTo(Operation.INFER);
        assertThat(answered.took()).isPositive();

        post(at, ECHO, BODY.replace("[2]", "[3]"));
        Served invalid = only();
        assertThat(invalid.refused()).contains(OipError.INVALID);
        assertThat(invalid.reason()).isNotEmpty();

        post(at, "/v2/models/nobody/infer", BODY);
        assertThat(only().refused()).contains(OipError.NOT_FOUND);

        post(at, "/v2/repository/models/adder/unload", "");
        Served unloaded = only();
        assertThat(unloaded.operation()).isEqualTo(Operation.UNLOAD);
        assertThat(unloaded.model()).contains(ModelId.of("adder"));

        post(at, "/nothing/here", "");
        Served nothing = only();
        assertThat(nothing.operation()).isEqualTo(Operation.OTHER);
        assertThat(nothing.refused()).contains(OipError.NOT_FOUND);

        try (var client = new OipClient(at)) {
            assertThat(client.live(LONG)).isTrue();
            assertThat(only().operation()).isEqualTo(Operation.HEALTH);
            client.infer(new InferRequest(ModelId.of("nobody"), List.of()), Deadline.in(LONG))
                    .get();
            Served refused = only();
            assertThat(refused.end()).isEqualTo(Served.End.REFUSED);
            assertThat(refused.refused()).isPresent();
            assertThat(refused.isGrpc()).isTrue();
        }
    }

    @Test
    void aRequestWhoseClientWentAwayIsAbandoned() throws Exception {
        var slow = new Slow();
        OipAddress.Tcp at = serve(slow.service());
        try (var socket = new Socket(at.host(), at.port())) {
            String request = "POST /v2/models/slow/infer HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n%s"
                    .formatted(BODY.length(), BODY);
            socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
            slow.asked.await();
        }
        assertThat(only().end()).isEqualTo(Served.End.ABANDONED);
        slow.goOn.countDown();
    }
}
