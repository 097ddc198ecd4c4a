package dev.perdure.engine;

import dev.perdure.core.BadSettingException;
import dev.perdure.core.Shape;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What a network makes of the shape of a sample, found without computing anything, so that a network that cannot be is
 * refused before native code is loaded.
 */
public final class Shapes {
    private Shapes() {}

    /**
     * The shapes between a network's layers.
     *
     * @param input the shape of a sample
     * @param after the shape after each layer, as far as they can be known: all of them when there is no problem
     * @param problems what does not fit, each with the layer's place in the configuration, such as {@code model.layers[3]
     *     max-pool: kernel 5 on 3×3 (expected: at most 3). …}
     */
    public record Inferred(Shape input, List<Shape> after, List<String> problems) {
        public Inferred {
            after = List.copyOf(after);
            problems = List.copyOf(problems);
        }

        /** Returns the last known shape: the network's output when there is no problem. */
        public Shape output() {
            return after.isEmpty() ? input : after.getLast();
        }

        /** Returns the shape that a layer, counting from 0, is given. */
        public Shape before(int layer) {
            return layer == 0 ? input : after.get(layer - 1);
        }
    }

    /** Walks a network; ends at the first layer that does not fit, since nothing is known behind it. */
    public static Inferred infer(List<Layer> layers, Shape input) {
        return infer("model.layers", layers, input);
    }

    /**
     * Checks that a network makes {@code outputs} numbers of a sample.
     *
     * @throws BadSettingException if a layer does not fit, or the last one gives something else
     */
    public static Inferred require(List<Layer> layers, Shape input, int outputs) {
        Inferred inferred = infer(layers, input);
        if (!inferred.problems().isEmpty()) {
            throw new BadSettingException(inferred.problems());
        }
        if (!inferred.output().equals(Shape.of(outputs))) {
            throw new BadSettingException(
                    ("model.layers: the network makes %s of a sample %s (expected: [%d], as many as the"
                                    + " data have classes or targets). End with 'dense: {out: %d}'.")
                            .formatted(inferred.output(), input, outputs, outputs));
        }
        return inferred;
    }

    /**
     * Returns the stride of the shortcut that takes {@code before} to {@code after}, or nothing if no 1×1 convolution (or
     * dense layer, for which the stride is 1) does. Equal shapes need no shortcut.
     */
    public static Optional<Integer> shortcutStride(Shape before, Shape after) {
        if (before.dimensions() != after.dimensions() || before.dimensions() == 2 || before.dimensions() > 3) {
            return Optional.empty();
        }
        if (before.dimensions() == 1) {
            return Optional.of(1);
        }
        for (int stride = 1; stride <= Math.max(before.size(1), before.size(2)); stride++) {
            if (strided(before.size(1), stride) == after.size(1) && strided(before.size(2), stride) == after.size(2)) {
                return Optional.of(stride);
            }
        }
        return Optional.empty();
    }

    /** Returns the name of the first batch normalisation that sees one value of a channel in each sample, if there is one. */
    public static Optional<String> batchNormOfRows(List<Layer> layers, Shape input) {
        Inferred shapes = infer(layers, input);
        for (int i = 0; i <= shapes.after().size() && i < layers.size(); i++) {
            Shape before = shapes.before(i);
            Optional<String> found = switch (layers.get(i)) {
                case Layer.BatchNorm norm when before.elements() == before.size(0) -> Optional.of(norm.name());
                case Layer.Residual residual -> batchNormOfRows(residual.body(), before);
                default -> Optional.empty();
            };
            if (found.isPresent()) {
                return found;
            }
        }
        return Optional.empty();
    }

    private static long strided(long size, int stride) {
        return (size - 1) / stride + 1;
    }

    private static Inferred infer(String at, List<Layer> layers, Shape input) {
        var after = new ArrayList<Shape>();
        var problems = new ArrayList<String>();
        Shape shape = input;
        for (int i = 0; i < layers.size() && problems.isEmpty(); i++) {
            Result result = after("%s[%d] %s".formatted(at, i, kind(layers.get(i))), layers.get(i), shape);
            switch (result) {
                case Result.Fits(Shape next) -> {
                    shape = next;
                    after.add(next);
                }
                case Result.Misfits(List<String> found) -> problems.addAll(found);
            }
        }
        return new Inferred(input, after, problems);
    }

    private sealed interface Result {
        record Fits(Shape shape) implements Result {}

        record Misfits(List<String> problems) implements Result {}
    }

    private static Result after(String at, Layer layer, Shape in) {
        return switch (layer) {
            case Layer.Conv conv ->
                window(at, in, conv.kernel(), conv.stride(), conv.padding(), in.dimensions() == 3 ? conv.out() : 0);
            case Layer.MaxPool pool -> window(at, in, pool.kernel(), pool.stride(), 0, channels(in));
            case Layer.AvgPool pool -> window(at, in, pool.kernel(), pool.stride(), 0, channels(in));
            case Layer.GlobalAvgPool _ -> isImage(in) ? fits(channels(in)) : noImage(at, in);
            case Layer.Flatten _ -> fits(in.elements());
            case Layer.Dense dense -> fits(dense.out());
            case Layer.BatchNorm _ -> isImage(in) || in.dimensions() == 1 ? new Result.Fits(in) : noImage(at, in);
            case Layer.LayerNorm _, Layer.Dropout _, Layer.Activate _ -> new Result.Fits(in);
            case Layer.Residual residual -> residual(at, residual, in);
        };
    }

    private static Result residual(String at, Layer.Residual residual, Shape in) {
        Inferred body = infer(at + ".body", residual.body(), in);
        if (!body.problems().isEmpty()) {
            return new Result.Misfits(body.problems());
        }
        Shape out = body.output();
        if (out.equals(in) || shortcutStride(in, out).isPresent()) {
            return new Result.Fits(out);
        }
        return misfit(
                at,
                "the body makes %s of %s, which no strided shortcut does (expected: rows and columns divided by one stride). Pad the body's convolutions."
                        .formatted(out, in));
    }

    private static Result window(String at, Shape in, int kernel, int stride, int padding, long channels) {
        if (!isImage(in)) {
            return noImage(at, in);
        }
        long height = in.size(1) + 2L * padding;
        long width = in.size(2) + 2L * padding;
        if (kernel > Math.min(height, width)) {
            return misfit(
                    at,
                    "kernel %d on %d×%d (expected: at most %d). Make it smaller, or shrink the image less before."
                            .formatted(kernel, height, width, Math.min(height, width)));
        }
        return fits(channels, (height - kernel) / stride + 1, (width - kernel) / stride + 1);
    }

    private static Result fits(long... sizes) {
        return new Result.Fits(Shape.of(sizes));
    }

    private static Result noImage(String at, Shape in) {
        return misfit(
                at,
                "is given %s (expected: an image [channels, height, width]). Put it before what flattens the image."
                        .formatted(in));
    }

    private static Result misfit(String at, String what) {
        return new Result.Misfits(List.of(at + ": " + what));
    }

    private static boolean isImage(Shape shape) {
        return shape.dimensions() == 3;
    }

    private static long channels(Shape shape) {
        return isImage(shape) ? shape.size(0) : 0;
    }

    private static String kind(Layer layer) {
        return LayerSettings.kind(layer);
    }
}
