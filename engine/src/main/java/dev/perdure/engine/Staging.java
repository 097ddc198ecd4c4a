package dev.perdure.engine;

import dev.perdure.core.TensorData;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.List;

/** Tensors of one call in native memory: where they lie if that will do, and in copies otherwise. */
final class Staging implements AutoCloseable {
    private final Arena arena = Arena.ofConfined();
    private final List<Copy> outputs = new ArrayList<>();

    private record Copy(TensorData staged, TensorData original) {}

    List<TensorData> inputs(List<TensorData> tensors) {
        return tensors.stream().map(this::input).toList();
    }

    private TensorData input(TensorData tensor) {
        if (isUsable(tensor)) {
            return tensor;
        }
        TensorData staged = TensorData.allocate(arena, tensor.dtype(), tensor.shape());
        staged.data().copyFrom(tensor.data());
        return staged;
    }

    List<TensorData> outputs(List<TensorData> tensors) {
        return tensors.stream().map(this::output).toList();
    }

    private TensorData output(TensorData tensor) {
        if (isUsable(tensor)) {
            return tensor;
        }
        TensorData staged = TensorData.allocate(arena, tensor.dtype(), tensor.shape());
        outputs.add(new Copy(staged, tensor));
        return staged;
    }

    private static boolean isUsable(TensorData tensor) {
        return tensor.data().isNative()
                && tensor.data().address() % tensor.dtype().bytes() == 0;
    }

    void copyBack() {
        outputs.forEach(copy -> copy.original().data().copyFrom(copy.staged().data()));
    }

    @Override
    public void close() {
        arena.close();
    }
}
