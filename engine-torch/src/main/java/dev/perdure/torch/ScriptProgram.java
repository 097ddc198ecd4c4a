package dev.perdure.torch;

import dev.perdure.core.BadSettingException;
import dev.perdure.core.DType;
import dev.perdure.core.Shape;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.IValue;
import org.bytedeco.pytorch.IValueVector;
import org.bytedeco.pytorch.JitModule;
import org.bytedeco.pytorch.NamedTensor;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.bytedeco.pytorch.named_buffer_iterator;
import org.bytedeco.pytorch.named_buffer_list;
import org.bytedeco.pytorch.named_parameter_iterator;
import org.bytedeco.pytorch.named_parameter_list;

/**
 * A TorchScript file as a program. Its parameters move into the model's memory. A forward pass in training may change the
 * file's buffers as it likes; those of the state must not change then, so it is given copies, and what it changed becomes
 * {@link Statistics.Changes}.
 */
final class ScriptProgram implements TorchProgram, AutoCloseable {
    private final Path file;
    private final Kept kept = new Kept();
    private final JitModule module;
    private final boolean wasTraining;
    private final Map<String, Tensor> buffers = new LinkedHashMap<>();
    private boolean training;

    private ScriptProgram(Path file, JitModule module) {
        this.file = file;
        this.module = kept.keep(module);
        wasTraining = module.is_training();
        training = wasTraining;
    }

    /** @throws BadSettingException if there is no such file, or it is none of TorchScript */
    static ScriptProgram load(Path file) {
        if (!Files.isReadable(file)) {
            throw new BadSettingException(
                    "model.torchscript: %s cannot be read (expected: a file that torch.jit.save wrote)"
                            .formatted(file));
        }
        try (var _ = new PointerScope()) {
            return new ScriptProgram(file, module(file));
        }
    }

    /**
     * Returns the module of a file, which lives as long as the scope.
     *
     * @throws BadSettingException if the file is none of TorchScript
     */
    static JitModule module(Path file) {
        Libtorch.load();
        try {
            return torch.load(file.toString());
        } catch (RuntimeException e) {
            throw new BadSettingException(
                    "model.torchscript: %s is no TorchScript (expected: a file that torch.jit.save wrote): %s"
                            .formatted(file, Libtorch.oneLine(e)));
        }
    }

    /** Returns a module's parameters and buffers. */
    static Map<String, Tensor> tensors(JitModule module) {
        var all = new LinkedHashMap<>(named(parameters(module)));
        all.putAll(named(buffers(module)));
        return all;
    }

    @Override
    public void declare(Declaration network) {
        named(parameters(module))
                .forEach((name, tensor) -> network.add(part(name, tensor, tensor.requires_grad(), true)));
        named(buffers(module)).forEach((name, tensor) -> {
            network.add(part(name, tensor, false, false));
            buffers.put(name, kept.keep(tensor));
        });
        if (!buffers.isEmpty()) {
            int values = buffers.values().stream()
                    .mapToInt(b -> Math.toIntExact(b.numel()))
                    .sum();
            network.add(new Statistics.Changes(List.copyOf(buffers.keySet()), values));
        }
    }

    private Declaration.Part part(String name, Tensor tensor, boolean trained, boolean adopt) {
        DType dtype = Tensors.dtype(tensor);
        boolean possible = dtype == DType.F32 || (!adopt && dtype == DType.I64);
        if (!possible) {
            throw new BadSettingException(("model.torchscript: %s: %s is %s (expected: F32%s). Convert the module"
                            + " with float() before saving it.")
                    .formatted(file, name, dtype, adopt ? "" : " or I64"));
        }
        Tensor values = tensor.detach().clone();
        Shape shape = Tensors.shape(tensor);
        Initialisers.Fill fill = (place, _) -> place.copy_(values);
        return new Declaration.Part(name, dtype, shape, trained, fill, adopt ? Optional.of(tensor) : Optional.empty());
    }

    @Override
    public Tensor forward(Forward pass, Tensor inputs) {
        mode(pass.training());
        lend(pass::parameter);
        Tensor outputs =
                new Tensor(module.forward(new IValueVector(new IValue(inputs))).toTensor());
        if (pass.training()) {
            changes(pass);
        }
        return outputs;
    }

    private void mode(boolean wanted) {
        if (training != wanted) {
            module.train(wanted);
            training = wanted;
        }
    }

    private interface Parameters {
        Tensor named(String name);
    }

    private void lend(Parameters state) {
        try (var _ = new NoGradGuard()) {
            buffers.forEach((name, buffer) -> buffer.copy_(state.named(name)));
        }
    }

    private void changes(Forward pass) {
        long at = 0;
        try (var _ = new NoGradGuard()) {
            for (Map.Entry<String, Tensor> buffer : buffers.entrySet()) {
                Tensor change = buffer.getValue().sub(pass.parameter(buffer.getKey()));
                long values = change.numel();
                pass.statistics()
                        .narrow(0, at, values)
                        .copy_(change.to(ScalarType.Float).reshape(values));
                at += values;
            }
        }
    }

    void save(Weights weights, Path target) throws IOException {
        Path whole = target.toAbsolutePath();
        Path part = whole.resolveSibling(whole.getFileName() + ".part");
        try (var _ = new PointerScope()) {
            mode(wasTraining);
            lend(weights::tensor);
            module.save(part.toString());
        } catch (RuntimeException e) {
            Files.deleteIfExists(part);
            throw new IOException("%s: cannot be written: %s".formatted(target, Libtorch.oneLine(e)), e);
        }
        Files.move(part, whole, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    private static named_parameter_list parameters(JitModule module) {
        return module.named_parameters(true);
    }

    private static named_buffer_list buffers(JitModule module) {
        return module.named_buffers(true);
    }

    private static Map<String, Tensor> named(named_parameter_list list) {
        var found = new LinkedHashMap<String, Tensor>();
        named_parameter_iterator end = list.end();
        for (named_parameter_iterator at = list.begin(); at.notEquals(end); at = at.increment()) {
            put(found, at.multiply());
        }
        return found;
    }

    private static Map<String, Tensor> named(named_buffer_list list) {
        var found = new LinkedHashMap<String, Tensor>();
        named_buffer_iterator end = list.end();
        for (named_buffer_iterator at = list.begin(); at.notEquals(end); at = at.increment()) {
            put(found, at.multiply());
        }
        return found;
    }

    /** The iterator's value is gone with its next step: the tensor is kept as a reference of our own. */
    private static void put(Map<String, Tensor> found, NamedTensor named) {
        found.put(named.name().getString(), new Tensor(named.value()));
    }

    @Override
    public void close() {
        kept.close();
    }
}
