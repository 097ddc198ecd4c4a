package dev.perdure.torch;

import dev.perdure.core.DType;
import dev.perdure.core.Shape;
import dev.perdure.core.Suggestions;
import dev.perdure.core.TensorData;
import dev.perdure.engine.UnusableModelException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Weights that a model is given, held against those it has. */
final class Given {
    private final Map<String, TensorData> given;
    private final List<String> problems = new ArrayList<>();

    Given(Map<String, TensorData> given) {
        this.given = given;
    }

    /** Returns a declaration of the same names that nothing trains, and that begins with the given values. */
    static Declaration frozen(Declaration declared, Map<String, TensorData> given) {
        var weights = new Given(given);
        Declaration frozen = declared.with(declared.parts().stream()
                .map(part -> {
                    TensorData values = weights.named(part.name(), part.dtype(), part.shape());
                    return part.frozen((place, _) -> place.copy_(Tensors.of(values)));
                })
                .toList());
        weights.finish();
        return frozen;
    }

    /** Returns a weight; something else when it is missing or does not fit, which {@link #finish} tells. */
    TensorData named(String name, DType dtype, Shape shape) {
        TensorData tensor = given.get(name);
        if (tensor != null && tensor.dtype() == dtype && tensor.shape().equals(shape)) {
            return tensor;
        }
        problems.add("weights: %s is %s (expected: %s %s). They are another model's. %s"
                .formatted(
                        name,
                        tensor == null ? "missing" : tensor.dtype() + " " + tensor.shape(),
                        dtype,
                        shape,
                        tensor == null ? Suggestions.didYouMean(name, given.keySet()) : "")
                .stripTrailing());
        return TensorData.of(Shape.of(0), new float[0]);
    }

    /** @throws UnusableModelException if a weight was missing or did not fit */
    void finish() {
        if (!problems.isEmpty()) {
            throw new UnusableModelException(problems);
        }
    }
}
