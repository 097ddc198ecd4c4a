package dev.perdure.cli;

import dev.perdure.core.BadSettingException;
import dev.perdure.core.Digests;
import dev.perdure.core.Shape;
import dev.perdure.core.TensorData;
import dev.perdure.engine.Predictors;
import dev.perdure.engine.ServedProgram;
import dev.perdure.format.Safetensors;
import dev.perdure.format.SafetensorsException;
import dev.perdure.model.Bundle;
import dev.perdure.model.GoldenSet;
import dev.perdure.model.ModelSignature;
import dev.perdure.model.Program;
import dev.perdure.model.Provenance;
import dev.perdure.model.TensorSpec;
import dev.perdure.model.Tolerance;
import dev.perdure.replica.GoldenSamples;
import dev.perdure.replica.ServedBundle;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;

/**
 * Makes a bundle of a model made elsewhere. The same file and samples give the same bundle.
 *
 * <p>It runs the model, so it is only for processes that may die of a native crash.
 */
final class BundleImporter {
    /** The longest file that is read into memory. */
    private static final long BYTES_MAX = Integer.MAX_VALUE - 64;

    private final Path file;
    private final List<Predictors> frameworks;

    BundleImporter(Path file, List<Predictors> frameworks) {
        this.file = file;
        this.frameworks = List.copyOf(frameworks);
    }

    /** @throws BadSettingException if it is no tolerance */
    static Tolerance tolerance(double absolute, double relative) {
        try {
            return new Tolerance(absolute, relative);
        } catch (IllegalArgumentException e) {
            throw new BadSettingException("--absolute, --relative: " + e.getMessage());
        }
    }

    /**
     * @param arena how long the memory of the golden set lives
     * @throws BadSettingException if the file is no model, does not take the samples, or does not answer each of them by
     *     itself
     */
    Bundle make(String name, String version, Path samples, Tolerance tolerance, Arena arena) throws IOException {
        byte[] bytes = read();
        var program = new Program(format(), MemorySegment.ofArray(bytes));
        SequencedMap<String, TensorData> inputs = samples(samples, arena);
        Predictors framework = framework(ServedBundle.program(program));
        SequencedMap<String, TensorData> outputs = framework.probe(ServedBundle.program(program), inputs, arena);
        requireSamples(outputs, inputs.firstEntry().getValue().shape().size(0));
        var versions = new LinkedHashMap<String, String>();
        versions.put("perdure", Perdure.Version.own());
        versions.put("golden set by", framework.build());
        Bundle bundle = checked(() -> bundle(
                name,
                version,
                program,
                new GoldenSet(inputs, outputs, tolerance),
                new Provenance(
                        String.valueOf(file.getFileName()),
                        Optional.empty(),
                        Optional.of(Digests.sha256(bytes)),
                        Optional.empty(),
                        Optional.empty(),
                        versions)));
        new ServedBundle(bundle).requireGoldenAnswers(frameworks);
        return bundle;
    }

    private Bundle bundle(String name, String version, Program program, GoldenSet golden, Provenance provenance)
            throws IOException {
        return new Bundle(
                name,
                version,
                Files.getLastModifiedTime(file).toInstant().truncatedTo(ChronoUnit.SECONDS),
                new ModelSignature(specs(golden.inputs()), specs(golden.outputs())),
                List.of(),
                Optional.empty(),
                program,
                Optional.empty(),
                new LinkedHashMap<>(),
                Optional.of(golden),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                provenance);
    }

    private byte[] read() throws IOException {
        if (!Files.isRegularFile(file)) {
            throw new BadSettingException("%s: no such file (expected: an ONNX or TorchScript file)".formatted(file));
        }
        long size = Files.size(file);
        if (size > BYTES_MAX) {
            throw new BadSettingException(
                    "%s: %d bytes (expected: at most %d, in one file)".formatted(file, size, BYTES_MAX));
        }
        return Files.readAllBytes(file);
    }

    private Program.Format format() {
        String name = String.valueOf(file.getFileName()).toLowerCase(Locale.ROOT);
        if (name.endsWith(".onnx")) {
            return Program.Format.ONNX;
        }
        if (name.endsWith(".pt") || name.endsWith(".pth")) {
            return Program.Format.TORCHSCRIPT;
        }
        throw new BadSettingException(
                "%s: unknown kind of model (expected: .onnx, or .pt or .pth for TorchScript). Convert it to one of these."
                        .formatted(file));
    }

    private Predictors framework(ServedProgram program) {
        return frameworks.stream()
                .filter(each -> each.runs(program))
                .findFirst()
                .orElseThrow();
    }

    private static SequencedMap<String, TensorData> samples(Path samples, Arena arena) throws IOException {
        if (!Files.isRegularFile(samples)) {
            throw new BadSettingException(
                    "--samples %s: no such file (expected: a safetensors file of what the model takes)"
                            .formatted(samples));
        }
        try {
            SequencedMap<String, TensorData> all = Safetensors.map(samples, arena);
            long count = count(samples, all);
            var first = new LinkedHashMap<String, TensorData>();
            all.forEach((name, tensor) ->
                    first.put(name, GoldenSamples.first(tensor, Math.min(count, GoldenSamples.MAX))));
            return first;
        } catch (SafetensorsException e) {
            throw new BadSettingException("--samples " + e.getMessage());
        }
    }

    private static long count(Path samples, Map<String, TensorData> all) {
        List<Long> counts = all.values().stream()
                .map(tensor -> batch(tensor.shape()))
                .distinct()
                .toList();
        if (counts.size() != 1 || counts.getFirst() < 1) {
            throw new BadSettingException(
                    ("--samples %s: %d tensors of %s samples (expected: one tensor for each input, [samples, …], all of equally"
                                    + " many samples, at least one)")
                            .formatted(samples, all.size(), counts));
        }
        return counts.getFirst();
    }

    private static long batch(Shape shape) {
        return shape.dimensions() == 0 ? 0 : shape.size(0);
    }

    private void requireSamples(Map<String, TensorData> outputs, long samples) {
        outputs.forEach((name, output) -> {
            if (batch(output.shape()) != samples) {
                throw new BadSettingException(
                        ("%s: gives '%s' as %s for %d samples (expected: [%d, …], an answer for each). Export it with the batch"
                                        + " as the first, free dimension.")
                                .formatted(file, name, output.shape(), samples, samples));
            }
        });
    }

    private static List<TensorSpec> specs(Map<String, TensorData> tensors) {
        return tensors.entrySet().stream()
                .map(tensor -> TensorSpec.of(
                        tensor.getKey(),
                        tensor.getValue().dtype(),
                        sample(tensor.getValue().shape())))
                .toList();
    }

    private static long[] sample(Shape batch) {
        return java.util.Arrays.copyOfRange(batch.toArray(), 1, batch.dimensions());
    }

    /** What a bundle cannot hold is the file's fault, or the name's. */
    private Bundle checked(BundleCommand.Making making) throws IOException {
        try {
            return making.make();
        } catch (IllegalArgumentException e) {
            throw new BadSettingException("%s: cannot be a bundle: %s".formatted(file, e.getMessage()));
        }
    }
}
