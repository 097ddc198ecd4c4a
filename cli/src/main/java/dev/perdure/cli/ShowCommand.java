package dev.perdure.cli;

import dev.perdure.checkpoint.Checkpoints;
import dev.perdure.checkpoint.Manifest;
import dev.perdure.core.State;
import dev.perdure.core.TensorData;
import dev.perdure.training.ExitCode;
import java.io.PrintStream;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Shows one. */
@Command(name = "show", mixinStandardHelpOptions = true, description = "Shows what a checkpoint consists of.")
final class ShowCommand implements Callable<Integer> {
    @Mixin
    CheckpointCommand.Which which = new CheckpointCommand.Which();

    @Override
    public Integer call() throws Exception {
        Checkpoints checkpoints = Checkpoints.open(which.store());
        Manifest manifest = checkpoints.manifest(which.in(checkpoints));
        PrintStream out = System.out;
        out.printf(
                "step %d, term %d, saved %s%n",
                manifest.name().step(), manifest.name().term(), manifest.created());
        manifest.metrics().forEach((name, value) -> out.printf("  %s: %s%n", name, value));
        out.printf("%d objects, %s%n", manifest.objects().size(), CheckpointCommand.size(manifest.bytes()));
        manifest.objects().forEach(object -> out.printf("  %s%n", object.path()));
        out.println("entries");
        manifest.entries().forEach(entry -> out.println("  " + describe(entry)));
        return ExitCode.OK.code();
    }

    private static String describe(Manifest.Entry entry) {
        return switch (entry) {
            case Manifest.Entry.Tensor t -> "%-44s %s %s".formatted(t.name(), t.dtype(), t.shape());
            case Manifest.Entry.Value v -> "%-44s %s".formatted(v.name(), describe(v.value()));
        };
    }

    private static String describe(State.Entry value) {
        return switch (value) {
            case State.Entry.Int(long number) -> Long.toString(number);
            case State.Entry.Real(double number) -> Double.toString(number);
            case State.Entry.Text(String text) -> text;
            case State.Entry.Blob blob -> blob.bytes().length + " bytes";
            case State.Entry.Tensor(TensorData tensor) -> tensor.dtype() + " " + tensor.shape();
        };
    }
}
