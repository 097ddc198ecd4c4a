package dev.perdure.torch;

import dev.perdure.core.TensorData;
import dev.perdure.engine.CheckedPredictor;
import dev.perdure.engine.PredictionFailedException;
import dev.perdure.engine.UnusableModelException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.stream.IntStream;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.IValue;
import org.bytedeco.pytorch.IValueVector;
import org.bytedeco.pytorch.IntOptional;
import org.bytedeco.pytorch.JitModule;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.TupleElements;

/** A TorchScript archive in evaluation mode: any number of tensors in, one tensor, a tuple or a list of them out. */
final class ScriptKernel implements CheckedPredictor.Kernel {
    private final int threads;
    private final Kept kept = new Kept();
    private final JitModule module;
    private List<Integer> order = List.of();

    private ScriptKernel(int threads, JitModule module) {
        this.threads = threads;
        this.module = kept.keep(module);
    }

    /**
     * @param weights that replace the archive's; none leaves them as they are
     * @throws UnusableModelException if the archive is damaged, or the weights are not its own
     * @throws UncheckedIOException if it cannot be put into a file, from which libtorch loads it
     */
    static ScriptKernel open(int threads, MemorySegment archive, Map<String, TensorData> weights) {
        ScriptKernel kernel = inFile(archive, file -> {
            try (var _ = new PointerScope()) {
                return new ScriptKernel(threads, ScriptProgram.module(file));
            }
        });
        try {
            kernel.prepare(weights);
            return kernel;
        } catch (RuntimeException e) {
            kernel.close();
            throw e;
        }
    }

    private interface Loading {
        ScriptKernel from(Path file);
    }

    private static ScriptKernel inFile(MemorySegment archive, Loading loading) {
        try {
            Path file = Files.createTempFile("perdure-", ".pt");
            try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
                for (long at = 0; at < archive.byteSize(); ) {
                    long length = Math.min(1 << 30, archive.byteSize() - at);
                    at += channel.write(archive.asSlice(at, length).asByteBuffer());
                }
                return loading.from(file);
            } finally {
                Files.deleteIfExists(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("a TorchScript archive cannot be put into a temporary file", e);
        }
    }

    private void prepare(Map<String, TensorData> weights) {
        try (var _ = new PointerScope();
                var _ = new NoGradGuard()) {
            module.eval();
            if (!weights.isEmpty()) {
                replace(ScriptProgram.tensors(module), weights);
            }
        }
    }

    private static void replace(Map<String, Tensor> own, Map<String, TensorData> weights) {
        var given = new Given(weights);
        List<Runnable> copies = new ArrayList<>();
        own.forEach((name, tensor) -> {
            TensorData values = given.named(name, Tensors.dtype(tensor), Tensors.shape(tensor));
            copies.add(() -> tensor.copy_(Tensors.of(values)));
        });
        given.finish();
        copies.forEach(Runnable::run);
    }

    /** Takes note of what the inputs will be called. */
    void bind(List<String> inputs) {
        order = order(inputs);
    }

    /** Returns which input is the program's first argument, second, and so on: by their names where it knows them. */
    private List<Integer> order(List<String> names) {
        Integer[] byArgument = new Integer[names.size()];
        try (var _ = new PointerScope()) {
            var schema = module.get_method("forward").function().getSchema();
            for (int i = 0; i < byArgument.length; i++) {
                IntOptional found = schema.argumentIndexWithName(names.get(i));
                int argument = found.has_value() ? found.get() - 1 : -1; // the first one is the module itself
                if (argument < 0 || argument >= byArgument.length) {
                    return IntStream.range(0, names.size()).boxed().toList();
                }
                byArgument[argument] = i;
            }
        }
        return List.of(byArgument);
    }

    @Override
    public void run(List<TensorData> inputs, List<TensorData> outputs) {
        Inference.run(threads, () -> {
            List<Tensor> answers = forward(inputs);
            if (answers.size() < outputs.size()) {
                throw new PredictionFailedException(
                        "gives %d tensors (expected: %d)".formatted(answers.size(), outputs.size()));
            }
            for (int i = 0; i < outputs.size(); i++) {
                Inference.copy(answers.get(i), outputs.get(i));
            }
            return outputs;
        });
    }

    private List<Tensor> forward(List<TensorData> inputs) {
        var arguments = new IValueVector(order.stream()
                .map(index -> new IValue(Tensors.of(inputs.get(index))))
                .toArray(IValue[]::new));
        IValue given = module.forward(arguments);
        if (given.isTensor()) {
            return List.of(given.toTensor());
        }
        List<Tensor> all = new ArrayList<>();
        if (given.isTensorList()) {
            TensorVector list = given.toTensorVector();
            for (long i = 0; i < list.size(); i++) {
                all.add(list.get(i));
            }
        } else if (given.isTuple()) {
            TupleElements elements = given.toTuple().elements();
            for (long i = 0; i < elements.size(); i++) {
                all.add(elements.get(i).toTensor());
            }
        } else {
            throw new PredictionFailedException("gives no tensors (expected: a tensor, a tuple or a list of tensors)");
        }
        return all;
    }

    /** Returns whatever the archive gives for these inputs: {@code output}, or {@code output0}, {@code output1}, … */
    SequencedMap<String, TensorData> probe(Map<String, TensorData> inputs, Arena arena) {
        bind(List.copyOf(inputs.keySet()));
        Collection<TensorData> ordered = inputs.values();
        try {
            return Inference.run(threads, () -> {
                var outputs = new LinkedHashMap<String, TensorData>();
                List<Tensor> answers = forward(List.copyOf(ordered));
                for (Tensor answer : answers) {
                    TensorData copy = TensorData.allocate(arena, Tensors.dtype(answer), Tensors.shape(answer));
                    Inference.copy(answer, copy);
                    outputs.put(answers.size() == 1 ? "output" : "output" + outputs.size(), copy);
                }
                return outputs;
            });
        } catch (PredictionFailedException e) {
            throw new UnusableModelException(
                    "TorchScript archive: does not take %s: %s".formatted(inputs.keySet(), e.getMessage()));
        }
    }

    @Override
    public void close() {
        kept.close();
    }
}
