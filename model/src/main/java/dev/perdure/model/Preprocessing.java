package dev.perdure.model;

import java.util.List;

/**
 * What was done to raw values before the model saw them, in this order; who serves does the same. A {@linkplain #none
 * none} says that the model takes raw values.
 */
public record Preprocessing(List<Step> steps) {
    public Preprocessing {
        steps = List.copyOf(steps);
    }

    /** Returns that the model takes values as they come. */
    public static Preprocessing none() {
        return new Preprocessing(List.of());
    }

    /** One thing done to every sample. */
    public sealed interface Step {
        /** Every value is divided by a number other than 0. */
        record Divide(double by) implements Step {
            public Divide {
                if (!Double.isFinite(by) || by == 0) {
                    throw new IllegalArgumentException("divide: by %s (expected: finite, not 0)".formatted(by));
                }
            }
        }

        /**
         * {@code (value - mean) / deviation}.
         *
         * @param mean one for all values, or one for each channel (the outermost dimension of a sample)
         * @param deviation as many, each greater than 0
         */
        record Standardise(List<Double> mean, List<Double> deviation) implements Step {
            public Standardise {
                mean = List.copyOf(mean);
                deviation = List.copyOf(deviation);
                if (mean.isEmpty()
                        || mean.size() != deviation.size()
                        || !mean.stream().allMatch(Double::isFinite)
                        || !deviation.stream().allMatch(d -> d > 0 && Double.isFinite(d))) {
                    throw new IllegalArgumentException(
                            "standardise: mean %s, deviation %s (expected: as many finite".formatted(mean, deviation)
                                    + " numbers in each, at least one, deviations above 0)");
                }
            }
        }

        /**
         * Named columns become one vector: a numeric column gives its value, one of categories as many values as it has
         * categories, of which the one that is there is 1 and the others 0.
         */
        record Encode(List<Column> columns) implements Step {
            public Encode {
                columns = Checks.distinct("encode: column", columns, Column::name);
            }
        }
    }

    /**
     * A column of a table.
     *
     * @param categories empty for numbers
     */
    public record Column(String name, List<String> categories) {
        public Column {
            Checks.name("column", name);
            categories = Checks.distinct("column '" + name + "': category", categories, c -> c);
        }
    }
}
