package dev.perdure.guard;

import dev.perdure.core.Shape;
import dev.perdure.model.Preprocessing;
import dev.perdure.model.Preprocessing.Step;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * How raw values became what the model takes, so that a guard can judge the one by what is known of the other: {@code taken =
 * factor × raw + shift}, with numbers of its own for each place along a sample's outermost dimension.
 */
final class Placement {
    private final List<Preprocessing.Column> columns;
    private final double[] factors;
    private final double[] shifts;

    private Placement(List<Preprocessing.Column> columns, double[] factors, double[] shifts) {
        this.columns = columns;
        this.factors = factors;
        this.shifts = shifts;
    }

    /** Returns that of raw values themselves. */
    static Placement raw(int places) {
        double[] factors = new double[places];
        Arrays.fill(factors, 1);
        return new Placement(List.of(), factors, new double[places]);
    }

    /** Returns that of a model's input, or nothing where the steps are not of this form or do not fit the shape. */
    static Optional<Placement> of(Preprocessing preprocessing, Shape sample) {
        if (sample.dimensions() == 0 || sample.size(0) > Integer.MAX_VALUE) {
            return Optional.empty();
        }
        Placement placement = raw((int) sample.size(0));
        for (Step step : preprocessing.steps()) {
            Placement before = placement;
            Optional<Placement> after = switch (step) {
                case Step.Divide(double by) -> Optional.of(before.then(1 / by, 0));
                case Step.Standardise standardise -> before.then(standardise);
                case Step.Encode(List<Preprocessing.Column> columns) -> before.encoding(columns);
            };
            if (after.isEmpty()) {
                return after;
            }
            placement = after.get();
        }
        return Optional.of(placement);
    }

    private Optional<Placement> encoding(List<Preprocessing.Column> encoded) {
        int width = encoded.stream().mapToInt(Placement::width).sum();
        boolean first = columns.isEmpty() && Arrays.stream(factors).allMatch(f -> f == 1);
        return first && width == factors.length
                ? Optional.of(new Placement(List.copyOf(encoded), factors, shifts))
                : Optional.empty();
    }

    private Placement then(double factor, double shift) {
        return new Placement(
                columns,
                Arrays.stream(factors).map(f -> f * factor).toArray(),
                Arrays.stream(shifts).map(s -> s * factor + shift).toArray());
    }

    private Optional<Placement> then(Step.Standardise step) {
        int given = step.mean().size();
        if (given != 1 && given != factors.length) {
            return Optional.empty();
        }
        double[] nextFactors = factors.clone();
        double[] nextShifts = shifts.clone();
        for (int i = 0; i < factors.length; i++) {
            double deviation = step.deviation().get(given == 1 ? 0 : i);
            nextFactors[i] = factors[i] / deviation;
            nextShifts[i] = (shifts[i] - step.mean().get(given == 1 ? 0 : i)) / deviation;
        }
        return Optional.of(new Placement(columns, nextFactors, nextShifts));
    }

    static int width(Preprocessing.Column column) {
        return Math.max(1, column.categories().size());
    }

    /** Returns the columns that became the vector; empty for what is no table, or a table of numbers as they are. */
    List<Preprocessing.Column> columns() {
        return columns;
    }

    /**
     * Returns what stands for a missing number: what preprocessing subtracts, as that is training's mean; where it subtracts
     * nothing, what is given.
     */
    double fill(int place, double otherwise) {
        return factors[place] == 1 && shifts[place] == 0 ? otherwise : raw(place, 0);
    }

    /** Returns how great raw values are of which rounding in 32 bits may take away: what is subtracted, and one step. */
    double magnitude(int place) {
        return (Math.abs(shifts[place]) + 1) / Math.abs(factors[place]);
    }

    /** Returns the size of a sample's outermost dimension. */
    int places() {
        return factors.length;
    }

    double taken(int place, double raw) {
        return factors[place] * raw + shifts[place];
    }

    double raw(int place, double taken) {
        return (taken - shifts[place]) / factors[place];
    }

    /** Returns what is surely still there after rounding to 32 bits: the bounds of a range, the lesser one first. */
    float[] bounds(int place, double least, double greatest) {
        double one = taken(place, least);
        double other = taken(place, greatest);
        double slack = 1e-6
                * (Math.abs(factors[place]) * Math.max(Math.abs(least), Math.abs(greatest)) + Math.abs(shifts[place]));
        return new float[] {(float) (Math.min(one, other) - slack), (float) (Math.max(one, other) + slack)};
    }
}
