package dev.perdure.data;

import java.util.List;

/** What the values of a sample are before anything is done to them, as {@link Dataset#raw} gives them. */
public sealed interface RawForm {
    /** Returns how many values a sample has. */
    int values();

    /**
     * Pixels, channel by channel, row by row: 0 to 255 where they have 8 bits, otherwise as they are in the file. What has one
     * dimension only is an image of one row.
     */
    record Image(int channels, int height, int width) implements RawForm {
        @Override
        public int values() {
            return channels * height * width;
        }
    }

    /**
     * One value for each column: a number, or the place of a category in the column's list; NaN when it is missing. A category
     * that the model does not see counts as missing.
     */
    record Table(List<Column> columns) implements RawForm {
        public Table {
            columns = List.copyOf(columns);
        }

        @Override
        public int values() {
            return columns.size();
        }
    }

    /**
     * A column.
     *
     * @param numeric whether it holds numbers
     * @param categories those the model sees, in the order in which it sees them; empty for numbers
     */
    record Column(String name, boolean numeric, List<String> categories) {
        public Column {
            categories = List.copyOf(categories);
        }
    }
}
