package dev.perdure.torch;

import static org.bytedeco.pytorch.global.torch.make_generator_cpu;
import static org.bytedeco.pytorch.global.torch.ones;
import static org.bytedeco.pytorch.global.torch.torch_empty;
import static org.bytedeco.pytorch.global.torch.zeros;

import dev.perdure.core.TensorData;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.BoolType;
import org.bytedeco.pytorch.GeneratorOptional;
import org.bytedeco.pytorch.IValue;
import org.bytedeco.pytorch.JitModule;
import org.bytedeco.pytorch.QualifiedName;
import org.bytedeco.pytorch.SingletonTypePtr;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.Type;

/** TorchScript files made with libtorch alone, as torch.jit.script would make them in Python. */
final class Scripts {
    private Scripts() {}

    /** Two dense layers with batch normalisation and dropout between them, for inputs of {@code [samples, 2, 8, 8]}. */
    static void save(Path file) {
        Libtorch.load();
        try (var _ = new PointerScope()) {
            var net = new JitModule(new QualifiedName("__torch__.Net"));
            parameter(net, "fc1_weight", 1, 6, 128);
            parameter(net, "fc1_bias", 2, 6);
            net.register_parameter("bn_weight", ones(6).set_requires_grad(true), false);
            net.register_parameter("bn_bias", zeros(6).set_requires_grad(true), false);
            parameter(net, "fc2_weight", 3, 3, 6);
            net.register_parameter("frozen", ones(3), false);
            net.register_buffer("running_mean", zeros(6));
            net.register_buffer("running_var", ones(6));
            var bool = new Type.TypePtr(new SingletonTypePtr(BoolType.get().get()));
            net.register_attribute("training", bool, new IValue(true));
            net.define("""
                    def forward(self, x):
                        x = torch.flatten(x, 1)
                        x = torch.addmm(self.fc1_bias, x, torch.t(self.fc1_weight))
                        x = torch.batch_norm(x, self.bn_weight, self.bn_bias, self.running_mean, self.running_var, \
                    self.training, 0.1, 0.00001, False)
                        x = torch.dropout(torch.relu(x), 0.2, self.training)
                        return torch.mm(x, torch.t(self.fc2_weight)) + self.frozen
                    """);
            net.save(file.toString());
        }
    }

    /**
     * Returns an archive with parameters of zeros.
     *
     * @param code a method {@code forward}
     * @param parameters whose types and shapes it has
     */
    static MemorySegment archive(String code, Map<String, TensorData> parameters) {
        Libtorch.load();
        try (var _ = new PointerScope()) {
            var net = new JitModule(new QualifiedName("__torch__.Archive"));
            parameters.forEach((name, like) ->
                    net.register_parameter(name, zeros(like.shape().toArray()).set_requires_grad(true), false));
            net.define(code);
            Path file = Files.createTempFile("perdure-test", ".pt");
            net.save(file.toString());
            byte[] bytes = Files.readAllBytes(file);
            Files.delete(file);
            return MemorySegment.ofArray(bytes);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void parameter(JitModule net, String name, long seed, long... sizes) {
        Tensor values = torch_empty(sizes).normal_(0, 0.2, new GeneratorOptional(make_generator_cpu(seed)));
        net.register_parameter(name, values.set_requires_grad(true), false);
    }
}
