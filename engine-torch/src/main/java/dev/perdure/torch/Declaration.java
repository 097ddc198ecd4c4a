package dev.perdure.torch;

import dev.perdure.core.DType;
import dev.perdure.core.Shape;
import dev.perdure.engine.Layer.Initializer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.bytedeco.pytorch.Tensor;

/**
 * What a {@link TorchProgram} is made of: it declares its layers and parameters here, once, in the order in which
 * PyTorch's {@code state_dict()} would list them. Names are those of {@code state_dict()}, without the part after the last
 * dot where a layer is declared: {@code conv1} gives {@code conv1.weight} and {@code conv1.bias}.
 */
public final class Declaration {
    private final Shape input;
    private final int outputs;
    private final Map<String, Part> parts = new LinkedHashMap<>();
    private final List<Statistics> statistics = new ArrayList<>();
    private final Map<String, Normalisation> normalisations = new LinkedHashMap<>();

    Declaration(Shape input, int outputs) {
        this.input = input;
        this.outputs = outputs;
    }

    /**
     * A named tensor of the state.
     *
     * @param trained whether gradients are computed for it
     * @param adopted a tensor of somebody else's that is to live in the model's memory, and be the parameter
     */
    record Part(
            String name, DType dtype, Shape shape, boolean trained, Initialisers.Fill fill, Optional<Tensor> adopted) {
        /** Returns the same tensor, but that nothing trains it, and that it begins otherwise. */
        Part frozen(Initialisers.Fill begins) {
            return new Part(name, dtype, shape, false, begins, adopted);
        }
    }

    /** A batch normalisation, and where its statistics begin in a gradient's. */
    record Normalisation(String name, int channels, double momentum, double epsilon, int offset) {}

    /** Returns the shape of one sample. */
    public Shape input() {
        return input;
    }

    /** Returns how many numbers the forward pass must give for a sample. */
    public int outputs() {
        return outputs;
    }

    /**
     * Declares a two-dimensional convolution with a square kernel: {@code NAME.weight} of {@code [out, in, kernel,
     * kernel]} and, with a bias, {@code NAME.bias} of {@code [out]}.
     */
    public void conv(String name, int in, int out, int kernel, boolean bias, Initializer init) {
        long area = (long) kernel * kernel;
        weights(name, Shape.of(out, in, kernel, kernel), bias, init, in * area, out * area);
    }

    /** Declares a fully connected layer: {@code NAME.weight} of {@code [out, in]} and, with a bias, {@code NAME.bias}. */
    public void dense(String name, int in, int out, boolean bias, Initializer init) {
        weights(name, Shape.of(out, in), bias, init, in, out);
    }

    private void weights(String name, Shape shape, boolean bias, Initializer init, long fanIn, long fanOut) {
        trained(name + ".weight", shape, Initialisers.weight(init, fanIn, fanOut));
        if (bias) {
            trained(name + ".bias", Shape.of(shape.size(0)), Initialisers.bias(init, fanIn));
        }
    }

    /**
     * Declares a batch normalisation over {@code channels}: weight, bias, and the buffers {@code running_mean}, {@code
     * running_var} and {@code num_batches_tracked}.
     *
     * @param momentum the share of a microbatch's statistics in the running ones; PyTorch's default is 0.1
     */
    public void batchNorm(String name, int channels, double momentum, double epsilon) {
        Shape shape = Shape.of(channels);
        trained(name + ".weight", shape, Initialisers.constant(1));
        trained(name + ".bias", shape, Initialisers.constant(0));
        buffer(name + ".running_mean", DType.F32, shape, Initialisers.constant(0));
        buffer(name + ".running_var", DType.F32, shape, Initialisers.constant(1));
        buffer(name + ".num_batches_tracked", DType.I64, Shape.of(), Initialisers.constant(0));
        int offset = statistics.stream().mapToInt(Statistics::values).sum();
        normalisations.put(name, new Normalisation(name, channels, momentum, epsilon, offset));
        statistics.add(new Statistics.Running(name, channels, momentum));
    }

    /** Declares a layer normalisation over values of this shape: {@code NAME.weight} and {@code NAME.bias}. */
    public void layerNorm(String name, Shape shape) {
        trained(name + ".weight", shape, Initialisers.constant(1));
        trained(name + ".bias", shape, Initialisers.constant(0));
    }

    /** Declares a parameter of its own that starts with the same value everywhere. */
    public void parameter(String name, Shape shape, double value) {
        trained(name, shape, Initialisers.constant(value));
    }

    /**
     * Declares a parameter of its own.
     *
     * @param fanIn how many inputs meet in one output, and {@code fanOut} how many outputs one input reaches
     */
    public void parameter(String name, Shape shape, Initializer init, long fanIn, long fanOut) {
        trained(name, shape, Initialisers.weight(init, fanIn, fanOut));
    }

    private void trained(String name, Shape shape, Initialisers.Fill fill) {
        add(new Part(name, DType.F32, shape, true, fill, Optional.empty()));
    }

    private void buffer(String name, DType dtype, Shape shape, Initialisers.Fill fill) {
        add(new Part(name, dtype, shape, false, fill, Optional.empty()));
    }

    void add(Part part) {
        if (parts.putIfAbsent(part.name(), part) != null) {
            throw new IllegalArgumentException(
                    "'%s' is declared twice. Give one of the two another name.".formatted(part.name()));
        }
    }

    void add(Statistics more) {
        statistics.add(more);
    }

    /** Returns the same declaration of other parts. */
    Declaration with(List<Part> others) {
        var declaration = new Declaration(input, outputs);
        others.forEach(declaration::add);
        declaration.statistics.addAll(statistics);
        declaration.normalisations.putAll(normalisations);
        return declaration;
    }

    List<Part> parts() {
        return List.copyOf(parts.values());
    }

    List<Statistics> statistics() {
        return List.copyOf(statistics);
    }

    Map<String, Normalisation> normalisations() {
        return normalisations;
    }
}
