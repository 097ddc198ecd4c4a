package dev.perdure.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.perdure.training.RunConfig;
import dev.perdure.training.RunFolder;
import dev.perdure.training.RunListener;
import dev.perdure.training.RunOutcome;
import dev.perdure.training.RunReport;
import dev.perdure.training.TeamSupervisor;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.zip.GZIPInputStream;
import org.jspecify.annotations.Nullable;

/** A training of a second or two, with everything in it that could break the bits: dropout, batch norm, augmentation. */
record SmallRun(Path config) {
    private static final int SAMPLES = 500;
    private static @Nullable RunReport undisturbed;
    private static final String YAML = """
            name: small
            seed: 7
            data:
              format: idx
              images: images.idx
              labels: labels.idx
              split: {validation: 0.1, test: 0.1}
              normalise: standard
              augment:
                - shift: {pixels: 2}
            model:
              layers:
                - conv: {name: conv1, out: 4, kernel: 5, stride: 2}
                - batch-norm: {name: bn1}
                - relu
                - max-pool: {kernel: 2}
                - dropout: 0.25
                - dense: {name: fc1, out: 10}
              loss: cross-entropy
            training:
              epochs: 3
              batch: 40
              microbatches: 3
              optimizer: adam
              learning-rate: {cosine: {rate: 0.01, min: 0.0001}}
            checkpoint:
              every: {steps: 4}
              keep: {newest: 3, best: heldOutLoss}
            supervision:
              restarts-max: 1000
              fruitless-restarts-max: 1000
              pause-first-millis: 0
            """;

    /** Writes configuration and data into a folder: the first of the digits that come with the repository. */
    static SmallRun in(Path folder) throws IOException, InterruptedException {
        Archives.use();
        return new SmallRun(write(folder));
    }

    /** The same for who makes archives; returns the configuration. */
    static Path write(Path folder) throws IOException {
        Path digits = Path.of("").toAbsolutePath().resolveSibling("examples/digits");
        cut(digits.resolve("images.idx3-ubyte.gz"), 16, 784, folder.resolve("images.idx"));
        cut(digits.resolve("labels.idx1-ubyte.gz"), 8, 1, folder.resolve("labels.idx"));
        Path config = folder.resolve("small.yaml");
        Files.writeString(config, YAML);
        return config;
    }

    private static void cut(Path source, int headerBytes, int recordBytes, Path target) throws IOException {
        try (InputStream in = new GZIPInputStream(Files.newInputStream(source))) {
            byte[] some = in.readNBytes(headerBytes + SAMPLES * recordBytes);
            ByteBuffer.wrap(some).putInt(4, SAMPLES);
            Files.write(target, some);
        }
    }

    RunFolder folder(String name) {
        return new RunFolder(config.resolveSibling(name));
    }

    /** Creates the run and trains it with faults, which happen once each. */
    RunOutcome train(String name, List<String> faults, RunListener listener, String... overrides)
            throws IOException, InterruptedException {
        RunConfig settings = RunConfig.read(config, List.of(overrides));
        RunFolder folder = folder(name);
        folder.create(settings);
        return supervise(folder, faults, listener);
    }

    /** Supervises a run that exists. */
    static RunOutcome supervise(RunFolder folder, List<String> faults, RunListener listener)
            throws IOException, InterruptedException {
        RunConfig settings = folder.readConfig();
        var launcher = new LocalLauncher(settings, FaultyWorker.program(faults));
        return new TeamSupervisor(folder, settings, WirePort::open, launcher, listener, InstantSource.system()).run();
    }

    /** Returns the report of this configuration's undisturbed run, which is trained once for all tests. */
    RunReport undisturbed() throws IOException, InterruptedException {
        if (undisturbed == null) {
            RunOutcome outcome = undisturbed("undisturbed");
            assertThat(outcome.problem()).isEmpty();
            assertThat(outcome.report().weightsSha256()).hasSize(64);
            assertThat(outcome.report().incidents()).isEmpty();
            undisturbed = outcome.report();
        }
        return undisturbed;
    }

    RunOutcome undisturbed(String name, String... overrides) throws IOException, InterruptedException {
        return train(name, List.of(), new RunListener() {}, overrides);
    }
}
