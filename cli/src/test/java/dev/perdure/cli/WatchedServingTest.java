package dev.perdure.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.perdure.access.ApiKeys;
import dev.perdure.gateway.Gateway;
import dev.perdure.gateway.GatewaySettings;
import dev.perdure.gateway.Safeguards;
import dev.perdure.gateway.ServedVersion;
import dev.perdure.guard.DriftSettings;
import dev.perdure.guard.GuardPolicies;
import dev.perdure.guard.GuardPolicy;
import dev.perdure.model.Trust;
import dev.perdure.oip.ModelId;
import dev.perdure.oip.OipAddress;
import dev.perdure.oip.OipServerSettings;
import dev.perdure.oip.Right;
import dev.perdure.recall.MemoryRecall;
import dev.perdure.recall.RecallLimits;
import dev.perdure.routing.Routing;
import dev.perdure.routing.Scaling;
import dev.perdure.testkit.Certificates;
import dev.perdure.testkit.ToClose;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A server with real replicas, a certificate and keys, as those see it who watch it. */
@Timeout(240)
class WatchedServingTest {
    /** Of a batch, and of a window that is compared with training. */
    private static final int ROWS = 50;

    private static final Path ROOT = Path.of("").toAbsolutePath().resolve("..").normalize();
    private static final Duration LONG = Served.LONG;
    private static final String TRACE = "0af7651916cd43dd8448eb211c80319c";
    private static final String ALICE = ApiKeys.create(new SecureRandom());
    private static final String OPS = ApiKeys.create(new SecureRandom());
    private static final String BODY =
            "{\"id\":\"%s\",\"inputs\":[{\"name\":\"x\",\"shape\":[1,2],\"datatype\":\"FP32\",\"data\":[1,2]}]}";
    private static final Pattern SAMPLE = Pattern.compile("(?m)^([a-z_:][a-z0-9_:]*)(?:\\{([^}]*)})? ");
    private static final Pattern METRIC =
            Pattern.compile("\\b((?:perdure|jvm|process|system)_[a-z0-9_]+)(?:\\{([^}]*)})?");
    private static final Pattern LABEL = Pattern.compile("([a-z_]+)\\s*(?:=~|!~|!=|=)");

    @TempDir
    Path folder;

    @AutoClose
    private final ToClose toClose = new ToClose();

    private final ByteArrayOutputStream said = new ByteArrayOutputStream();
    private Path audit = Path.of("");
    private Optional<Gateway> gateway = Optional.empty();
    private Optional<ServedVersion> newer = Optional.empty();
    private String url = "";
    private HttpClient client = HttpClient.newHttpClient();

    @BeforeEach
    void serve() throws Exception {
        Path models = folder.resolve("models");
        new LinearModel("linear", "1", 0.5f).writeWatched(models);
        new LinearModel("linear", "2", 0.5f).writeWatched(models);
        Certificates.Pair pair = Certificates.make(folder, "server", 30);
        Path keys = folder.resolve("keys");
        Files.writeString(
                keys,
                ApiKeys.line("alice", EnumSet.of(Right.PREDICT), ALICE) + "\n"
                        + ApiKeys.line("ops", EnumSet.of(Right.ADMIN), OPS) + "\n");
        audit = folder.resolve("audit.jsonl");
        var tls = new TlsOptions();
        tls.certificate = pair.certificate();
        tls.key = pair.key();
        var access = new AccessOptions();
        access.keys = keys;
        access.audit = audit;
        access.rate = 2.0;
        access.burst = 20.0;
        var telling = new JsonTelling(new PrintStream(said, true, UTF_8), Clock.systemUTC());
        Entrance entrance = toClose.add(new Entrance(tls, access, telling::say, Duration.ofMillis(50)));
        GatewaySettings settings = Served.by(Scaling.Options.between(1, 1), access.limited(Routing.Options.usual()))
                .with(new Safeguards(
                        Optional.of(GuardPolicies.all(GuardPolicy.standard())),
                        Optional.of(new DriftSettings(ROWS, 0.001, false, 1)),
                        Safeguards.USUAL_FALLBACKS,
                        new MemoryRecall(RecallLimits.usual(), InstantSource.system())));
        List<ServedVersion> versions = ModelFolder.read(models, Trust.anybody());
        newer = Optional.of(versions.getLast());
        ServeSession session =
                toClose.add(new ServeSession(versions.subList(0, 1), settings, Served.program(), telling));
        gateway = Optional.of(session.gateway());
        entrance.bindTo(session.observed().registry());
        List<OipAddress> at = session.listen(Served.anywhere(2), OipServerSettings.DEFAULT, entrance.edge());
        url = "https://" + at.getFirst();
        client = HttpClient.newBuilder()
                .sslContext(Certificates.client(pair, List.of()))
                .build();
        toClose.add(client);
        await().atMost(LONG).until(() -> session.gateway().inUse(ModelId.of("linear")) == 1);
    }

    private HttpResponse<String> send(HttpRequest.Builder request, String key) throws Exception {
        return client.send(
                request.header("authorization", "Bearer " + key)
                        .header("traceparent", "00-" + TRACE + "-b7ad6b7169203331-01")
                        .build(),
                HttpResponse.BodyHandlers.ofString());
    }

    private HttpResponse<String> post(String path, String body, String key) throws Exception {
        return send(
                HttpRequest.newBuilder(URI.create(url + path)).POST(HttpRequest.BodyPublishers.ofString(body)), key);
    }

    private String figures() throws Exception {
        HttpResponse<String> figures = send(HttpRequest.newBuilder(URI.create(url + "/metrics")), ALICE);
        assertThat(figures.statusCode()).isEqualTo(200);
        return figures.body();
    }

    /** Returns the labels of each metric that is exposed. */
    private Map<String, Set<String>> exposed() throws Exception {
        var exposed = new TreeMap<String, Set<String>>();
        matches(SAMPLE, figures())
                .forEach(sample -> matches(
                                LABEL, Optional.ofNullable(sample.group(2)).orElse(""))
                        .map(label -> label.group(1))
                        .forEach(exposed.computeIfAbsent(sample.group(1), _ -> new TreeSet<>())::add));
        return exposed;
    }

    private static Stream<MatchResult> matches(Pattern pattern, String text) {
        return pattern.matcher(text).results();
    }

    /** Has everything happen that there are figures of. */
    private void use() throws Exception {
        assertThat(post("/v2/models/linear/infer", BODY.formatted("1"), ALICE).statusCode())
                .isEqualTo(200);
        assertThat(post("/v2/models/linear/outcomes", "{\"outcomes\":[{\"id\":\"1\",\"label\":\"sum\"}]}", ALICE)
                        .body())
                .contains("\"joined\":1");
        String rows = IntStream.range(0, 2 * ROWS).mapToObj(String::valueOf).collect(Collectors.joining(","));
        assertThat(post(
                                "/v2/models/linear/infer",
                                BODY.formatted("rows")
                                        .replace("[1,2],\"datatype", "[" + ROWS + ",2],\"datatype")
                                        .replace("\"data\":[1,2]", "\"data\":[" + rows + "]"),
                                ALICE)
                        .statusCode())
                .isEqualTo(200);
        gateway.orElseThrow().serve(newer.orElseThrow());
        await().atMost(LONG)
                .until(() -> figures().contains("perdure_drift_windows_total{model=\"linear\",version=\"1\"} 1"));
    }

    @Test
    void dashboardAlertsAndPagesNameFiguresThatThereAre() throws Exception {
        use();
        post("/v2/models/linear/infer", "nonsense", ALICE);
        await().atMost(LONG).until(() -> figures().contains("reason=\"invalid\""));
        System.gc(); // of what never happened, the JVM's own figures have nothing
        await().atMost(LONG).until(() -> figures().contains("jvm_gc_pause_seconds_sum"));
        Map<String, Set<String>> exposed = exposed();
        for (String file : List.of("ops/grafana-serving.json", "ops/prometheus-rules.yml")) {
            String text = Files.readString(ROOT.resolve(file)).replace("\\\"", "\"");
            List<MatchResult> named = matches(METRIC, text).toList();
            assertThat(named).as(file).hasSizeGreaterThan(15);
            for (MatchResult metric : named) {
                assertThat(exposed).as("%s names %s", file, metric.group()).containsKey(metric.group(1));
                assertThat(Optional.ofNullable(exposed.get(metric.group(1))).orElseThrow())
                        .as("labels of %s in %s", metric.group(), file)
                        .containsAll(matches(
                                        LABEL,
                                        Optional.ofNullable(metric.group(2)).orElse(""))
                                .map(label -> label.group(1))
                                .toList());
            }
        }
        assertThat(new ObjectMapper()
                        .readTree(ROOT.resolve("ops/grafana-serving.json").toFile()))
                .isNotNull();
        Set<String> documented = matches(METRIC, Files.readString(ROOT.resolve("docs/operating/observe.md")))
                .map(metric -> metric.group(1))
                .filter(name -> name.startsWith("perdure_"))
                .collect(Collectors.toCollection(TreeSet::new));
        Set<String> own = exposed.keySet().stream()
                .filter(name -> name.startsWith("perdure_"))
                .map(name -> name.replaceFirst("_(bucket|count|sum|max)$", ""))
                .collect(Collectors.toCollection(TreeSet::new));
        assertThat(documented).containsExactlyElementsOf(own);
    }

    @Test
    void aRequestThatIsNotAnsweredHasALineWithItsTraceAndWhoAsked() throws Exception {
        post("/v2/models/linear/infer", BODY.formatted("right"), ALICE);
        HttpResponse<String> refused =
                post("/v2/models/linear/infer", BODY.formatted("wrong").replace("FP32", "FP64"), ALICE);
        assertThat(refused.statusCode()).isEqualTo(400);
        assertThat(refused.headers().firstValue("traceparent").orElse("")).contains(TRACE);
        await().atMost(LONG).until(() -> said.toString(UTF_8).contains("\"event\":\"request\""));
        JsonNode line = said.toString(UTF_8)
                .lines()
                .map(WatchedServingTest::parsed)
                .filter(each -> each.path("event").asText().equals("request"))
                .findFirst()
                .orElseThrow();
        assertThat(line.path("request").asText()).isEqualTo("wrong");
        assertThat(line.path("trace").asText()).isEqualTo(TRACE);
        assertThat(line.path("client").asText()).isEqualTo("alice");
        assertThat(line.path("model").asText()).isEqualTo("linear");
        assertThat(line.path("outcome").asText()).isEqualTo("refused");
        assertThat(line.path("code").asText()).isEqualTo("invalid");
        assertThat(line.path("reason").asText()).contains("expected: FP32");
        assertThat(line.path("millis").asDouble()).isPositive();
        assertThat(said.toString(UTF_8)).doesNotContain("\"right\"", ALICE);
    }

    private static JsonNode parsed(String line) {
        try {
            return new ObjectMapper().readTree(line);
        } catch (IOException e) {
            throw new AssertionError("not JSON: " + line, e);
        }
    }

    @Test
    void whoAsksIsWhoTheKeyIsOfForLimitsRolesAndAudit() throws Exception {
        List<HttpResponse<String>> answers = new ArrayList<>();
        for (int i = 0; i < 60; i++) {
            String otherName = "{\"parameters\":{\"perdure_client\":\"c%d\"},\"id\"".formatted(i);
            answers.add(post("/v2/models/linear/infer", BODY.formatted("1").replace("{\"id\"", otherName), ALICE));
        }
        assertThat(answers.getFirst().statusCode()).isEqualTo(200);
        assertThat(answers)
                .anySatisfy(answer -> assertThat(answer.body()).contains("client 'alice' asks too often"))
                .anySatisfy(answer -> assertThat(answer.statusCode()).isEqualTo(429));
        assertThat(post("/v2/repository/models/linear/unload", "", ALICE).statusCode())
                .isEqualTo(403);
        assertThat(client.send(
                                HttpRequest.newBuilder(URI.create(url + "/v2/models/linear"))
                                        .build(),
                                HttpResponse.BodyHandlers.ofString())
                        .statusCode())
                .isEqualTo(401);
        post("/v2/repository/models/nobody/unload", "", OPS);
        await().atMost(LONG).until(() -> Files.readString(audit).contains("\"who\":\"ops\""));
        assertThat(Files.readString(audit)).contains("\"refused\",\"who\":\"alice\"");
    }
}
