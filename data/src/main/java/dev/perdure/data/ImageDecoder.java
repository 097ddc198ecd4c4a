package dev.perdure.data;

import java.awt.image.BufferedImage;
import java.awt.image.IndexColorModel;
import java.awt.image.Raster;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.Iterator;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.stream.ImageInputStream;
import javax.imageio.stream.MemoryCacheImageInputStream;
import org.jspecify.annotations.Nullable;

/**
 * Decodes PNG and JPEG files to 8-bit channels, channel by channel. Transparency is dropped, and so is the orientation
 * that cameras note in their files.
 */
final class ImageDecoder {
    /** More is refused before it is decoded: a small file can claim to be a picture that no memory holds. */
    private static final int PIXELS_MAX = 1 << 26;

    static {
        if (System.getProperty("java.awt.headless") == null) {
            System.setProperty("java.awt.headless", "true");
        }
    }

    private ImageDecoder() {}

    /** Pixels, {@code channels × height × width}. */
    record Image(int channels, int height, int width, byte[] pixels) {}

    /**
     * Decodes an image.
     *
     * @param channels 1 for grey (luma of ITU-R BT.601 when the file is in colour), 3 for red, green, blue
     * @throws IOException with a reason for a person if the bytes are not such a file, or not a whole one
     */
    static Image decode(byte[] file, int channels) throws IOException {
        BufferedImage image = read(file);
        return channels == 1 ? grey(image) : colour(image);
    }

    private static BufferedImage read(byte[] file) throws IOException {
        PngChunks.check(file);
        try (ImageInputStream in = new MemoryCacheImageInputStream(new ByteArrayInputStream(file))) {
            ImageReader reader = reader(in);
            var damage = new Damage();
            try {
                reader.addIIOReadWarningListener(damage);
                reader.setInput(in, true, true);
                requireSize(reader.getWidth(0), reader.getHeight(0));
                BufferedImage image = reader.read(0);
                damage.check();
                return image;
            } catch (RuntimeException e) {
                // Readers meet damaged files with whatever their parsing runs into.
                throw new IOException("unreadable: %s (expected: a whole image)".formatted(e), e);
            } finally {
                reader.dispose();
            }
        }
    }

    private static void requireSize(int width, int height) throws IOException {
        if ((long) width * height > PIXELS_MAX) {
            throw new IOException("%d×%d pixels (expected: at most %d in all)".formatted(width, height, PIXELS_MAX));
        }
    }

    private static ImageReader reader(ImageInputStream in) throws IOException {
        Iterator<ImageReader> readers = ImageIO.getImageReaders(in);
        while (readers.hasNext()) {
            ImageReader reader = readers.next();
            String format = reader.getFormatName().toLowerCase(Locale.ROOT);
            if (format.equals("png") || format.equals("jpeg")) {
                return reader;
            }
            reader.dispose();
        }
        throw new IOException("neither PNG nor JPEG (expected: an image)");
    }

    /** Remembers a warning that says that part of the picture is missing: readers paint such parts grey and go on. */
    private static final class Damage implements javax.imageio.event.IIOReadWarningListener {
        private @Nullable String warning;

        @Override
        public void warningOccurred(ImageReader source, String text) {
            String lower = text.toLowerCase(Locale.ROOT);
            if (Stream.of("premature", "corrupt", "truncated").anyMatch(lower::contains)) {
                warning = text;
            }
        }

        void check() throws IOException {
            if (warning != null) {
                throw new IOException("damaged: %s (expected: a whole image)".formatted(warning));
            }
        }
    }

    private static Image grey(BufferedImage image) {
        int width = image.getWidth();
        int height = image.getHeight();
        byte[] pixels = new byte[Math.multiplyExact(width, height)];
        Optional<Raster> plane = greyPlane(image);
        int[] row = new int[width];
        for (int y = 0; y < height; y++) {
            if (plane.isPresent()) {
                greyRow(plane.get(), y, row);
            } else {
                image.getRGB(0, y, width, 1, row, 0, width);
                luma(row);
            }
            for (int x = 0; x < width; x++) {
                pixels[y * width + x] = (byte) row[x];
            }
        }
        return new Image(1, height, width, pixels);
    }

    private static Image colour(BufferedImage image) {
        int width = image.getWidth();
        int height = image.getHeight();
        int plane = Math.multiplyExact(width, height);
        byte[] pixels = new byte[Math.multiplyExact(3, plane)];
        Optional<Raster> greys = greyPlane(image);
        int[] row = new int[width];
        for (int y = 0; y < height; y++) {
            if (greys.isPresent()) {
                greyRow(greys.get(), y, row);
                spread(row);
            } else {
                image.getRGB(0, y, width, 1, row, 0, width);
            }
            for (int x = 0; x < width; x++) {
                int at = y * width + x;
                pixels[at] = (byte) (row[x] >> 16);
                pixels[plane + at] = (byte) (row[x] >> 8);
                pixels[2 * plane + at] = (byte) row[x];
            }
        }
        return new Image(3, height, width, pixels);
    }

    /** Returns the values of a grey image as they are in the file: Java's own conversion would brighten them. */
    private static Optional<Raster> greyPlane(BufferedImage image) {
        boolean grey = image.getRaster().getNumBands() <= 2 && !(image.getColorModel() instanceof IndexColorModel);
        return grey ? Optional.of(image.getRaster()) : Optional.empty();
    }

    private static void greyRow(Raster raster, int y, int[] row) {
        raster.getSamples(0, y, row.length, 1, 0, row);
        int bits = raster.getSampleModel().getSampleSize(0);
        if (bits > 8) {
            for (int x = 0; x < row.length; x++) {
                row[x] >>>= bits - 8;
            }
        }
    }

    private static void spread(int[] greys) {
        for (int x = 0; x < greys.length; x++) {
            greys[x] *= 0x010101;
        }
    }

    private static void luma(int[] colours) {
        for (int x = 0; x < colours.length; x++) {
            int colour = colours[x];
            int red = (colour >> 16) & 0xFF;
            int green = (colour >> 8) & 0xFF;
            int blue = colour & 0xFF;
            colours[x] = (299 * red + 587 * green + 114 * blue + 500) / 1000;
        }
    }
}
