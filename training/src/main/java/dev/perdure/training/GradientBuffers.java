package dev.perdure.training;

import dev.perdure.core.DType;
import dev.perdure.core.Shape;
import dev.perdure.core.TensorData;
import java.lang.foreign.Arena;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/** Memory for gradients, made when there is none left and used again. Not thread-safe. */
final class GradientBuffers implements AutoCloseable {
    private final Arena arena = Arena.ofShared();
    private final long parameters;
    private final List<TensorData> all = new ArrayList<>();
    private final Deque<TensorData> free = new ArrayDeque<>();

    GradientBuffers(long parameters) {
        this.parameters = parameters;
    }

    TensorData take() {
        if (free.isEmpty()) {
            TensorData made = TensorData.allocate(arena, DType.F32, Shape.of(parameters));
            all.add(made);
            return made;
        }
        return free.removeLast();
    }

    /** Takes every buffer back, whoever has it. */
    void recall() {
        free.clear();
        free.addAll(all);
    }

    /** Adds one gradient to another and takes its buffer back. */
    TensorData plus(TensorData left, TensorData right) {
        FloatSums.addInto(left.data(), right.data());
        free.addLast(right);
        return left;
    }

    @Override
    public void close() {
        arena.close();
    }
}
