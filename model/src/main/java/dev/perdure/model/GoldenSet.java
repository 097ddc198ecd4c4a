package dev.perdure.model;

import dev.perdure.core.TensorData;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;

/**
 * Samples and the answers to them: whoever loads the model and gets other answers has another model, or a broken one.
 *
 * @param inputs by name, as the model takes them: {@code [samples, …]}
 * @param outputs by name, as it gave them, of as many samples
 * @param tolerance how far another machine's answers may be from them
 */
public record GoldenSet(
        SequencedMap<String, TensorData> inputs, SequencedMap<String, TensorData> outputs, Tolerance tolerance) {
    private static final int MISMATCHES_MAX = 100;

    public GoldenSet {
        inputs = Checks.copy(inputs);
        outputs = Checks.copy(outputs);
        if (inputs.isEmpty() || outputs.isEmpty()) {
            throw new IllegalArgumentException("golden set: %d inputs, %d outputs (expected: at least one of each)"
                    .formatted(inputs.size(), outputs.size()));
        }
        long samples = samplesOf(inputs.firstEntry());
        inputs.entrySet().forEach(input -> requireSamples(samples, input));
        outputs.entrySet().forEach(output -> requireSamples(samples, output));
    }

    private static long samplesOf(Map.Entry<String, TensorData> tensor) {
        if (tensor.getValue().shape().dimensions() == 0) {
            throw new IllegalArgumentException(
                    "golden set: '%s' is a scalar (expected: [samples, …])".formatted(tensor.getKey()));
        }
        return tensor.getValue().shape().size(0);
    }

    private static void requireSamples(long samples, Map.Entry<String, TensorData> tensor) {
        if (samples < 1 || samplesOf(tensor) != samples) {
            throw new IllegalArgumentException("golden set: '%s' has %d samples (expected: %d, and at least one)"
                    .formatted(tensor.getKey(), samplesOf(tensor), samples));
        }
    }

    /** Returns how many samples it has. */
    public long samples() {
        return inputs.firstEntry().getValue().shape().size(0);
    }

    /**
     * An answer that is not the expected one.
     *
     * @param index which element of the output, counting from 0; -1 when the output as a whole is not as expected
     */
    public record Mismatch(String output, long index, String expected, String actual) {
        @Override
        public String toString() {
            return "%s%s: %s (expected: %s)".formatted(output, index < 0 ? "" : "[" + index + "]", actual, expected);
        }
    }

    /**
     * Compares answers with the expected ones.
     *
     * @param actual by output; more than are expected do no harm
     * @return what is wrong, the first 100; empty when nothing is
     */
    public List<Mismatch> compare(Map<String, TensorData> actual) {
        var mismatches = new ArrayList<Mismatch>();
        outputs.forEach((name, expected) -> {
            TensorData given = actual.get(name);
            if (given == null
                    || given.dtype() != expected.dtype()
                    || !given.shape().equals(expected.shape())) {
                mismatches.add(new Mismatch(name, -1, kind(expected), given == null ? "nothing" : kind(given)));
            } else {
                compare(name, expected, given, mismatches);
            }
        });
        return List.copyOf(mismatches);
    }

    private static String kind(TensorData tensor) {
        return tensor.dtype() + " " + tensor.shape();
    }

    private void compare(String name, TensorData expected, TensorData actual, List<Mismatch> mismatches) {
        long elements = expected.shape().elements();
        for (long i = 0; i < elements && mismatches.size() < MISMATCHES_MAX; i++) {
            if (!accepts(expected, actual, i)) {
                mismatches.add(new Mismatch(name, i, Elements.text(expected, i), Elements.text(actual, i)));
            }
        }
    }

    private boolean accepts(TensorData expected, TensorData actual, long i) {
        return Elements.isWhole(expected.dtype())
                ? tolerance.accepts(Elements.whole(expected, i), Elements.whole(actual, i))
                : tolerance.accepts(Elements.real(expected, i), Elements.real(actual, i));
    }
}
