package dev.perdure.cli;

import dev.perdure.model.Tolerance;
import dev.perdure.training.ExitCode;
import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Makes a bundle of a model made elsewhere. */
@Command(
        name = "import",
        mixinStandardHelpOptions = true,
        description = {
            "Makes a bundle of an ONNX or TorchScript file and samples of what it takes.",
            "What the model takes and gives is found by running it; its answers to the first 32 samples become the golden set."
        })
final class BundleImportCommand implements Callable<Integer> {
    @Parameters(paramLabel = "MODEL", description = "An ONNX file (.onnx) or a TorchScript archive (.pt, .pth).")
    Path model = Path.of("");

    @Option(
            names = "--samples",
            required = true,
            paramLabel = "FILE",
            description =
                    "A safetensors file of what the model takes: each input under its name, [samples, …]. The samples' sizes"
                            + " are what the bundle says that it takes.")
    Path samples = Path.of("");

    @Option(names = "--name", required = true, paramLabel = "TEXT", description = "What the model is called.")
    String name = "";

    @Option(
            names = "--model-version",
            paramLabel = "TEXT",
            defaultValue = "1",
            description = "The version it is given. Default: ${DEFAULT-VALUE}.")
    String modelVersion = "1";

    @Option(names = "--out", required = true, paramLabel = "DIR", description = "Where the bundle goes: a new folder.")
    String out = "";

    @Option(names = "--key", paramLabel = "FILE", description = "A private key to sign it with; FILE.pub is beside it.")
    @Nullable
    Path key;

    @Option(
            names = "--absolute",
            paramLabel = "NUMBER",
            defaultValue = "1e-4",
            description = "How far another machine's answer may be from a golden one. Default: ${DEFAULT-VALUE}.")
    double absolute;

    @Option(
            names = "--relative",
            paramLabel = "NUMBER",
            defaultValue = "1e-3",
            description = "And how far more, as a share of it. Default: ${DEFAULT-VALUE}.")
    double relative;

    @Override
    public Integer call() throws Exception {
        Tolerance tolerance = BundleImporter.tolerance(absolute, relative);
        try (Arena arena = Arena.ofShared()) {
            var importer = new BundleImporter(model, BundleCommand.frameworks());
            BundleCommand.write(out, key, () -> importer.make(name, modelVersion, samples, tolerance, arena));
        }
        return ExitCode.OK.code();
    }
}
