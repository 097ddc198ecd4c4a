package dev.perdure.data;

import dev.perdure.data.DataSettings.Size;
import dev.perdure.data.ImageDecoder.Image;

/**
 * Resizes images, first along rows and then along columns, with a triangle filter that widens as the image shrinks, so
 * that every source pixel counts (bilinear interpolation when it grows). Rounded to 8 bits at the end; the bits are the
 * same on every machine.
 */
final class Resampler {
    private Resampler() {}

    /** For one output position: where its source window begins, and the weights of the window, which sum to 1. */
    private record Window(int from, double[] weights) {}

    static Image resize(Image image, Size size) {
        if (image.width() == size.width() && image.height() == size.height()) {
            return image;
        }
        Window[] columns = windows(image.width(), size.width());
        Window[] rows = windows(image.height(), size.height());
        byte[] pixels = new byte[Math.multiplyExact(image.channels() * size.height(), size.width())];
        for (int channel = 0; channel < image.channels(); channel++) {
            double[] narrow = alongRows(image, channel, columns);
            alongColumns(narrow, rows, size.width(), pixels, channel * size.height() * size.width());
        }
        return new Image(image.channels(), size.height(), size.width(), pixels);
    }

    private static Window[] windows(int source, int target) {
        double scale = (double) source / target;
        double reach = Math.max(1, scale);
        var windows = new Window[target];
        for (int i = 0; i < target; i++) {
            double centre = (i + 0.5) * scale;
            int from = Math.max(0, (int) Math.floor(centre - reach));
            int to = Math.min(source, (int) Math.ceil(centre + reach));
            windows[i] = new Window(from, weights(from, to, centre, reach));
        }
        return windows;
    }

    private static double[] weights(int from, int to, double centre, double reach) {
        double[] weights = new double[to - from];
        double sum = 0;
        for (int j = 0; j < weights.length; j++) {
            weights[j] = Math.max(0, 1 - Math.abs(from + j + 0.5 - centre) / reach);
            sum += weights[j];
        }
        for (int j = 0; j < weights.length; j++) {
            weights[j] /= sum;
        }
        return weights;
    }

    private static double[] alongRows(Image image, int channel, Window[] columns) {
        int plane = channel * image.height() * image.width();
        double[] narrow = new double[Math.multiplyExact(image.height(), columns.length)];
        for (int y = 0; y < image.height(); y++) {
            int row = plane + y * image.width();
            for (int x = 0; x < columns.length; x++) {
                double[] weights = columns[x].weights();
                double sum = 0;
                for (int j = 0; j < weights.length; j++) {
                    sum += weights[j] * (image.pixels()[row + columns[x].from() + j] & 0xFF);
                }
                narrow[y * columns.length + x] = sum;
            }
        }
        return narrow;
    }

    private static void alongColumns(double[] narrow, Window[] rows, int width, byte[] into, int at) {
        for (int y = 0; y < rows.length; y++) {
            double[] weights = rows[y].weights();
            for (int x = 0; x < width; x++) {
                double sum = 0;
                for (int j = 0; j < weights.length; j++) {
                    sum += weights[j] * narrow[(rows[y].from() + j) * width + x];
                }
                into[at + y * width + x] = (byte) Math.clamp((long) Math.floor(sum + 0.5), 0, 255);
            }
        }
    }
}
