package dev.perdure.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.perdure.core.BadSettingException;
import dev.perdure.core.Shape;
import dev.perdure.data.DataReport.BadRecord;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.zip.CRC32;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ImagesTest {
    private static final String[] IMAGES = {"format: images", "images: {dir: pets}"};

    @TempDir
    Path folder;

    private Path pets;

    /** Ten images each of cats and dogs, 4×3 pixels. */
    @BeforeEach
    void writeImages() throws IOException {
        pets = folder.resolve("pets");
        for (int i = 0; i < 10; i++) {
            int number = i;
            Fixtures.writePng(pets.resolve("dog/%d.png".formatted(i)), 4, 3, (x, y) -> (number << 16) | (x << 8) | y);
            Fixtures.writePng(pets.resolve("cat/%d.PNG".formatted(i)), 4, 3, (x, y) -> number * 0x010101);
        }
    }

    private Dataset open(String... more) throws IOException {
        return Fixtures.open(folder, Fixtures.with(IMAGES, Fixtures.with(more, "normalise: none")));
    }

    @Test
    void givesClassesAndImagesInTheOrderOfTheirNames() throws IOException {
        Dataset data = open();
        assertThat(data.classNames()).containsExactly("cat", "dog");
        assertThat(data.sampleShape()).isEqualTo(Shape.of(3, 3, 4));
        var batch = Fixtures.batch(data, 3, 17);
        assertThat(Fixtures.labels(batch)).containsExactly(0, 1);
        float[] values = Fixtures.inputs(batch);
        assertThat(Arrays.copyOf(values, 36)).containsOnly(3);
        assertThat(Arrays.copyOfRange(values, 36, 72))
                .containsExactly(
                        7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, //
                        0, 1, 2, 3, 0, 1, 2, 3, 0, 1, 2, 3, //
                        0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2);
    }

    @Test
    void turnsColourIntoGreyAndGreyIntoColour() throws IOException {
        Fixtures.writePng(pets.resolve("cat/0.PNG"), 4, 3, (x, y) -> 0x0A141E);
        assertThat(Fixtures.inputs(Fixtures.batch(open("channels: 1"), 0)))
                .hasSize(12)
                .containsOnly(18);
        Fixtures.writeImage(pets.resolve("cat/0.PNG"), "png", BufferedImage.TYPE_BYTE_GRAY, 4, 3, (x, y) -> 77);
        assertThat(Fixtures.inputs(Fixtures.batch(open("channels: 1"), 0)))
                .hasSize(12)
                .containsOnly(77);
        assertThat(Fixtures.inputs(Fixtures.batch(open(), 0))).hasSize(36).containsOnly(77);
    }

    @Test
    void readsJpeg() throws IOException {
        Files.delete(pets.resolve("cat/0.PNG"));
        Fixtures.writeImage(pets.resolve("cat/0.jpeg"), "jpeg", BufferedImage.TYPE_BYTE_GRAY, 4, 3, (x, y) -> 120);
        assertThat(Fixtures.inputs(Fixtures.batch(open("channels: 1"), 0)))
                .hasSize(12)
                .containsOnly(120);
    }

    @Test
    void resizes() throws IOException {
        Fixtures.writePng(pets.resolve("cat/0.PNG"), 40, 30, (x, y) -> 0x404040);
        Dataset data = open("width: 8", "height: 5");
        assertThat(data.sampleShape()).isEqualTo(Shape.of(3, 5, 8));
        assertThat(Fixtures.inputs(Fixtures.batch(data, 0))).hasSize(120).containsOnly(64);
    }

    @Test
    void takesTheTestPartFromAFolderOfItsOwn() throws IOException {
        for (int i = 0; i < 3; i++) {
            Fixtures.writePng(folder.resolve("more/dog/%d.png".formatted(i)), 4, 3, (x, y) -> 0x636363);
        }
        Dataset data = Fixtures.open(folder, "format: images", "images: {dir: pets, test: more}", "normalise: none");
        assertThat(data.ids(Part.TEST)).containsExactly(20, 21, 22);
        assertThat(Fixtures.labels(Fixtures.batch(data, 20, 21))).containsExactly(1, 1);
        assertThat(Fixtures.inputs(Fixtures.batch(data, 22))).containsOnly(99);
    }

    @Test
    void quarantinesWhatIsNoImageAndSaysWhy() throws IOException {
        byte[] whole = Files.readAllBytes(pets.resolve("cat/3.PNG"));
        Files.write(pets.resolve("cat/2.PNG"), Arrays.copyOf(whole, whole.length - 20));
        Files.writeString(pets.resolve("cat/notes.txt"), "cats");
        Files.createDirectory(pets.resolve("dog/more"));
        Fixtures.writePng(pets.resolve("dog/4.png"), 5, 3, (x, y) -> 0);
        Files.writeString(pets.resolve("readme"), "not in a folder");
        Files.writeString(pets.resolve(".hidden"), "hidden files are none of the data");
        Dataset data = open("bad-records-max: 0.5");
        assertThat(data.report().records()).isEqualTo(23);
        assertThat(data.report().quarantined())
                .containsExactly(
                        new BadRecord("cat/2.PNG", -1, "ends within the chunk at byte 33 (expected: a whole PNG file)"),
                        new BadRecord("cat/notes.txt", -1, "neither PNG nor JPEG (expected: an image)"),
                        new BadRecord(
                                "dog/4.png",
                                -1,
                                "5×3 pixels, unlike the first image's 4×3, and data.width and data.height are not set"),
                        new BadRecord("dog/more", -1, "not a file (expected: a PNG or JPEG image)"),
                        new BadRecord("readme", -1, "not in a folder of a known class"));
        assertThat(Fixtures.inputs(Fixtures.batch(data, 2))).containsOnly(3);
    }

    @Test
    void quarantinesAJpegThatEndsTooEarly() throws IOException {
        Path jpeg = pets.resolve("cat/0.PNG");
        Fixtures.writeImage(jpeg, "jpeg", BufferedImage.TYPE_INT_RGB, 64, 64, (x, y) -> x * y * 5);
        byte[] whole = Files.readAllBytes(jpeg);
        Files.write(jpeg, Arrays.copyOf(whole, whole.length / 2));
        Dataset data = open("bad-records-max: 0.5");
        assertThat(data.report().quarantined()).hasSize(1);
        assertThat(data.report().quarantined().getFirst().file()).isEqualTo("cat/0.PNG");
    }

    @Test
    void noticesEveryFlippedByteAndEveryCutOfAPng() throws IOException {
        byte[] whole = Files.readAllBytes(pets.resolve("cat/3.PNG"));
        assertThat(ImageDecoder.decode(whole, 3).pixels()).containsOnly(3);
        for (int at = 0; at < whole.length; at++) {
            byte[] cut = Arrays.copyOf(whole, at);
            assertThatThrownBy(() -> ImageDecoder.decode(cut, 3))
                    .as("cut at %d", at)
                    .isInstanceOf(IOException.class);
            byte[] flipped = whole.clone();
            flipped[at] ^= 4;
            assertThatThrownBy(() -> ImageDecoder.decode(flipped, 3))
                    .as("byte %d", at)
                    .isInstanceOf(IOException.class);
        }
    }

    @Test
    void noticesEveryCutOfAJpeg() throws IOException {
        Path jpeg = pets.resolve("cat/0.jpg");
        Fixtures.writeImage(jpeg, "jpeg", BufferedImage.TYPE_INT_RGB, 32, 32, (x, y) -> x * y * 500);
        byte[] whole = Files.readAllBytes(jpeg);
        assertThat(ImageDecoder.decode(whole, 3).pixels()).hasSize(3 * 32 * 32);
        for (int length = 0; length < whole.length; length++) {
            byte[] cut = Arrays.copyOf(whole, length);
            assertThatThrownBy(() -> ImageDecoder.decode(cut, 3))
                    .as("cut at %d of %d", length, whole.length)
                    .isInstanceOf(IOException.class);
        }
    }

    @Test
    void refusesAPictureThatNoMemoryHolds() throws IOException {
        byte[] file = Files.readAllBytes(pets.resolve("cat/3.PNG"));
        ByteBuffer header = ByteBuffer.wrap(file);
        header.putInt(16, 65_535).putInt(20, 65_535);
        var crc = new CRC32();
        crc.update(file, 12, 17);
        header.putInt(29, (int) crc.getValue());
        assertThatThrownBy(() -> ImageDecoder.decode(file, 3))
                .isInstanceOf(IOException.class)
                .hasMessage("65535×65535 pixels (expected: at most 67108864 in all)");
    }

    @Test
    void givesTheSameBitsWhenImagesDoNotFitInMemory() throws IOException {
        Dataset resident = Fixtures.open(folder, IMAGES);
        for (String memory : new String[] {"memory-bytes: 0", "memory-bytes: 100", "memory-bytes: 400"}) {
            Dataset onDemand = Fixtures.open(folder, Fixtures.with(IMAGES, memory));
            assertThat(onDemand.digest()).as(memory).isEqualTo(resident.digest());
            assertThat(Fixtures.bits(Fixtures.batch(onDemand, Fixtures.all(onDemand))))
                    .as(memory)
                    .isEqualTo(Fixtures.bits(Fixtures.batch(resident, Fixtures.all(resident))));
        }
    }

    @Test
    void noticesAnImageThatChangedAfterOpening() throws IOException {
        Dataset data = open("memory-bytes: 0");
        Path changed = pets.resolve("cat/0.PNG");
        Fixtures.writePng(changed, 4, 3, (x, y) -> 0x123456);
        assertThatThrownBy(() -> Fixtures.batch(data, 0))
                .isInstanceOf(BadDataException.class)
                .hasMessage(
                        "%s: holds another image than when it was opened. The data must not change while they are used."
                                .formatted(changed));
        Files.delete(changed);
        assertThatThrownBy(() -> Fixtures.batch(data, 0))
                .isInstanceOf(BadDataException.class)
                .hasMessageStartingWith("%s: can no longer be read: ".formatted(changed));
    }

    @Test
    void namesTheFolderThatIsMissingOrEmpty() throws IOException {
        assertThatThrownBy(() -> Fixtures.open(folder, "format: images", "images: {dir: birds}"))
                .isInstanceOf(BadSettingException.class)
                .hasMessage(
                        "data.images.dir: %s does not exist (expected: a folder). Relative paths start at the configuration's folder."
                                .formatted(folder.resolve("birds")));
        Path empty = Files.createDirectory(folder.resolve("empty"));
        assertThatThrownBy(() -> Fixtures.open(folder, "format: images", "images: {dir: empty}"))
                .isInstanceOf(BadDataException.class)
                .hasMessage("%s: no folders (expected: a folder of images for each class)".formatted(empty));
    }
}
