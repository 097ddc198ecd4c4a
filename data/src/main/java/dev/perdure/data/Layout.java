package dev.perdure.data;

import dev.perdure.core.Shape;
import java.util.List;

/** What the values of a sample's stored form are. */
sealed interface Layout {

    /**
     * Channel by channel, row by row.
     *
     * @param eightBit whether a value is a byte from 0 to 255, or else a float
     * @param flat whether there is only one dimension: the width
     */
    record Pixels(int channels, int height, int width, boolean eightBit, boolean flat) implements Layout {
        int values() {
            return Math.multiplyExact(Math.multiplyExact(channels, height), width);
        }

        int bytes() {
            return eightBit ? values() : Math.multiplyExact(values(), Float.BYTES);
        }

        Shape shape() {
            return flat ? Shape.of(width) : Shape.of(channels, height, width);
        }
    }

    /** One float for each column. */
    record Table(List<Column> columns) implements Layout {
        public Table {
            columns = List.copyOf(columns);
        }
    }

    sealed interface Column {
        String name();

        /** A number, NaN when missing. */
        record Numeric(String name) implements Column {}

        /**
         * An index among the texts, NaN when missing.
         *
         * @param texts all that were found, in the order of their codes
         * @param given whether the settings listed them; otherwise the training part decides which the model sees
         */
        record Categorical(String name, List<String> texts, boolean given) implements Column {
            public Categorical {
                texts = List.copyOf(texts);
            }
        }
    }
}
