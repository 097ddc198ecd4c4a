package dev.perdure.data;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Raw values are those of the files, whatever is done to them afterwards. */
class RawFormTest {
    @TempDir
    Path folder;

    @Test
    void pixelsAreThoseOfTheFile() throws IOException {
        Fixtures.writeIdx(folder, 40, 2, (sample, pixel) -> sample + pixel);
        Dataset data = Fixtures.open(folder, Fixtures.with(Fixtures.IDX, "normalise: standard"));
        assertThat(data.rawForm()).isInstanceOf(RawForm.Image.class);
        float[] raw = new float[data.rawForm().values()];
        data.raw(3, raw);
        for (int pixel = 0; pixel < raw.length; pixel++) {
            assertThat(raw[pixel]).isEqualTo((3 + pixel) & 0xFF);
        }
    }

    /** The place of a category is the place of its mark in what the model takes. */
    @Test
    void cellsAreNumbersAndPlacesOfCategoriesAndWhatIsMissingIsNotANumber() throws IOException {
        var lines = new java.util.ArrayList<>(List.of("age,city,churned", ",Ulm,yes", "21,,no"));
        for (int i = 0; i < 40; i++) {
            lines.add("%d,%s,%s".formatted(20 + i, i % 2 == 0 ? "Ulm" : "Bonn", i % 3 == 0 ? "yes" : "no"));
        }
        Files.writeString(folder.resolve("people.csv"), String.join("\n", lines) + "\n");
        Dataset data = Fixtures.open(
                folder,
                "format: csv",
                "file: people.csv",
                "columns: {age: numeric, city: categorical}",
                "target: churned",
                "missing: fill",
                "normalise: standard");
        assertThat(data.rawForm())
                .isEqualTo(new RawForm.Table(List.of(
                        new RawForm.Column("age", true, List.of()),
                        new RawForm.Column("city", false, List.of("Bonn", "Ulm")))));
        float[] raw = new float[2];
        data.raw(0, raw);
        assertThat(raw).containsExactly(Float.NaN, 1);
        data.raw(1, raw);
        assertThat(raw).containsExactly(21, Float.NaN);
        data.raw(3, raw);
        assertThat(raw).containsExactly(21, 0);
        float[] taken = Fixtures.inputs(Fixtures.batch(data, 3));
        assertThat(taken[1]).as("Bonn").isEqualTo(1);
    }
}
