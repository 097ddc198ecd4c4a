package dev.perdure.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.perdure.core.BadSettingException;
import dev.perdure.core.Shape;
import dev.perdure.data.DataReport.BadRecord;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class IdxTest {
    @TempDir
    Path folder;

    private Dataset open(String... more) throws IOException {
        return Fixtures.open(folder, Fixtures.with(Fixtures.IDX, more));
    }

    private void assertBad(String message, String... more) {
        assertThatThrownBy(() -> open(more))
                .isInstanceOf(BadDataException.class)
                .hasMessage(message);
    }

    private String images() {
        return folder.resolve("images.idx").toString();
    }

    private String labels() {
        return folder.resolve("labels.idx").toString();
    }

    private static byte[] floats(float... values) {
        ByteBuffer bytes = ByteBuffer.allocate(4 * values.length);
        bytes.asFloatBuffer().put(values);
        return bytes.array();
    }

    @Test
    void givesImagesAndLabelsAsTheyAre() throws IOException {
        Fixtures.writeIdx(folder);
        Dataset data = open("normalise: none");
        assertThat(data.sampleShape()).isEqualTo(Shape.of(1, 3, 4));
        assertThat(data.outputs()).isEqualTo(3);
        assertThat(data.classNames()).containsExactly("0", "1", "2");
        var batch = Fixtures.batch(data, 5, 59);
        assertThat(batch.inputs().shape()).isEqualTo(Shape.of(2, 1, 3, 4));
        assertThat(Fixtures.inputs(batch))
                .containsExactly(
                        20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31, 236, 237, 238, 239, 240, 241, 242, 243, 244,
                        245, 246, 247);
        assertThat(Fixtures.labels(batch)).containsExactly(2, 2);
    }

    @Test
    void givesTheSameFromPackedFilesAndFromATemporaryFile() throws IOException {
        Fixtures.writeIdx(folder);
        Dataset plain = open();
        for (String name : new String[] {"images.idx", "labels.idx"}) {
            Files.write(folder.resolve(name), Fixtures.gzip(Files.readAllBytes(folder.resolve(name))));
        }
        for (String memory : new String[] {"memory-bytes: 1000000", "memory-bytes: 100", "memory-bytes: 0"}) {
            Dataset packed = open(memory);
            assertThat(packed.digest()).as(memory).isEqualTo(plain.digest());
            assertThat(Fixtures.bits(Fixtures.batch(packed, Fixtures.all(packed))))
                    .as(memory)
                    .isEqualTo(Fixtures.bits(Fixtures.batch(plain, Fixtures.all(plain))));
        }
    }

    @Test
    void readsFloatsInTheirByteOrderAndColourChannels() throws IOException {
        float[] values = new float[20 * 2 * 2 * 2];
        for (int i = 0; i < values.length; i++) {
            values[i] = i / 3f;
        }
        Files.write(folder.resolve("images.idx"), Fixtures.idx(0x0D, new int[] {20, 2, 2, 2}, floats(values)));
        Files.write(folder.resolve("labels.idx"), Fixtures.idx(0x0C, new int[] {20}, new byte[80]));
        Dataset data = open("normalise: none", "classes: 2");
        assertThat(data.sampleShape()).isEqualTo(Shape.of(2, 2, 2));
        assertThat(Fixtures.inputs(Fixtures.batch(data, 3))).isEqualTo(Arrays.copyOfRange(values, 24, 32));
        Dataset standard = open("classes: 2");
        double[] mean = new double[2];
        double[] square = new double[2];
        float[] train = Fixtures.inputs(Fixtures.batch(standard, standard.ids(Part.TRAIN)));
        for (int i = 0; i < train.length; i++) {
            mean[i / 4 % 2] += train[i];
            square[i / 4 % 2] += train[i] * train[i];
        }
        for (int channel = 0; channel < 2; channel++) {
            assertThat(mean[channel] / (train.length / 2.0)).isBetween(-1e-6, 1e-6);
            assertThat(square[channel] / (train.length / 2.0)).isBetween(1 - 1e-5, 1 + 1e-5);
        }
    }

    @Test
    void readsVectors() throws IOException {
        Files.write(folder.resolve("images.idx"), Fixtures.idx(0x08, new int[] {20, 5}, new byte[100]));
        Files.write(folder.resolve("labels.idx"), Fixtures.idx(0x08, new int[] {20}, new byte[20]));
        assertThat(open().sampleShape()).isEqualTo(Shape.of(5));
        assertThatThrownBy(() -> open("augment: [shift: {pixels: 1}]"))
                .isInstanceOf(BadSettingException.class)
                .hasMessage("data.augment: Shift[pixels=1] (expected: noise alone, as samples are no images)");
    }

    @Test
    void takesTheTestPartFromFilesOfItsOwn() throws IOException {
        Fixtures.writeIdx(folder);
        Path other = Files.createDirectory(folder.resolve("other"));
        Fixtures.writeIdx(other, 12, 3, (image, pixel) -> 200 + image);
        Dataset data = open("normalise: none", "test: {images: other/images.idx, labels: other/labels.idx}");
        assertThat(data.ids(Part.TEST)).containsExactly(60, 61, 62, 63, 64, 65, 66, 67, 68, 69, 70, 71);
        assertThat(data.ids(Part.VALIDATION)).hasSize(6);
        assertThat(Fixtures.inputs(Fixtures.batch(data, 61))).containsOnly(201);
        assertThat(Fixtures.labels(Fixtures.batch(data, 0, 61, 59))).containsExactly(0, 1, 2);
    }

    @Test
    void normalisesAsAsked() throws IOException {
        Fixtures.writeIdx(folder);
        assertThat(Fixtures.inputs(Fixtures.batch(open("normalise: unit"), 1))[3])
                .isEqualTo((float) (7 / 255.0));
        assertThat(Fixtures.inputs(Fixtures.batch(open("normalise: {fixed: {mean: [0.5], std: [0.25]}}"), 1))[3])
                .isEqualTo((float) ((7 / 255.0 - 0.5) / 0.25));
        assertThatThrownBy(() -> open("normalise: {fixed: {mean: [0.5, 1], std: [0.25, 1]}}"))
                .isInstanceOf(BadSettingException.class)
                .hasMessage("data.normalise.fixed: 2 numbers (expected: 1, or 1 for each of 1 channels)");
    }

    @Test
    void quarantinesLabelsOutsideTheClasses() throws IOException {
        Fixtures.writeIdx(folder);
        Dataset data = open("classes: 2", "bad-records-max: 0.5", "normalise: none");
        assertThat(data.report().records()).isEqualTo(60);
        assertThat(data.report().badRecords()).isEqualTo(20);
        assertThat(data.report().quarantined())
                .hasSize(20)
                .startsWith(new BadRecord(labels(), 2, "label 2 (expected: 0 to 1)"));
        assertThat(data.report().warnings()).contains("20 of 60 records are bad and not used.");
        assertThat(Fixtures.inputs(Fixtures.batch(data, 2))[0]).isEqualTo(12);
        assertThat(Fixtures.labels(Fixtures.batch(data, 0, 1, 2, 3))).containsExactly(0, 1, 0, 1);
    }

    @Test
    void refusesMoreBadRecordsThanAllowed() throws IOException {
        Fixtures.writeIdx(folder);
        assertBad("""
                20 of 60 records are bad: 33.33 % (data.bad-records-max: 25.00 %). Mend or remove them, or raise data.bad-records-max.
                  LABELS:2: label 2 (expected: 0 to 1)
                  LABELS:5: label 2 (expected: 0 to 1)
                  LABELS:8: label 2 (expected: 0 to 1)
                  LABELS:11: label 2 (expected: 0 to 1)
                  LABELS:14: label 2 (expected: 0 to 1)
                  and 15 more""".replace("LABELS", labels()), "classes: 2", "bad-records-max: 0.25");
        assertThat(open("classes: 2", "bad-records-max: 0.3334").report().badRecords())
                .isEqualTo(20);
    }

    @Test
    void quarantinesValuesThatAreNotNumbers() throws IOException {
        float[] values = new float[40];
        values[7] = Float.NaN;
        values[12] = Float.NEGATIVE_INFINITY;
        Files.write(folder.resolve("images.idx"), Fixtures.idx(0x0D, new int[] {20, 2}, floats(values)));
        Files.write(folder.resolve("labels.idx"), Fixtures.idx(0x08, new int[] {20}, new byte[20]));
        assertThat(open("bad-records-max: 0.1").report().quarantined())
                .containsExactly(
                        new BadRecord(images(), 3, "value 1 is NaN (expected: a finite number)"),
                        new BadRecord(images(), 6, "value 0 is -Infinity (expected: a finite number)"));
    }

    @Test
    void namesTheMissingFile() {
        assertThatThrownBy(this::open)
                .isInstanceOf(BadSettingException.class)
                .hasMessage(
                        "data.images: %s does not exist (expected: a file). Relative paths start at the configuration's folder."
                                .formatted(images()));
    }

    @Test
    void refusesEveryLengthButTheRightOne() throws IOException {
        Fixtures.writeIdx(folder);
        byte[] whole = Files.readAllBytes(folder.resolve("images.idx"));
        for (int length = 0; length < whole.length; length++) {
            String message = length < 16
                    ? "%s: ends within its header (expected: an IDX file). Fetch the file again.".formatted(images())
                    : "%s: truncated, has %d bytes (expected: 736, by its header U8 [60, 3, 4]). Fetch the file again."
                            .formatted(images(), length);
            Files.write(folder.resolve("images.idx"), Arrays.copyOf(whole, length));
            assertBad(message);
            if (length % 20 == 0) {
                Files.write(folder.resolve("images.idx"), Fixtures.gzip(Arrays.copyOf(whole, length)));
                assertBad(message);
            }
        }
        Files.write(folder.resolve("images.idx"), Arrays.copyOf(whole, whole.length + 1));
        assertBad(
                "%s: too long, has at least 737 bytes (expected: 736, by its header U8 [60, 3, 4]). Fetch the file again."
                        .formatted(images()));
    }

    @Test
    void refusesPackedDataThatEndTooEarlyOrAreDamaged() throws IOException {
        Fixtures.writeIdx(folder);
        byte[] packed = Fixtures.gzip(Files.readAllBytes(folder.resolve("images.idx")));
        for (int length = 2; length < packed.length; length++) {
            Files.write(folder.resolve("images.idx"), Arrays.copyOf(packed, length));
            assertThatThrownBy(this::open)
                    .as("length %d", length)
                    .isInstanceOf(BadDataException.class)
                    .hasMessageStartingWith(images());
        }
        byte[] damaged = packed.clone();
        damaged[packed.length - 6] ^= 1;
        Files.write(folder.resolve("images.idx"), damaged);
        assertBad("%s: damaged gzip data: Corrupt GZIP trailer. Fetch the file again.".formatted(images()));
    }

    @Test
    void refusesWhatIsNoIdxFile() throws IOException {
        Fixtures.writeIdx(folder);
        Files.writeString(folder.resolve("images.idx"), "PNG, perhaps?");
        assertBad(
                "%s: starts with 504e47 (expected: 000008 for bytes, 00000c for 32-bit integers or 00000d for 32-bit floats). Is it an IDX file?"
                        .formatted(images()));
        Files.write(folder.resolve("images.idx"), Fixtures.idx(0x08, new int[] {60, 1, 1, 1, 1}, new byte[60]));
        assertBad("%s: 5 dimensions (expected: 1 to 4). Is it the right file?".formatted(images()));
        Files.write(folder.resolve("images.idx"), Fixtures.idx(0x08, new int[] {60, 1 << 20, 1 << 20}, new byte[60]));
        assertBad(
                "%s: sizes [60, 1048576, 1048576] (expected: at least 1 and below 2^31 bytes for each record). The header is damaged."
                        .formatted(images()));
        Files.write(folder.resolve("images.idx"), Fixtures.idx(0x08, new int[] {-1, 1, 1}, new byte[60]));
        assertBad(
                "%s: sizes [-1, 1, 1] (expected: at least 1 and below 2^31 bytes for each record). The header is damaged."
                        .formatted(images()));
    }

    @Test
    void refusesFilesThatDoNotBelongTogether() throws IOException {
        Fixtures.writeIdx(folder);
        Files.write(folder.resolve("labels.idx"), Fixtures.idx(0x08, new int[] {59}, new byte[59]));
        assertBad("%s: 60 images, but %s: 59 labels (expected: equally many). Is it the right pair?"
                .formatted(images(), labels()));
        Files.copy(folder.resolve("images.idx"), folder.resolve("copy.idx"));
        assertThatThrownBy(() -> Fixtures.open(folder, "format: idx", "images: images.idx", "labels: copy.idx"))
                .isInstanceOf(BadDataException.class)
                .hasMessage("%s: U8 [60, 3, 4] (expected: one whole number for each image). Is it the file of labels?"
                        .formatted(folder.resolve("copy.idx")));
        assertThatThrownBy(() -> Fixtures.open(folder, "format: idx", "images: labels.idx", "labels: labels.idx"))
                .isInstanceOf(BadDataException.class)
                .hasMessage("%s: U8 [59] (expected: bytes or floats in 2 to 4 dimensions). Is it the file of images?"
                        .formatted(labels()));
    }

    @Test
    void refusesFilesWithoutRecords() throws IOException {
        Files.write(folder.resolve("images.idx"), Fixtures.idx(0x08, new int[] {0, 3, 4}, new byte[0]));
        Files.write(folder.resolve("labels.idx"), Fixtures.idx(0x08, new int[] {0}, new byte[0]));
        assertBad("no records are left of 0 (expected: at least 1).");
    }
}
