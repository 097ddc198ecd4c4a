package dev.perdure.oip;

import dev.perdure.core.Shape;
import java.util.List;

/**
 * An input or output of a model.
 *
 * @param shape -1 for a size that may vary
 */
public record TensorMetadata(String name, Datatype datatype, List<Long> shape) {

    public TensorMetadata {
        shape = List.copyOf(shape);
        if (shape.stream().anyMatch(size -> size < -1)) {
            throw new IllegalArgumentException("shape of %s: %s (expected: sizes >= -1)".formatted(name, shape));
        }
    }

    /** Whether a tensor may have this shape. */
    public boolean takes(Shape given) {
        if (given.dimensions() != shape.size()) {
            return false;
        }
        for (int d = 0; d < shape.size(); d++) {
            if (shape.get(d) != -1 && shape.get(d) != given.size(d)) {
                return false;
            }
        }
        return true;
    }
}
