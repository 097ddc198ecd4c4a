package dev.perdure.cli;

import dev.perdure.checkpoint.CheckpointName;
import dev.perdure.checkpoint.Checkpointer;
import dev.perdure.checkpoint.Checkpoints;
import dev.perdure.checkpoint.Restored;
import dev.perdure.checkpoint.Weights;
import dev.perdure.core.BadSettingException;
import dev.perdure.core.State;
import dev.perdure.core.Suggestions;
import dev.perdure.core.TensorData;
import dev.perdure.format.SafetensorsException;
import dev.perdure.store.ObjectStore;
import dev.perdure.training.ExitCode;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Puts weights made elsewhere into a run. */
@Command(
        name = "import",
        mixinStandardHelpOptions = true,
        description = {
            "Makes a new checkpoint of a run with weights from a safetensors file, so that resume goes on with them.",
            "Names, types and shapes must be those of the run's model. The optimizer starts afresh. Do not use it while the run is training."
        })
final class ImportCommand implements Callable<Integer> {
    @Mixin
    CheckpointCommand.Which which = new CheckpointCommand.Which();

    @Option(names = "--from", required = true, paramLabel = "FILE", description = "A safetensors file.")
    Path from = Path.of("");

    @Override
    public Integer call() throws Exception {
        if (!Files.isRegularFile(from)) {
            throw new BadSettingException("--from %s: no such file (expected: a safetensors file)".formatted(from));
        }
        ObjectStore store = which.store();
        try (FileLock _ = which.folder().tryLock("supervisor").orElseThrow(this::busy)) {
            return importInto(store);
        } catch (SafetensorsException e) {
            throw new BadSettingException("--from " + e.getMessage());
        }
    }

    private BadSettingException busy() {
        return new BadSettingException(
                "%s: a perdure process is working on this run. Wait for it, or end it first.".formatted(which.run));
    }

    private int importInto(ObjectStore store) throws IOException {
        Checkpoints checkpoints = Checkpoints.open(store);
        CheckpointName name = which.in(checkpoints);
        try (Arena arena = Arena.ofShared();
                Checkpointer checkpointer = Checkpointer.open(store)) {
            Restored restored = checkpoints.load(name, arena);
            replaceWeights(restored.state(), Weights.importFile(from, arena));
            checkpointer.save(name.step(), restored.state(), restored.metrics()); // closing waits for it
        }
        System.out.printf("The newest checkpoint is that of step %d with the weights of %s.%n", name.step(), from);
        System.out.println("Go on with them: perdure resume " + which.run);
        return ExitCode.OK.code();
    }

    private void replaceWeights(State state, State weights) {
        Map<String, TensorData> given = weights.tensors();
        Map<String, TensorData> expected = state.startingWith("model/").tensors();
        var problems = new ArrayList<String>();
        expected.forEach((name, tensor) -> {
            TensorData other = given.get(name);
            if (other == null) {
                problems.add("%s: %s is missing (expected: %s %s). %s"
                        .formatted(
                                from,
                                plain(name),
                                tensor.dtype(),
                                tensor.shape(),
                                Suggestions.didYouMean(name, given.keySet()).replace("model/", ""))
                        .stripTrailing());
            } else if (other.dtype() != tensor.dtype() || !other.shape().equals(tensor.shape())) {
                problems.add("%s: %s is %s %s (expected: %s %s)"
                        .formatted(from, plain(name), other.dtype(), other.shape(), tensor.dtype(), tensor.shape()));
            }
        });
        given.keySet().stream()
                .filter(name -> !expected.containsKey(name))
                .forEach(name -> problems.add("%s: %s is not in the run's model".formatted(from, plain(name))));
        if (!problems.isEmpty()) {
            throw new BadSettingException(problems);
        }
        given.forEach((name, tensor) -> state.tensor(name).data().copyFrom(tensor.data()));
        state.startingWith("optimizer/")
                .tensors()
                .values()
                .forEach(slot -> slot.data().fill((byte) 0));
    }

    private static String plain(String name) {
        return name.substring("model/".length());
    }
}
