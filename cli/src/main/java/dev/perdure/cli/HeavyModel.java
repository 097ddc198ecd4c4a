package dev.perdure.cli;

import dev.perdure.core.DType;
import dev.perdure.core.Shape;
import dev.perdure.core.TensorData;
import dev.perdure.engine.Layer;
import dev.perdure.engine.Layer.Initializer;
import dev.perdure.engine.Port;
import dev.perdure.export.OnnxExport;
import dev.perdure.format.Safetensors;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;
import java.nio.channels.Channels;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import java.util.SplittableRandom;

/**
 * A network for benches that computes long on little: convolutions one after the other over a small image, with weights by
 * chance. An item is 4 KiB and takes ten milliseconds or more, so what is around the model costs nothing against it.
 */
final class HeavyModel {
    private static final int SIZE = 32;
    private static final int CHANNELS = 64;
    private static final int KERNEL = 3;
    private static final int DEPTH = 40;
    private static final int CLASSES = 10;
    private static final int SAMPLES = 8;

    private final SplittableRandom random = new SplittableRandom(17);
    private final List<Layer> layers = new ArrayList<>();
    private final SequencedMap<String, TensorData> weights = new LinkedHashMap<>();
    private final Arena arena;

    private HeavyModel(Arena arena) {
        this.arena = arena;
        for (int i = 0; i < DEPTH; i++) {
            int in = i == 0 ? 1 : CHANNELS;
            layers.add(new Layer.Conv("conv" + i, CHANNELS, KERNEL, 1, KERNEL / 2, true, Initializer.DEFAULT));
            layers.add(new Layer.Activate(Layer.Activation.RELU));
            weigh("conv" + i, in * KERNEL * KERNEL, Shape.of(CHANNELS, in, KERNEL, KERNEL));
        }
        layers.add(new Layer.GlobalAvgPool());
        layers.add(new Layer.Dense("out", CLASSES, true, Initializer.DEFAULT));
        weigh("out", CHANNELS, Shape.of(CLASSES, CHANNELS));
    }

    /** As He et al., "Delving Deep into Rectifiers", ICCV 2015, begin: numbers neither vanish nor grow from layer to layer. */
    private void weigh(String name, int inputs, Shape shape) {
        double bound = Math.sqrt(6.0 / inputs);
        weights.put(name + ".weight", numbers(shape, -bound, bound));
        weights.put(name + ".bias", numbers(Shape.of(shape.size(0)), -0.1, 0.1));
    }

    private TensorData numbers(Shape shape, double least, double most) {
        TensorData tensor = TensorData.allocate(arena, DType.F32, shape);
        for (long i = 0; i < shape.elements(); i++) {
            tensor.data().setAtIndex(ValueLayout.JAVA_FLOAT, i, (float) random.nextDouble(least, most));
        }
        return tensor;
    }

    /** Makes a bundle of it, in a process of its own. */
    static void write(Path place, Path scratch) throws IOException, InterruptedException {
        Path model = scratch.resolve("heavy.onnx");
        Path samples = scratch.resolve("heavy.safetensors");
        try (Arena arena = Arena.ofShared()) {
            var heavy = new HeavyModel(arena);
            try (OutputStream out = Files.newOutputStream(model);
                    WritableByteChannel channel = Channels.newChannel(out)) {
                channel.write(OnnxExport.write(
                                heavy.layers,
                                Port.of("x", DType.F32, 1, SIZE, SIZE),
                                Port.of("y", DType.F32, CLASSES),
                                heavy.weights,
                                arena)
                        .asByteBuffer());
            }
            var inputs = new LinkedHashMap<String, TensorData>();
            inputs.put("x", heavy.numbers(Shape.of(SAMPLES, 1, SIZE, SIZE), -1, 1));
            Safetensors.write(samples, inputs);
        }
        BundleProcess.make(
                List.of(
                        "import",
                        model.toString(),
                        "--samples",
                        samples.toString(),
                        "--name",
                        "heavy",
                        "--out",
                        place.toString()),
                _ -> {});
    }
}
