package dev.perdure.checkpoint;

import dev.perdure.core.State;
import dev.perdure.core.TensorData;
import dev.perdure.format.Safetensors;
import dev.perdure.format.SafetensorsException;
import dev.perdure.format.SafetensorsHeader;
import dev.perdure.store.ObjectStore;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.TreeMap;

/** The part of a state that is the model itself: the tensors {@code model/…}, named without that prefix as PyTorch does. */
public final class Weights {
    private static final String PREFIX = "model/";

    private Weights() {}

    /** Returns a state's weights by PyTorch's names, ascending: views of the same memory. */
    public static SequencedMap<String, TensorData> of(State state) {
        var weights = new TreeMap<String, TensorData>();
        state.startingWith(PREFIX)
                .tensors()
                .forEach((name, tensor) -> weights.put(name.substring(PREFIX.length()), tensor));
        return weights;
    }

    /** Returns the SHA-256 of the file that {@link Checkpoints#exportWeights} would write of this state. */
    public static String sha256(State state) {
        return Safetensors.sha256(of(state));
    }

    /**
     * Maps a safetensors file of weights, made here or elsewhere.
     *
     * @param arena how long the memory lives
     * @return entries {@code model/NAME} that must not be written to
     * @throws SafetensorsException if the file is malformed, or a name has other characters than a state's
     */
    public static State importFile(Path file, Arena arena) throws IOException {
        State.Builder state = State.builder();
        for (Map.Entry<String, TensorData> entry : Safetensors.map(file, arena).entrySet()) {
            try {
                state.tensor(PREFIX + entry.getKey(), entry.getValue());
            } catch (IllegalArgumentException e) {
                throw new SafetensorsException(file.toString(), String.valueOf(e.getMessage()));
            }
        }
        return state.build();
    }

    static String export(ObjectStore store, Manifest manifest, Path file) throws IOException {
        List<Manifest.Entry.Tensor> tensors = manifest.tensors().stream()
                .filter(tensor -> tensor.name().startsWith(PREFIX))
                .sorted(Comparator.comparing(Manifest.Entry.Tensor::name))
                .toList();
        List<SafetensorsHeader.Slot> slots = new ArrayList<>();
        long at = 0;
        for (Manifest.Entry.Tensor tensor : tensors) {
            String name = tensor.name().substring(PREFIX.length());
            slots.add(new SafetensorsHeader.Slot(name, tensor.dtype(), tensor.shape(), at));
            at += tensor.bytes();
        }
        return Safetensors.write(file, slots, out -> {
            for (Manifest.Entry.Tensor tensor : tensors) {
                copy(store, manifest, tensor, out);
            }
        });
    }

    /** Copies a tensor block by block, each checked before it is passed on. */
    private static void copy(ObjectStore store, Manifest manifest, Manifest.Entry.Tensor tensor, Safetensors.Sink out)
            throws IOException {
        Manifest.ObjectRef object = manifest.objects().get(tensor.object());
        List<Damage> damages = new ArrayList<>();
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment block = arena.allocate(Checksums.BLOCK_BYTES);
            var reader = new StretchReader(store, manifest.name(), Map.of(), damages, arena);
            for (long from = 0; from < tensor.bytes() && damages.isEmpty(); from += block.byteSize()) {
                MemorySegment part = block.asSlice(0, Math.min(block.byteSize(), tensor.bytes() - from));
                reader.readBlock(object, tensor, from, part);
                if (damages.isEmpty()) {
                    out.accept(part);
                }
            }
        }
        if (!damages.isEmpty()) {
            throw new CorruptCheckpointException("the weights cannot be exported:", damages);
        }
    }
}
