package dev.perdure.engine;

import dev.perdure.core.Suggestions;
import dev.perdure.core.TensorData;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;

/**
 * All inputs or all outputs of a model, and whether tensors fit them.
 *
 * @param kind {@code input} or {@code output}
 */
record Ports(String kind, List<Port> all) {

    /**
     * Returns the tensors in the order of the ports.
     *
     * @throws WrongTensorException if one does not fit
     */
    List<TensorData> fitting(Map<String, TensorData> tensors) {
        List<TensorData> ordered = new ArrayList<>(all.size());
        long samples = 0;
        for (Port port : all) {
            TensorData tensor = require(port, tensors);
            samples = ordered.isEmpty() ? samples(tensor) : samples;
            if (tensor.dtype() != port.dtype() || samples < 1 || !tensor.shape().equals(port.batch(samples))) {
                throw misfit(port, tensor, samples);
            }
            ordered.add(tensor);
        }
        if (tensors.size() != all.size()) {
            throw unknown(tensors);
        }
        return ordered;
    }

    private TensorData require(Port port, Map<String, TensorData> tensors) {
        TensorData tensor = tensors.get(port.name());
        if (tensor == null) {
            throw new WrongTensorException("%s '%s' is missing (expected: %s). Given are: %s"
                    .formatted(kind, port.name(), describe(port), tensors.keySet()));
        }
        return tensor;
    }

    private static long samples(TensorData tensor) {
        return tensor.shape().dimensions() == 0 ? 0 : tensor.shape().size(0);
    }

    private WrongTensorException misfit(Port port, TensorData tensor, long samples) {
        String expected = samples < 1 ? describe(port) : port.dtype() + " " + port.batch(samples);
        return new WrongTensorException("%s '%s' is %s %s (expected: %s)"
                .formatted(kind, port.name(), tensor.dtype(), tensor.shape(), expected));
    }

    private WrongTensorException unknown(Map<String, TensorData> tensors) {
        List<String> names = all.stream().map(Port::name).toList();
        String stranger = tensors.keySet().stream()
                .filter(name -> !names.contains(name))
                .findFirst()
                .orElseThrow();
        return new WrongTensorException("%s '%s' is none of the model's (expected: %s). %s"
                .formatted(kind, stranger, names, Suggestions.didYouMean(stranger, names)));
    }

    private static String describe(Port port) {
        String sizes = port.sample().toString();
        return "%s [samples%s".formatted(port.dtype(), sizes.length() > 2 ? ", " + sizes.substring(1) : "]");
    }

    /** Returns zeroed tensors of so many samples. */
    SequencedMap<String, TensorData> allocate(long samples, Arena arena) {
        var tensors = new LinkedHashMap<String, TensorData>();
        for (Port port : all) {
            tensors.put(port.name(), TensorData.allocate(arena, port.dtype(), port.batch(samples)));
        }
        return tensors;
    }

    /**
     * Makes sure that outputs can be written, and that writing one changes no other tensor.
     *
     * @throws WrongTensorException if that is not so
     */
    static void requireApart(List<TensorData> inputs, List<TensorData> outputs) {
        if (inputs.getFirst().shape().size(0) != outputs.getFirst().shape().size(0)) {
            throw new WrongTensorException("outputs of %d samples for inputs of %d (expected: as many)"
                    .formatted(
                            outputs.getFirst().shape().size(0),
                            inputs.getFirst().shape().size(0)));
        }
        for (int i = 0; i < outputs.size(); i++) {
            TensorData output = outputs.get(i);
            if (output.data().isReadOnly()) {
                throw new WrongTensorException("an output's memory is read-only (expected: memory to write to)");
            }
            inputs.forEach(other -> requireApart(output, other));
            outputs.subList(0, i).forEach(other -> requireApart(output, other));
        }
    }

    private static void requireApart(TensorData output, TensorData other) {
        if (output.data().asOverlappingSlice(other.data()).isPresent()) {
            throw new WrongTensorException("an output's memory is also another tensor's (expected: its own)");
        }
    }
}
