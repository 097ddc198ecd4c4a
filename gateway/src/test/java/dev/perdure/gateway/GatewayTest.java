package dev.perdure.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

import dev.perdure.core.DType;
import dev.perdure.core.Shape;
import dev.perdure.core.TensorData;
import dev.perdure.model.Fallback;
import dev.perdure.model.GoldenSet;
import dev.perdure.model.ModelSignature;
import dev.perdure.model.TensorSpec;
import dev.perdure.model.Tolerance;
import dev.perdure.oip.Call;
import dev.perdure.oip.InferRequest;
import dev.perdure.oip.InferResponse;
import dev.perdure.oip.ModelId;
import dev.perdure.oip.OipError;
import dev.perdure.oip.OipException;
import dev.perdure.oip.Parameter;
import dev.perdure.oip.Tensor;
import java.lang.foreign.ValueLayout;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

/** A gateway answers whatever becomes of its replicas, which are real servers in this process. */
class GatewayTest {
    private static final Duration LONG = Gateways.LONG;
    private static final ModelId DOUBLE = ModelId.of("double");
    private static final float BAD = -1000;

    @AutoClose
    private final Gateways gateways = new Gateways();

    private static SequencedMap<String, TensorData> only(String name, float... values) {
        var map = new LinkedHashMap<String, TensorData>();
        map.put(name, TensorData.of(Shape.of(values.length, 1), values));
        return map;
    }

    /** {@code y = factor · x}. */
    private static ServedVersion version(String version, float factor, Optional<Float> rule) {
        var signature = new ModelSignature(
                List.of(TensorSpec.of("x", DType.F32, 1)), List.of(TensorSpec.of("y", DType.F32, 1)));
        var outputs = new LinkedHashMap<String, List<Double>>();
        rule.ifPresent(value -> outputs.put("y", List.of((double) value)));
        return new ServedVersion(
                ModelId.of("double", version),
                "nowhere",
                "0".repeat(64),
                "fake",
                signature,
                List.of(),
                new GoldenSet(only("x", 1, 2, 3), only("y", factor, 2 * factor, 3 * factor), new Tolerance(0, 0)),
                rule.map(_ -> new Fallback("usual", outputs)));
    }

    private static List<Tensor> times(float factor, InferRequest request) {
        float[] x = values(request.inputs());
        for (int i = 0; i < x.length; i++) {
            x[i] *= factor;
        }
        return List.of(Tensor.of("y", Shape.of(x.length, 1), x));
    }

    private static float[] values(List<Tensor> tensors) {
        return tensors.getFirst().data().toArray(ValueLayout.JAVA_FLOAT_UNALIGNED);
    }

    private static boolean has(InferRequest request, float value) {
        for (float x : values(request.inputs())) {
            if (x == value) {
                return true;
            }
        }
        return false;
    }

    private Gateway serve(FakeHost host, int replicas, ServedVersion... versions) {
        return gateways.serve(host, Gateways.settings(replicas), versions);
    }

    private static InferResponse ask(Gateway gateway, float... x) {
        return gateway.infer(
                new InferRequest(DOUBLE, List.of(Tensor.of("x", Shape.of(x.length, 1), x))), Call.within(LONG));
    }

    private static String said(InferResponse response, String parameter) {
        return response.parameters().get(parameter) instanceof Parameter.Text(String text) ? text : "";
    }

    @Test
    void answersByTheModelAndSaysSo() {
        Gateway gateway = serve(new FakeHost((_, request) -> times(2, request)), 2, version("1", 2, Optional.empty()));
        InferResponse response = ask(gateway, 4, 5);
        assertThat(values(response.outputs())).containsExactly(8, 10);
        assertThat(said(response, "perdure_tier")).isEqualTo("model");
        assertThat(response.parameters()).doesNotContainKey("perdure_reason");
        assertThat(gateway.ready()).isTrue();
        assertThat(gateway.statistics(Optional.of(DOUBLE)).getFirst().inferences())
                .isEqualTo(2);
    }

    @Test
    void whatADeadReplicaHadIsAnsweredByAnother() {
        var host = new FakeHost((replica, request) -> {
            if (replica.number() == 1 && has(request, 7)) {
                throw new FakeHost.Death();
            }
            return times(2, request);
        });
        Gateway gateway = serve(host, 2, version("1", 2, Optional.empty()));
        while (host.deaths() == 0) {
            assertThat(values(ask(gateway, 7).outputs())).containsExactly(14);
        }
        await().atMost(LONG).until(() -> gateway.inUse(DOUBLE) == 2);
    }

    @Test
    void onlyTheItemThatEndsReplicasIsAnsweredByTheRule() {
        var host = new FakeHost((_, request) -> {
            if (has(request, BAD)) {
                throw new FakeHost.Death();
            }
            return times(2, request);
        });
        Gateway gateway = serve(host, 3, version("1", 2, Optional.of(-5f)));
        InferResponse response = ask(gateway, 1, BAD, 3);
        assertThat(values(response.outputs())).containsExactly(2, -5, 6);
        assertThat(said(response, "perdure_tier")).isEqualTo("rule");
        assertThat(said(response, "perdure_tiers")).isEqualTo("model,rule,model");
        assertThat(said(response, "perdure_reason")).contains("two replicas ended", "usual");
        assertThat(host.deaths()).isEqualTo(2);
    }

    @Test
    void anInputThatEndsReplicasIsRefusedWhenThereIsNoRule() {
        var host = new FakeHost((_, request) -> {
            if (has(request, BAD)) {
                throw new FakeHost.Death();
            }
            return times(2, request);
        });
        Gateway gateway = serve(host, 3, version("1", 2, Optional.empty()));
        assertThatExceptionOfType(OipException.class)
                .isThrownBy(() -> ask(gateway, BAD))
                .satisfies(why -> assertThat(why.error()).isEqualTo(OipError.QUARANTINED));
        assertThat(values(ask(gateway, 2).outputs())).containsExactly(4);
    }

    @Test
    void theVersionBeforeAnswersWhatTheNewestFailsOnUnlessAVersionWasNamed() {
        var host = new FakeHost((replica, request) -> {
            boolean isNew = replica.version().equals("2");
            if (isNew && has(request, BAD)) {
                throw new OipException(OipError.INTERNAL, "it cannot");
            }
            return times(isNew ? 3 : 2, request);
        });
        Gateway gateway = serve(host, 2, version("1", 2, Optional.empty()), version("2", 3, Optional.empty()));
        await().atMost(LONG).until(() -> gateway.ready(ModelId.of("double", "1")));
        assertThat(values(ask(gateway, 1).outputs())).containsExactly(3);
        InferResponse older = ask(gateway, BAD);
        assertThat(values(older.outputs())).containsExactly(2 * BAD);
        assertThat(said(older, "perdure_tier")).isEqualTo("previous");
        assertThat(older.model()).isEqualTo(ModelId.of("double", "1"));
        var named = new InferRequest(ModelId.of("double", "2"), List.of(Tensor.of("x", Shape.of(1, 1), BAD)));
        assertThatExceptionOfType(OipException.class)
                .isThrownBy(() -> gateway.infer(named, Call.within(LONG)))
                .satisfies(why -> assertThat(why.error()).isEqualTo(OipError.INTERNAL));
    }

    @Test
    void aReplicaThatTurnsWrongIsReplacedByOneThatIsRight() {
        var isWrong = new AtomicBoolean();
        var isReplaced = new AtomicBoolean();
        var host = new FakeHost((replica, request) -> {
            isReplaced.compareAndSet(false, replica.number() > 2);
            return times(replica.number() == 1 && isWrong.get() ? 5 : 2, request);
        });
        Gateway gateway = serve(host, 2, version("1", 2, Optional.empty()));
        isWrong.set(true);
        await().atMost(LONG).untilTrue(isReplaced);
        assertThat(values(ask(gateway, 4).outputs())).containsExactly(8);
        await().atMost(LONG).until(() -> gateway.inUse(DOUBLE) == 2);
        assertThat(values(ask(gateway, 4).outputs())).containsExactly(8);
    }

    @Test
    void wrongRequestsAreRefusedWithWhatWasExpected() {
        Gateway gateway = serve(new FakeHost((_, request) -> times(2, request)), 1, version("1", 2, Optional.empty()));
        assertThatExceptionOfType(OipException.class)
                .isThrownBy(() -> ask(gateway, new float[65]))
                .withMessageContaining("65 items (expected: 1 to 64)");
        assertThatExceptionOfType(OipException.class)
                .isThrownBy(() -> gateway.metadata(ModelId.of("triple")))
                .withMessageContaining("triple (expected: one of [double/1])");
    }

    @Test
    void theNewestVersionIsTheGreatestNumber() {
        assertThat(Stream.of("9", "10", "b", "a", "2")
                        .sorted(VersionOrder.NEWEST_FIRST)
                        .toList())
                .containsExactly("10", "9", "2", "b", "a");
    }
}
