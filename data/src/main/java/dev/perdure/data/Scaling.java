package dev.perdure.data;

import java.util.Collections;
import java.util.List;

/**
 * What is subtracted and then divided by, for each channel or numeric column.
 *
 * @param mean empty when values stay as they are
 */
record Scaling(List<Double> mean, List<Double> deviation) {
    Scaling {
        mean = List.copyOf(mean);
        deviation = List.copyOf(deviation);
    }

    static Scaling none() {
        return new Scaling(List.of(), List.of());
    }

    /** Returns the scaling with one number given for all repeated for each. */
    Scaling spread(int count) {
        return mean.size() == 1
                ? new Scaling(
                        Collections.nCopies(count, mean.getFirst()), Collections.nCopies(count, deviation.getFirst()))
                : this;
    }

    /** Returns the scaling with deviations of 0 as 1: what is the same everywhere is only centred. */
    Scaling withoutZeros() {
        return new Scaling(
                mean, deviation.stream().map(d -> d > 0 ? d : Double.valueOf(1)).toList());
    }

    double apply(int index, double value) {
        return mean.isEmpty() ? value : (value - mean.get(index)) / deviation.get(index);
    }
}
