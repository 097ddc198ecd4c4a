package dev.perdure.torch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.perdure.core.Shape;
import dev.perdure.engine.Layer;
import dev.perdure.engine.Layer.Initializer;
import dev.perdure.engine.Loss;
import dev.perdure.engine.ModelSpec;
import dev.perdure.engine.TrainingPlan;
import dev.perdure.testkit.EngineWorkbench;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Bits across processes, and what a process needs over time. */
class ProcessesTest {

    /** Trains and prints the digest of everything. Arguments: threads. */
    public static final class Trainer {
        public static void main(String[] arguments) {
            System.out.println("digest " + digest(Integer.parseInt(arguments[0])));
        }
    }

    private static String digest(int threads) {
        List<Layer> layers = new ArrayList<>(EngineWorkbench.network());
        layers.addFirst(new Layer.Conv("wide", 16, 3, 1, 1, true, Initializer.ORTHOGONAL));
        var plan = new TrainingPlan(
                new ModelSpec.Layers(layers),
                EngineWorkbench.INPUT,
                EngineWorkbench.CLASSES,
                new Loss.CrossEntropy(0.1),
                EngineWorkbench.optimizers().get(7),
                11,
                threads);
        try (TorchModel model = new TorchEngine().open(plan)) {
            EngineWorkbench.train(model, 1, 12, 3);
            return EngineWorkbench.digest(model.state());
        }
    }

    @Test
    void givesTheSameBitsInAnotherProcess() throws IOException, InterruptedException {
        for (int threads = 1; threads <= 2; threads++) {
            assertThat(inAnotherProcess(threads)).as("%d threads", threads).isEqualTo(digest(threads));
        }
    }

    @Test
    void givesTheSameBitsOnAnotherThreadOfTheProcess() throws InterruptedException {
        var digests = new ArrayList<String>();
        for (int i = 0; i < 2; i++) {
            Thread thread = Thread.ofPlatform().start(() -> digests.add(digest(2)));
            thread.join();
        }
        assertThat(digests).containsExactly(digest(2), digest(2));
    }

    @Test
    void needsNoMoreMemoryTheLongerItTrains() {
        var plan = new TrainingPlan(
                new ModelSpec.Layers(EngineWorkbench.network()),
                Shape.of(2, 8, 8),
                EngineWorkbench.CLASSES,
                new Loss.CrossEntropy(0),
                EngineWorkbench.adam(),
                1,
                1);
        try (TorchModel model = new TorchEngine().open(plan)) {
            EngineWorkbench.train(model, 1, 1000, 1);
            long before = residentBytes();
            EngineWorkbench.train(model, 1000, 4000, 1);
            assertThat(residentBytes() - before)
                    .as("bytes after 3000 more steps")
                    .isLessThan(24 << 20);
        }
    }

    private static long residentBytes() {
        return org.bytedeco.javacpp.Pointer.physicalBytes();
    }

    private static String inAnotherProcess(int threads) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "--enable-native-access=ALL-UNNAMED",
                        "-Dorg.bytedeco.javacpp.maxPhysicalBytes=0",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Trainer.class.getName(),
                        Integer.toString(threads))
                .redirectErrorStream(true)
                .start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        return output.lines()
                .filter(line -> line.startsWith("digest "))
                .map(line -> line.substring("digest ".length()))
                .findFirst()
                .orElseThrow(() -> new AssertionError(output));
    }
}
