package dev.perdure.guard;

import dev.perdure.model.Preprocessing;
import java.util.ArrayList;
import java.util.List;

/**
 * The numbers of a sample whose distribution is watched, in raw units: a table's numeric columns; of an image its mean, its
 * contrast (standard deviation) and the means of a grid of parts.
 */
final class Watched {
    static final String MEAN = "mean intensity";
    static final String CONTRAST = "contrast";
    private static final int GRID = 4;

    private final List<String> names;
    private final Placement placement;

    /** Of a table: where the numbers are. Of images: empty. */
    private final int[] places;

    private final int planes;
    private final int height;
    private final int width;
    private final int rows;
    private final int columns;

    private Watched(List<String> names, Placement placement, int[] places, int planes, int height, int width) {
        this.names = List.copyOf(names);
        this.placement = placement;
        this.places = places;
        this.planes = planes;
        this.height = height;
        this.width = width;
        this.rows = Math.min(GRID, height);
        this.columns = Math.min(GRID, width);
    }

    /** @param oneEach whether a category is one value, its place among the categories, as in raw samples */
    static Watched ofTable(List<Preprocessing.Column> columns, boolean oneEach, Placement placement) {
        List<String> names = new ArrayList<>();
        List<Integer> places = new ArrayList<>();
        int place = 0;
        for (Preprocessing.Column column : columns) {
            if (column.categories().isEmpty()) {
                names.add(column.name());
                places.add(place);
            }
            place += oneEach ? 1 : Placement.width(column);
        }
        return new Watched(
                names, placement, places.stream().mapToInt(Integer::intValue).toArray(), 0, 0, 0);
    }

    static Watched ofImages(int planes, int height, int width, Placement placement) {
        List<String> names = new ArrayList<>(List.of(MEAN, CONTRAST));
        for (int row = 0; row < Math.min(GRID, height); row++) {
            for (int column = 0; column < Math.min(GRID, width); column++) {
                names.add("intensity of part %d, %d".formatted(row + 1, column + 1));
            }
        }
        return new Watched(names, placement, new int[0], planes, height, width);
    }

    List<String> names() {
        return names;
    }

    /** @param into of as many values as there are names; NaN where one is missing */
    void of(float[] sample, double[] into) {
        for (int i = 0; i < places.length; i++) {
            into[i] = placement.raw(places[i], sample[places[i]]);
        }
        if (planes > 0) {
            ofImage(sample, into);
        }
    }

    /** Returns how great the values are that a number went through in preprocessing, in raw units. */
    double magnitude(int number) {
        if (planes == 0) {
            return placement.magnitude(places[number]);
        }
        double greatest = 0;
        for (int place = 0; place < placement.places(); place++) {
            greatest = Math.max(greatest, placement.magnitude(place));
        }
        return greatest;
    }

    /** Sums are of what the model takes, and become raw once for each part. */
    private void ofImage(float[] sample, double[] into) {
        double sum = 0;
        double squares = 0;
        for (int row = 0; row < rows; row++) {
            for (int column = 0; column < columns; column++) {
                int top = row * height / rows;
                int bottom = (row + 1) * height / rows;
                int left = column * width / columns;
                int right = (column + 1) * width / columns;
                double pixels = (double) (bottom - top) * (right - left);
                double part = 0;
                for (int plane = 0; plane < planes; plane++) {
                    double partSum = 0;
                    double partSquares = 0;
                    for (int y = top; y < bottom; y++) {
                        int from = (plane * height + y) * width;
                        for (int x = from + left; x < from + right; x++) {
                            double value = sample[x];
                            partSum += value;
                            partSquares += value * value;
                        }
                    }
                    int place = placement.places() == planes ? plane : plane * height * width + left;
                    double shift = placement.taken(place, 0);
                    double factor = placement.taken(place, 1) - shift;
                    part += (partSum - pixels * shift) / factor;
                    squares += (partSquares - 2 * shift * partSum + pixels * shift * shift) / (factor * factor);
                }
                sum += part;
                into[2 + row * columns + column] = part / (planes * pixels);
            }
        }
        double count = (double) planes * height * width;
        into[0] = sum / count;
        into[1] = Math.sqrt(Math.max(0, squares / count - into[0] * into[0]));
    }
}
