package dev.perdure.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.perdure.core.DType;
import dev.perdure.core.Shape;
import dev.perdure.core.TensorData;
import dev.perdure.model.Fallback;
import dev.perdure.model.GoldenSet;
import dev.perdure.model.ModelSignature;
import dev.perdure.model.TensorSpec;
import dev.perdure.model.Tolerance;
import dev.perdure.oip.Deadline;
import dev.perdure.oip.InferRequest;
import dev.perdure.oip.ModelId;
import dev.perdure.oip.OipAddress;
import dev.perdure.oip.OipClient;
import dev.perdure.oip.OipEdge;
import dev.perdure.oip.OipServer;
import dev.perdure.oip.OipServerSettings;
import dev.perdure.oip.Outcome;
import dev.perdure.oip.Tensor;
import dev.perdure.oip.Trace;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.lang.foreign.ValueLayout;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What is counted is what happened. */
@Timeout(120)
class GatewayMetricsTest {
    private static final Duration LONG = Gateways.LONG;
    private static final ModelId TWICE = ModelId.of("twice");
    private static final float BAD = -1000;

    @AutoClose
    private final Gateways gateways = new Gateways();

    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    private final GatewayMetrics metrics = new GatewayMetrics(registry);

    private static SequencedMap<String, TensorData> only(String name, float... values) {
        var map = new LinkedHashMap<String, TensorData>();
        map.put(name, TensorData.of(Shape.of(values.length, 1), values));
        return map;
    }

    private static ServedVersion twice() {
        var signature = new ModelSignature(
                List.of(TensorSpec.of("x", DType.F32, 1)), List.of(TensorSpec.of("y", DType.F32, 1)));
        var outputs = new LinkedHashMap<String, List<Double>>();
        outputs.put("y", List.of(-5.0));
        return new ServedVersion(
                ModelId.of("twice", "1"),
                "nowhere",
                "0".repeat(64),
                "fake",
                signature,
                List.of(),
                new GoldenSet(only("x", 1, 2), only("y", 2, 4), new Tolerance(0, 0)),
                Optional.of(new Fallback("usual", outputs)));
    }

    private static List<Tensor> doubled(InferRequest request) {
        float[] x = request.inputs().getFirst().data().toArray(ValueLayout.JAVA_FLOAT_UNALIGNED);
        for (int i = 0; i < x.length; i++) {
            if (x[i] == BAD) {
                throw new FakeHost.Death();
            }
            x[i] *= 2;
        }
        return List.of(Tensor.of("y", Shape.of(x.length, 1), x));
    }

    private OipClient serve(FakeHost host, int replicas) throws Exception {
        Gateway gateway = gateways.serve(host, Gateways.settings(replicas), RolloutSettings.usual(), metrics, twice());
        OipServer server = gateways.add(new OipServer(
                gateway,
                OipServerSettings.DEFAULT,
                List.of(new OipAddress.Tcp("127.0.0.1", 0)),
                List.of(),
                OipEdge.OPEN.telling(metrics::served)));
        return gateways.add(new OipClient(server.addresses().getFirst()));
    }

    private static Outcome ask(OipClient client, ModelId model, Map<String, String> headers, float... x) {
        var request = new InferRequest(model, List.of(Tensor.of("x", Shape.of(x.length, 1), x)));
        return client.infer(request, Deadline.in(LONG), headers).join();
    }

    /** Returns the sum over all meters of a name with these tags. */
    private double sum(String name, String... tags) {
        return registry.getMeters().stream()
                .filter(meter -> meter.getId().getName().equals(name))
                .filter(meter -> has(meter, tags))
                .mapToDouble(meter -> meter.measure().iterator().next().getValue())
                .sum();
    }

    private static boolean has(Meter meter, String... tags) {
        for (int i = 0; i < tags.length; i += 2) {
            if (!meter.getId().getTags().contains(Tag.of(tags[i], tags[i + 1]))) {
                return false;
            }
        }
        return true;
    }

    @Test
    void answersTiersRefusalsAndTimesAreCounted() throws Exception {
        OipClient client = serve(new FakeHost((_, request) -> doubled(request)), 2);
        for (int i = 0; i < 7; i++) {
            assertThat(ask(client, TWICE, Map.of(), i)).isInstanceOf(Outcome.Answered.class);
        }
        ask(client, TWICE, Map.of(), new float[65]);
        ask(client, ModelId.of("made up by a client"), Map.of(), 1);
        ask(client, ModelId.of("twice", "77"), Map.of(), 1);
        await().atMost(LONG)
                .untilAsserted(() -> assertThat(sum("perdure.requests")).isEqualTo(10));
        assertThat(sum("perdure.requests", "model", "twice", "version", "1", "tier", "model", "outcome", "answered"))
                .isEqualTo(7);
        assertThat(sum("perdure.requests", "model", "twice", "outcome", "refused", "reason", "invalid"))
                .isEqualTo(1);
        assertThat(sum("perdure.requests", "model", "unknown", "version", "unknown", "reason", "not_found"))
                .as("what clients make up is no label")
                .isEqualTo(1);
        assertThat(sum("perdure.requests", "model", "twice", "version", "unknown", "reason", "not_found"))
                .isEqualTo(1);
        assertThat(sum("perdure.http.requests", "transport", "grpc", "operation", "infer", "result", "answered"))
                .isEqualTo(7);
        assertThat(registry.get("perdure.request").tag("model", "twice").timer().count())
                .isEqualTo(9);
        assertThat(registry.get("perdure.queue").timer().count()).isEqualTo(7);
        assertThat(sum("perdure.attempts", "kind", "first")).isEqualTo(7);
        assertThat(registry.get("perdure.replica").timer().count()).isGreaterThanOrEqualTo(7);
        await().atMost(LONG)
                .untilAsserted(() -> assertThat(sum("perdure.replicas", "version", "1", "state", "serving"))
                        .isEqualTo(2));
        assertThat(sum("perdure.replica.starts", "version", "1")).isEqualTo(2);
        assertThat(sum("perdure.admission.limit")).isPositive();
        await().atMost(LONG)
                .untilAsserted(() -> assertThat(sum("perdure.golden.probes", "result", "right"))
                        .isGreaterThanOrEqualTo(2));
    }

    @Test
    void deathsAndWhatFollowsThemAreCounted() throws Exception {
        OipClient client = serve(new FakeHost((_, request) -> doubled(request)), 3);
        assertThat(sum("perdure.replica.deaths", "finding", "exited"))
                .as("there from the beginning")
                .isZero();
        assertThat(ask(client, TWICE, Map.of(), 1, BAD)).isInstanceOf(Outcome.Answered.class);
        assertThat(sum("perdure.replica.deaths", "finding", "exited")).isEqualTo(2);
        assertThat(sum("perdure.quarantined")).isPositive();
        await().atMost(LONG)
                .untilAsserted(
                        () -> assertThat(sum("perdure.quarantine.inputs")).isPositive());
        await().atMost(LONG)
                .untilAsserted(() -> assertThat(sum("perdure.requests", "tier", "rule", "outcome", "answered"))
                        .isEqualTo(1));
        await().atMost(LONG)
                .untilAsserted(() -> assertThat(sum("perdure.replica.starts")).isGreaterThan(3));
    }

    @Test
    void wrongReplicasAreCountedByWhatWasFound() throws Exception {
        var isWrong = new AtomicBoolean();
        serve(
                new FakeHost((replica, request) -> replica.number() == 1 && isWrong.get()
                        ? request.inputs().stream()
                                .map(input -> input.named("y"))
                                .toList()
                        : doubled(request)),
                2);
        isWrong.set(true);
        await().atMost(LONG)
                .untilAsserted(() -> assertThat(sum("perdure.replica.ejections", "finding", "golden_wrong"))
                        .isEqualTo(1));
        assertThat(sum("perdure.golden.probes", "result", "wrong")).isEqualTo(1);
    }

    @Test
    void replicasAreAskedAsPartOfTheClientsTrace() throws Exception {
        var host = new FakeHost((_, request) -> doubled(request));
        OipClient client = serve(host, 1);
        String trace = "0af7651916cd43dd8448eb211c80319c";
        host.traces().clear();
        ask(client, TWICE, Map.of("traceparent", "00-" + trace + "-b7ad6b7169203331-01"), 1);
        assertThat(host.traces().stream().map(Trace::traceId)).contains(trace);
    }

    @Test
    void nothingIsLeftOfAModelThatIsNotServedAnyMore() throws Exception {
        serve(new FakeHost((_, request) -> doubled(request)), 1);
        assertThat(sum("perdure.replicas")).isEqualTo(1);
        gateways.close();
        assertThat(registry.find("perdure.replicas").gauges()).isEmpty();
        assertThat(registry.find("perdure.admission.limit").gauges()).isEmpty();
    }
}
