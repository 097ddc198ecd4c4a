package dev.perdure.gateway;

import dev.perdure.core.DType;
import dev.perdure.core.Shape;
import dev.perdure.core.TensorData;
import dev.perdure.model.DriftReference;
import dev.perdure.model.Fallback;
import dev.perdure.model.GoldenSet;
import dev.perdure.model.GuardProfile;
import dev.perdure.model.ModelSignature;
import dev.perdure.model.Preprocessing;
import dev.perdure.model.QuantileSketch;
import dev.perdure.model.Range;
import dev.perdure.model.TensorSpec;
import dev.perdure.model.Tolerance;
import dev.perdure.oip.Call;
import dev.perdure.oip.InferRequest;
import dev.perdure.oip.InferResponse;
import dev.perdure.oip.ModelId;
import dev.perdure.oip.Parameter;
import dev.perdure.oip.Tensor;
import java.lang.foreign.ValueLayout;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.SequencedMap;

/** A model that takes {@code x}, from 0 to 100 in training, and gives {@code y = factor · x}; its rule is -1. */
final class Doubling {
    static final ModelId ID = ModelId.of("double");
    static final float RULE = -1;
    static final Duration LONG = Gateways.LONG;

    private Doubling() {}

    static SequencedMap<String, TensorData> only(String name, float... values) {
        var map = new LinkedHashMap<String, TensorData>();
        map.put(name, TensorData.of(Shape.of(values.length, 1), values));
        return map;
    }

    static ServedVersion version(String version, float factor, char digest) {
        var outputs = new LinkedHashMap<String, List<Double>>();
        outputs.put("y", List.of((double) RULE));
        return new ServedVersion(
                ModelId.of("double", version),
                "nowhere",
                String.valueOf(digest).repeat(64),
                "fake",
                new ModelSignature(
                        List.of(TensorSpec.of("x", DType.F32, 1)), List.of(TensorSpec.of("y", DType.F32, 1))),
                List.of(),
                new GoldenSet(only("x", 1, 2, 3), only("y", factor, 2 * factor, 3 * factor), new Tolerance(0, 0)),
                Optional.of(new Fallback("usual", outputs)),
                training());
    }

    /** All of 0, 0.25, … 100, equally often. */
    private static TrainingInputs training() {
        var sketch = new QuantileSketch.Builder();
        for (int i = 0; i <= 400; i++) {
            sketch.add(i / 4.0);
        }
        var features = new LinkedHashMap<String, QuantileSketch>();
        features.put("x", sketch.build());
        return new TrainingInputs(
                Optional.of(new GuardProfile(
                        401,
                        List.of(new GuardProfile.Feature.Numeric(
                                "x",
                                0,
                                new Range(0, 100),
                                Optional.of(features.firstEntry().getValue()))),
                        Optional.empty())),
                Optional.of(new Preprocessing(List.of())),
                Optional.of(new DriftReference(features, new LinkedHashMap<>())));
    }

    /** The same with an inner layer, that of {@code |x|}, of which more than 50 is abnormal; held out were 0 to 40. */
    static ServedVersion withInner(ServedVersion version) {
        TrainingInputs training = version.training();
        DriftReference reference = training.reference().orElseThrow();
        var embeddings = new LinkedHashMap<String, TensorData>();
        float[] rows = new float[200];
        for (int i = 0; i < rows.length; i++) {
            rows[i] = i / 5f;
        }
        embeddings.put("fc", TensorData.of(Shape.of(rows.length, 1), rows));
        TensorData one = TensorData.of(Shape.of(1, 1), 1f);
        TensorData zero = TensorData.of(Shape.of(1, 1), 0f);
        return new ServedVersion(
                version.id(),
                version.place(),
                version.digest(),
                version.platform(),
                version.signature(),
                version.labels(),
                version.golden(),
                version.fallback(),
                new TrainingInputs(
                        training.profile()
                                .map(profile ->
                                        profile.with(new GuardProfile.Inner("fc", "inner", one, zero, 50, 0.01, 200))),
                        training.preprocessing(),
                        Optional.of(new DriftReference(reference.features(), embeddings))));
    }

    /** Returns outputs with what {@link #withInner}'s layer gives, if the request asks for it. */
    static List<Tensor> withInner(List<Tensor> outputs, InferRequest request) {
        if (!(request.parameters().get("perdure_inner") instanceof Parameter.Truth(boolean all))) {
            return outputs;
        }
        float[] x = floats(request.inputs());
        int columns = all ? 2 : 1;
        float[] values = new float[x.length * columns];
        for (int i = 0; i < values.length; i++) {
            values[i] = Math.abs(x[i / columns]);
        }
        return List.of(outputs.getFirst(), Tensor.of("perdure_inner", Shape.of(x.length, columns), values));
    }

    static boolean isGolden(InferRequest request) {
        float x = floats(request.inputs())[0];
        return x >= 1 && x <= 3;
    }

    static List<Tensor> times(float factor, InferRequest request) {
        float[] x = floats(request.inputs());
        for (int i = 0; i < x.length; i++) {
            x[i] *= factor;
        }
        return List.of(Tensor.of("y", Shape.of(x.length, 1), x));
    }

    static float[] floats(List<Tensor> tensors) {
        return tensors.getFirst().data().toArray(ValueLayout.JAVA_FLOAT_UNALIGNED);
    }

    static InferResponse ask(Gateway gateway, float... x) {
        return gateway.infer(
                new InferRequest(ID, List.of(Tensor.of("x", Shape.of(x.length, 1), x))), Call.within(LONG));
    }

    static String said(InferResponse response, String parameter) {
        return response.parameters().get(parameter) instanceof Parameter.Text(String text) ? text : "";
    }
}
