package dev.perdure.gateway;

import dev.perdure.core.TensorData;
import dev.perdure.model.Elements;
import dev.perdure.model.GoldenSet;
import dev.perdure.model.TensorSpec;
import dev.perdure.oip.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * How a model's outputs are read for what two versions of it have in common.
 *
 * <p>If an output has as many elements as the model has labels, its greatest element is the class that was chosen: versions
 * agree when they choose the same one. Otherwise outputs are numbers, and versions agree when all of them are near each other:
 * within a share of the range that the golden outputs have, or within the golden set's tolerance if that is more.
 */
final class Reading {
    private static final int BINS_MAX = 20;
    private static final int RANGES = 4;
    private static final double SUM_APART = 1e-3;

    private final List<String> labels;
    private final Optional<String> classes;
    private final String first;
    private final double[] cuts;
    private final GoldenSet golden;
    private final Map<String, double[]> near = new LinkedHashMap<>();

    /**
     * @param version whose outputs are the measure
     * @param apart share of the range within which numbers are near each other
     */
    Reading(ServedVersion version, double apart) {
        labels = version.labels();
        golden = version.golden();
        List<TensorSpec> outputs = version.signature().outputs();
        first = outputs.getFirst().name();
        classes = labels.size() < 2
                ? Optional.empty()
                : outputs.stream()
                        .filter(spec -> spec.sample().elements() == labels.size())
                        .map(TensorSpec::name)
                        .findFirst();
        golden.outputs().forEach((name, tensor) -> near.put(name, near(tensor, apart)));
        cuts = cuts(Objects.requireNonNull(golden.outputs().get(first)));
    }

    /** Returns for each element of an item how far apart is near. */
    private static double[] near(TensorData tensor, double apart) {
        int size = size(tensor);
        double[] near = new double[size];
        for (int i = 0; i < size; i++) {
            double least = Double.POSITIVE_INFINITY;
            double most = Double.NEGATIVE_INFINITY;
            for (long at = i; at < tensor.shape().elements(); at += size) {
                double value = Elements.real(tensor, at);
                least = Math.min(least, value);
                most = Math.max(most, value);
            }
            near[i] = apart * Math.max(0, most - least);
        }
        return near;
    }

    private static int size(TensorData tensor) {
        return Math.toIntExact(tensor.shape().elements() / tensor.shape().size(0));
    }

    /** Returns where the first element's golden values are cut into parts of about the same size. */
    private static double[] cuts(TensorData tensor) {
        int size = size(tensor);
        double[] values = new double[Math.toIntExact(tensor.shape().size(0))];
        for (int i = 0; i < values.length; i++) {
            values[i] = Elements.real(tensor, (long) i * size);
        }
        Arrays.sort(values);
        double[] cuts = new double[RANGES - 1];
        for (int i = 0; i < cuts.length; i++) {
            cuts[i] = values[(i + 1) * (values.length - 1) / RANGES];
        }
        return cuts;
    }

    /** Returns into how many bins predictions fall. */
    int bins() {
        return classes.isPresent() ? Math.min(labels.size(), BINS_MAX) : RANGES;
    }

    /** Returns the bin of a prediction, from 0. Of many classes several share one. */
    int bin(Prediction prediction) {
        if (prediction.isClass()) {
            return prediction.label() % BINS_MAX;
        }
        int bin = 0;
        while (bin < cuts.length && prediction.value() > cuts[bin]) {
            bin++;
        }
        return bin;
    }

    List<Prediction> all(List<Tensor> outputs) {
        long items = outputs.getFirst().shape().size(0);
        var all = new ArrayList<Prediction>();
        for (int item = 0; item < items; item++) {
            all.add(of(outputs, item));
        }
        return all;
    }

    /** Returns what an item's outputs say. */
    Prediction of(List<Tensor> outputs, int item) {
        double[] values = values(named(outputs, classes.orElse(first)), item);
        if (classes.isEmpty()) {
            return new Prediction(Prediction.NO_LABEL, 0, values[0]);
        }
        int label = 0;
        for (int i = 1; i < values.length; i++) {
            label = values[i] > values[label] ? i : label;
        }
        return new Prediction(label, confidence(values, label), 0);
    }

    private static TensorData named(List<Tensor> outputs, String name) {
        return outputs.stream()
                .filter(output -> output.name().equals(name))
                .findFirst()
                .map(Rows::data)
                .orElseThrow();
    }

    private static double[] values(TensorData tensor, int item) {
        int size = size(tensor);
        double[] values = new double[size];
        for (int i = 0; i < size; i++) {
            values[i] = Elements.real(tensor, (long) item * size + i);
        }
        return values;
    }

    /** Numbers that are shares of one are probabilities; of others the softmax is. */
    private static double confidence(double[] values, int label) {
        double sum = 0;
        boolean isShares = true;
        for (double value : values) {
            sum += value;
            isShares &= value >= 0 && value <= 1;
        }
        if (isShares && Math.abs(sum - 1) <= SUM_APART) {
            return values[label];
        }
        double exponentials = 0;
        for (double value : values) {
            exponentials += Math.exp(value - values[label]);
        }
        return 1 / exponentials;
    }

    /** Returns whether two versions agree on an item. */
    boolean agree(List<Tensor> known, List<Tensor> other, int item) {
        return classes.isPresent()
                ? of(known, item).label() == of(other, item).label()
                : near.keySet().stream().allMatch(name -> areNear(name, known, other, item));
    }

    private boolean areNear(String name, List<Tensor> known, List<Tensor> other, int item) {
        double[] expected = values(named(known, name), item);
        double[] actual = values(named(other, name), item);
        double[] within = near.getOrDefault(name, new double[expected.length]);
        for (int i = 0; i < expected.length; i++) {
            boolean isNear = Math.abs(expected[i] - actual[i]) <= within[i]
                    || golden.tolerance().accepts(expected[i], actual[i]);
            if (!isNear) {
                return false;
            }
        }
        return true;
    }

    /** Returns the class of this name or number; nothing if there is none. */
    Optional<Integer> label(Object truth) {
        if (classes.isEmpty()) {
            return Optional.empty();
        }
        int index = truth instanceof Long number
                ? Math.clamp(number, -1, Integer.MAX_VALUE)
                : labels.indexOf(String.valueOf(truth));
        return index >= 0 && index < labels.size() ? Optional.of(index) : Optional.empty();
    }

    /** Returns whether a number that was predicted is near the true one. */
    boolean isNear(double predicted, double truth) {
        double[] within = near.getOrDefault(first, new double[1]);
        return Math.abs(predicted - truth) <= within[0] || golden.tolerance().accepts(truth, predicted);
    }

    /** Returns the labels of the classes; none if outputs are numbers. */
    List<String> labels() {
        return classes.isPresent() ? labels : List.of();
    }
}
