package dev.perdure.torch;

import dev.perdure.core.TensorData;
import dev.perdure.engine.CheckedPredictor;
import java.util.List;
import java.util.Map;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.GeneratorOptional;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;

/** A program with weights of its own, which nothing changes any more. */
final class ProgramKernel implements CheckedPredictor.Kernel {
    private final int threads;
    private final TorchProgram program;
    private final Weights weights;

    /** @throws dev.perdure.engine.UnusableModelException if the weights are not those that were declared */
    ProgramKernel(int threads, TorchProgram program, Declaration declaration, Map<String, TensorData> given) {
        this.threads = threads;
        this.program = program;
        try (var _ = new PointerScope();
                var _ = new NoGradGuard()) {
            weights = new Weights(Given.frozen(declaration, given), 0);
        }
    }

    @Override
    public void run(List<TensorData> inputs, List<TensorData> outputs) {
        Inference.run(threads, () -> {
            TensorData input = inputs.getFirst();
            var pass = new Forward(weights, false, new GeneratorOptional(), weights.vector());
            Tensor answer = program.forward(pass, Tensors.over(input.data(), input.dtype(), input.shape()));
            Inference.copy(answer, outputs.getFirst());
            return answer;
        });
    }

    @Override
    public void close() {
        weights.close();
    }
}
