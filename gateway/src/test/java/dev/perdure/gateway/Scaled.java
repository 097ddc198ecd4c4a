package dev.perdure.gateway;

import dev.perdure.core.DType;
import dev.perdure.core.Shape;
import dev.perdure.core.TensorData;
import dev.perdure.model.GoldenSet;
import dev.perdure.model.ModelSignature;
import dev.perdure.model.TensorSpec;
import dev.perdure.model.Tolerance;
import dev.perdure.oip.Call;
import dev.perdure.oip.InferRequest;
import dev.perdure.oip.InferResponse;
import dev.perdure.oip.ModelId;
import dev.perdure.oip.Tensor;
import dev.perdure.routing.Rollout;
import java.lang.foreign.ValueLayout;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;

/** A model whose right answers are known: {@code y = factor · x}, in versions of different factors. */
final class Scaled {
    static final String NAME = "scaled";
    static final ModelId MODEL = ModelId.of(NAME);
    static final Duration LONG = Gateways.LONG;

    private Scaled() {}

    private static SequencedMap<String, TensorData> only(String name, float... values) {
        var map = new LinkedHashMap<String, TensorData>();
        map.put(name, TensorData.of(Shape.of(values.length, 1), values));
        return map;
    }

    /** Its golden outputs are 0 to {@code 10 · factor}. */
    static ServedVersion version(String version, float factor) {
        return version(NAME, version, factor, "x");
    }

    static ServedVersion version(String name, String version, float factor, String input) {
        float[] x = {0, 1, 2, 3, 4, 5, 6, 7, 8, 10};
        float[] y = x.clone();
        for (int i = 0; i < y.length; i++) {
            y[i] *= factor;
        }
        return new ServedVersion(
                ModelId.of(name, version),
                "nowhere",
                Float.toString(factor).repeat(4),
                "fake",
                new ModelSignature(
                        List.of(TensorSpec.of(input, DType.F32, 1)), List.of(TensorSpec.of("y", DType.F32, 1))),
                List.of(),
                new GoldenSet(only(input, x), only("y", y), new Tolerance(0, 0)),
                Optional.empty());
    }

    /** Returns another bundle of the same version, which answers the same. */
    static ServedVersion changed(ServedVersion known) {
        return new ServedVersion(
                known.id(),
                known.place(),
                "another",
                known.platform(),
                known.signature(),
                known.labels(),
                known.golden(),
                known.fallback());
    }

    static float[] values(List<Tensor> tensors) {
        return tensors.getFirst().data().toArray(ValueLayout.JAVA_FLOAT_UNALIGNED);
    }

    static List<Tensor> times(float factor, InferRequest request) {
        float[] x = values(request.inputs());
        for (int i = 0; i < x.length; i++) {
            x[i] *= factor;
        }
        return List.of(Tensor.of("y", Shape.of(x.length, 1), x));
    }

    /** Returns a rollout in small steps. */
    static RolloutSettings rollouts() {
        return RolloutSettings.usual()
                .with(new Rollout.Options(1, 40, List.of(0.2, 0.5), 40, Duration.ZERO, 0.2, 0.01, 0.02, 100, 1.25, 0));
    }

    static InferRequest request(ModelId model, String id, float... x) {
        return new InferRequest(model, id, Map.of(), List.of(Tensor.of("x", Shape.of(x.length, 1), x)), List.of());
    }

    static InferResponse ask(Gateway gateway, ModelId model, String id, float... x) {
        return gateway.infer(request(model, id, x), Call.within(LONG));
    }
}
