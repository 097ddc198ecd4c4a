package dev.perdure.replica;

import dev.perdure.core.TensorData;
import dev.perdure.engine.Port;
import dev.perdure.oip.Datatype;
import dev.perdure.oip.Tensor;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;

/**
 * Many requests' tensors as those of one batch, and back. A request alone is computed where its inputs lie; those of several are
 * copied once, next to each other. Outputs become heap arrays, one for each request, which lie as long as somebody writes them.
 */
final class BatchMemory {
    private final List<Item> items;
    private final long samples;
    private final SequencedMap<String, TensorData> inputs = new LinkedHashMap<>();
    private final SequencedMap<String, TensorData> outputs = new LinkedHashMap<>();

    BatchMemory(List<Item> items, List<Port> takes, List<Port> gives, Arena arena) {
        this.items = items;
        this.samples = items.stream().mapToLong(Item::samples).sum();
        for (int i = 0; i < takes.size(); i++) {
            Port port = takes.get(i);
            inputs.put(port.name(), new TensorData(port.dtype(), port.batch(samples), joined(i, arena)));
        }
        for (Port port : gives) {
            outputs.put(port.name(), output(port, arena));
        }
    }

    private MemorySegment joined(int input, Arena arena) {
        if (items.size() == 1) {
            return items.getFirst().inputs().get(input).data();
        }
        long bytes = items.stream()
                .mapToLong(item -> item.inputs().get(input).data().byteSize())
                .sum();
        MemorySegment all = arena.allocate(bytes, 64);
        long at = 0;
        for (Item item : items) {
            MemorySegment part = item.inputs().get(input).data();
            MemorySegment.copy(part, 0, all, at, part.byteSize());
            at += part.byteSize();
        }
        return all;
    }

    private TensorData output(Port port, Arena arena) {
        return items.size() == 1
                ? new TensorData(port.dtype(), port.batch(samples), heap(port, samples))
                : TensorData.allocate(arena, port.dtype(), port.batch(samples));
    }

    private static MemorySegment heap(Port port, long samples) {
        long bytes = port.batch(samples).elements() * port.dtype().bytes();
        return MemorySegment.ofArray(new byte[Math.toIntExact(bytes)]);
    }

    SequencedMap<String, TensorData> inputs() {
        return inputs;
    }

    SequencedMap<String, TensorData> outputs() {
        return outputs;
    }

    /** Returns each item's outputs, in the order of the items. */
    List<List<Tensor>> answers(List<Port> gives) {
        var answers = new ArrayList<List<Tensor>>(items.size());
        long from = 0;
        for (Item item : items) {
            var tensors = new ArrayList<Tensor>(gives.size());
            for (Port port : gives) {
                tensors.add(tensor(port, from, item.samples()));
            }
            answers.add(tensors);
            from += item.samples();
        }
        return answers;
    }

    private Tensor tensor(Port port, long from, long count) {
        MemorySegment all = output(outputs, port.name()).data();
        MemorySegment part = all;
        if (items.size() > 1) {
            part = heap(port, count);
            MemorySegment.copy(all, from * (all.byteSize() / samples), part, 0, part.byteSize());
        }
        return new Tensor(port.name(), Datatype.of(port.dtype()), port.batch(count), part);
    }

    private static TensorData output(Map<String, TensorData> outputs, String name) {
        TensorData output = outputs.get(name);
        if (output == null) {
            throw new AssertionError("output '" + name + "' was made here");
        }
        return output;
    }
}
