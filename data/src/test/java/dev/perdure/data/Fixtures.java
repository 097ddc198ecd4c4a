package dev.perdure.data;

import dev.perdure.core.Digests;
import dev.perdure.core.Settings;
import dev.perdure.engine.Batch;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.function.IntBinaryOperator;
import java.util.stream.IntStream;
import java.util.zip.GZIPOutputStream;
import javax.imageio.ImageIO;

/** Small data sets on disk, and what is in a batch. */
final class Fixtures {
    private Fixtures() {}

    /** Reads a {@code data:} section, relative to a folder. */
    static DataSettings settings(Path base, String... lines) {
        Settings section = Settings.parse("run.yaml", String.join("\n", lines));
        DataSettings settings = DataSettings.read(section, base);
        section.finish();
        return settings;
    }

    static Dataset open(Path base, String... lines) throws IOException {
        return Dataset.open(settings(base, lines), 42);
    }

    static byte[] idx(int type, int[] sizes, byte[] values) {
        ByteBuffer file = ByteBuffer.allocate(4 + 4 * sizes.length + values.length);
        file.put((byte) 0).put((byte) 0).put((byte) type).put((byte) sizes.length);
        for (int size : sizes) {
            file.putInt(size);
        }
        return file.put(values).array();
    }

    /** Writes images of 4×3 pixels, labelled in turn; pixel p of image i has the value {@code value(i, p)}. */
    static void writeIdx(Path folder, int count, int classes, IntBinaryOperator value) throws IOException {
        byte[] pixels = new byte[count * 12];
        for (int i = 0; i < pixels.length; i++) {
            pixels[i] = (byte) value.applyAsInt(i / 12, i % 12);
        }
        byte[] labels = new byte[count];
        for (int i = 0; i < count; i++) {
            labels[i] = (byte) (i % classes);
        }
        Files.write(folder.resolve("images.idx"), idx(0x08, new int[] {count, 3, 4}, pixels));
        Files.write(folder.resolve("labels.idx"), idx(0x08, new int[] {count}, labels));
    }

    /** Different images: 60 of them, of three classes. */
    static void writeIdx(Path folder) throws IOException {
        writeIdx(folder, 60, 3, (image, pixel) -> image * 4 + pixel);
    }

    static final String[] IDX = {"format: idx", "images: images.idx", "labels: labels.idx"};

    static String[] with(String[] lines, String... more) {
        String[] all = Arrays.copyOf(lines, lines.length + more.length);
        System.arraycopy(more, 0, all, lines.length, more.length);
        return all;
    }

    static byte[] gzip(byte[] bytes) throws IOException {
        var out = new ByteArrayOutputStream();
        try (var gzip = new GZIPOutputStream(out)) {
            gzip.write(bytes);
        }
        return out.toByteArray();
    }

    /** Writes an image whose pixel has the colour {@code rgb(x, y)}. */
    static void writeImage(Path file, String format, int type, int width, int height, IntBinaryOperator rgb)
            throws IOException {
        Files.createDirectories(file.getParent());
        var image = new BufferedImage(width, height, type);
        for (int y = 0; y < height; y++) {
            for (int x = 0; x < width; x++) {
                if (type == BufferedImage.TYPE_BYTE_GRAY) {
                    image.getRaster().setSample(x, y, 0, rgb.applyAsInt(x, y));
                } else {
                    image.setRGB(x, y, rgb.applyAsInt(x, y));
                }
            }
        }
        ImageIO.write(image, format, file.toFile());
    }

    static void writePng(Path file, int width, int height, IntBinaryOperator rgb) throws IOException {
        writeImage(file, "png", BufferedImage.TYPE_INT_RGB, width, height, rgb);
    }

    static float[] inputs(Batch batch) {
        return batch.inputs().data().toArray(ValueLayout.JAVA_FLOAT);
    }

    /** Returns what two batches share when all their bits are equal. */
    static String bits(Batch batch) {
        return Digests.sha256(batch.inputs().data())
                + Digests.sha256(batch.targets().data());
    }

    static long[] labels(Batch batch) {
        return batch.targets().data().toArray(ValueLayout.JAVA_LONG);
    }

    static float[] numbers(Batch batch) {
        return batch.targets().data().toArray(ValueLayout.JAVA_FLOAT);
    }

    static Batch batch(Dataset data, int... ids) {
        return data.batch(ids, Augment.none(), Arena.ofAuto());
    }

    static Batch augmented(Dataset data, long seed, int... ids) {
        return data.batch(ids, Augment.seeded(seed), Arena.ofAuto());
    }

    /** Returns all ids, whatever their part. */
    static int[] all(Dataset data) {
        return IntStream.range(
                        0,
                        data.report().samples().values().stream()
                                .mapToInt(n -> n)
                                .sum())
                .toArray();
    }
}
