package dev.perdure.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.perdure.core.BadSettingException;
import dev.perdure.core.DType;
import dev.perdure.core.Shape;
import dev.perdure.data.DataReport.BadRecord;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CsvTest {
    private static final String[] CSV = {
        "format: csv",
        "file: people.csv",
        "columns: {age: numeric, city: categorical}",
        "target: churned",
        "normalise: none"
    };

    @TempDir
    Path folder;

    private Path file() {
        return folder.resolve("people.csv");
    }

    private void write(String... lines) throws IOException {
        Files.writeString(file(), String.join("\n", lines) + "\n");
    }

    /** Writes these lines and then forty good ones. */
    private void writeThenGood(String... lines) throws IOException {
        var all = new ArrayList<>(List.of(lines));
        for (int i = 0; i < 40; i++) {
            all.add("%d,%s,x,%s".formatted(20 + i, i % 2 == 0 ? "Ulm" : "Bonn", i % 3 == 0 ? "yes" : "no"));
        }
        write(all.toArray(String[]::new));
    }

    private Dataset open(String... more) throws IOException {
        return Fixtures.open(folder, Fixtures.with(CSV, more));
    }

    private BadRecord bad(long line, String reason) {
        return new BadRecord(file().toString(), line, reason);
    }

    @Test
    void givesNumbersAndOneHotCategoriesInTheOrderOfTheColumns() throws IOException {
        writeThenGood("age,city,other,churned");
        Dataset data = open();
        assertThat(data.sampleShape()).isEqualTo(Shape.of(3));
        assertThat(data.classNames()).containsExactly("no", "yes");
        var batch = Fixtures.batch(data, 0, 1);
        assertThat(Fixtures.inputs(batch)).containsExactly(20, 0, 1, 21, 1, 0);
        assertThat(batch.targets().dtype()).isEqualTo(DType.I64);
        assertThat(Fixtures.labels(batch)).containsExactly(1, 0);
    }

    @Test
    void readsQuotesOtherDelimitersBlankLinesAndAByteOrderMark() throws IOException {
        Files.writeString(
                file(),
                "\uFEFFage;city;churned\r\n20;\"Ulm; \"\"Donau\"\"\";no\r\n\r\n21;\"Köln\";yes\r\n22;Köln;no",
                StandardCharsets.UTF_8);
        Dataset data = open("delimiter: ;", "split: {validation: 0, test: 0}");
        assertThat(Fixtures.inputs(Fixtures.batch(data, 0, 1, 2))).containsExactly(20, 0, 1, 21, 1, 0, 22, 1, 0);
    }

    @Test
    void givesRegressionTargetsAsTheyAre() throws IOException {
        write("a,b,y,z", "1,2,3.5,4", "5,6,-7,8e3");
        Dataset data = Fixtures.open(
                folder,
                "format: csv",
                "file: people.csv",
                "columns: {b: numeric, a: numeric}",
                "target: [y, z]",
                "task: regression",
                "split: {validation: 0, test: 0}",
                "normalise: none");
        assertThat(data.outputs()).isEqualTo(2);
        assertThat(data.classNames()).isEmpty();
        var batch = Fixtures.batch(data, 1, 0);
        assertThat(batch.targets().shape()).isEqualTo(Shape.of(2, 2));
        assertThat(batch.targets().dtype()).isEqualTo(DType.F32);
        assertThat(Fixtures.inputs(batch)).containsExactly(6, 5, 2, 1);
        assertThat(Fixtures.numbers(batch)).containsExactly(-7, 8000, 3.5f, 4);
    }

    @Test
    void quarantinesBinaryTargetsOtherThanZeroAndOne() throws IOException {
        write("age,city,churned", "1,Ulm,0", "2,Ulm,1", "3,Ulm,2", "4,Ulm,yes");
        Dataset data = open("task: binary", "bad-records-max: 0.5", "split: {validation: 0, test: 0}");
        assertThat(Fixtures.numbers(Fixtures.batch(data, 0, 1))).containsExactly(0, 1);
        assertThat(data.report().quarantined())
                .containsExactly(bad(4, "churned: 2 (expected: 0 or 1)"), bad(5, "churned: yes (expected: 0 or 1)"));
    }

    @Test
    void quarantinesEveryKindOfBadLineWithItsReason() throws IOException {
        writeThenGood(
                "age,city,other,churned",
                "20,Ulm,no",
                "21,Ulm,x,no,more",
                "NaN,Ulm,x,no",
                "-Infinity,Ulm,x,no",
                "1e300,Ulm,x,no",
                "old,Ulm,x,no",
                "7f,Ulm,x,no",
                ",Ulm,x,no",
                "22,,x,no",
                "23,Ulm,x,",
                "24,Paris,x,no",
                "25,Ulm,x,maybe",
                "\"26\",Ulm,\"two",
                "lines\",no,more");
        Dataset data = open("classes: ['no', 'yes']", "bad-records-max: 0.5");
        assertThat(data.report().quarantined())
                .containsExactly(
                        bad(2, "3 values (expected: 4, as in the header)"),
                        bad(3, "5 values (expected: 4, as in the header)"),
                        bad(4, "age: NaN (expected: a finite 32-bit number)"),
                        bad(5, "age: -Infinity (expected: a finite 32-bit number)"),
                        bad(6, "age: 1e300 (expected: a finite 32-bit number)"),
                        bad(7, "age: old (expected: a number)"),
                        bad(8, "age: 7f (expected: a number)"),
                        bad(9, "age is missing (expected: a value, or data.missing: fill)"),
                        bad(10, "city is missing (expected: a value, or data.missing: fill)"),
                        bad(11, "target churned is missing (expected: a value)"),
                        bad(13, "label maybe (expected: one of no, yes)"),
                        bad(14, "5 values (expected: 4, as in the header)"));
        assertThat(data.report().records()).isEqualTo(53);
    }

    @Test
    void quarantinesCategoriesThatWereNotGiven() throws IOException {
        write("city,y", "Ulm,1", "Bonn,2", "Paris,3", "Ulm,4");
        Dataset data = Fixtures.open(
                folder,
                "format: csv",
                "file: people.csv",
                "columns: {city: {categorical: {values: [Ulm, Bonn, Rom]}}}",
                "target: y",
                "task: regression",
                "bad-records-max: 0.25",
                "split: {validation: 0, test: 0}");
        assertThat(data.report().quarantined())
                .containsExactly(bad(4, "city: Paris (expected: one of Ulm, Bonn, Rom)"));
        assertThat(Fixtures.inputs(Fixtures.batch(data, 0, 1, 2))).containsExactly(1, 0, 0, 0, 1, 0, 1, 0, 0);
    }

    @Test
    void refusesMoreBadLinesThanAllowed() throws IOException {
        writeThenGood("age,city,other,churned", "NaN,Ulm,x,no");
        assertThatThrownBy(this::open).isInstanceOf(BadDataException.class).hasMessage("""
                        1 of 41 records are bad: 2.439 % (data.bad-records-max: 1.000 %). Mend or remove them, or raise data.bad-records-max.
                          FILE:2: age: NaN (expected: a finite 32-bit number)""".replace(
                        "FILE", file().toString()));
    }

    @Test
    void fillsWhatIsMissingFromTheTrainingPart() throws IOException {
        write("age,city,churned", "?,Ulm,no", "10,?,no", "20,Bonn,yes");
        Dataset data = open("missing: fill", "missing-texts: ['?']", "split: {validation: 0, test: 0}");
        assertThat(Fixtures.inputs(Fixtures.batch(data, 0, 1, 2))).containsExactly(15, 0, 1, 10, 0, 0, 20, 1, 0);
    }

    @Test
    void scalesColumnsAsTheNaiveReferenceDoes() throws IOException {
        writeThenGood("age,city,other,churned");
        Dataset raw = open();
        Dataset scaled = Fixtures.open(
                folder,
                "format: csv",
                "file: people.csv",
                "columns: {age: numeric, city: categorical}",
                "target: churned");
        int[] train = raw.ids(Part.TRAIN);
        float[] values = Fixtures.inputs(Fixtures.batch(raw, train));
        double mean = 0;
        for (int i = 0; i < train.length; i++) {
            mean += values[3 * i] / train.length;
        }
        double variance = 0;
        for (int i = 0; i < train.length; i++) {
            variance += (values[3 * i] - mean) * (values[3 * i] - mean) / train.length;
        }
        assertThat(scaled.report().mean()).hasSize(1);
        assertThat(scaled.report().mean().getFirst()).isBetween(mean - 1e-9, mean + 1e-9);
        assertThat(scaled.report().deviation().getFirst())
                .isBetween(Math.sqrt(variance) - 1e-9, Math.sqrt(variance) + 1e-9);
        float[] held = Fixtures.inputs(Fixtures.batch(scaled, 0));
        assertThat(held[0] - (20 - mean) / Math.sqrt(variance)).isBetween(-1e-6, 1e-6);
        assertThat(held[2]).isEqualTo(1);
    }

    @Test
    void learnsCategoriesFromTheTrainingPartAlone() throws IOException {
        writeThenGood("age,city,other,churned");
        Files.writeString(folder.resolve("test.csv"), "churned,city,age\nno,Atlantis,5\nyes,Ulm,6\n");
        Dataset data = open("test: test.csv");
        assertThat(data.sampleShape()).isEqualTo(Shape.of(3));
        assertThat(data.ids(Part.TEST)).containsExactly(40, 41);
        assertThat(Fixtures.inputs(Fixtures.batch(data, 40, 41))).containsExactly(5, 0, 0, 6, 0, 1);
        assertThat(data.report().warnings())
                .contains(
                        "column city: 1 categories do not occur in the training part ('Atlantis'); the model sees none of the categories there.");
    }

    @Test
    void saysWhenAColumnIsConstant() throws IOException {
        write("age,city,churned", "5,Ulm,no", "5,Ulm,yes");
        assertThat(open("split: {validation: 0, test: 0}").report().warnings())
                .contains("column age: the same value in all training samples; the model can learn nothing from it.");
    }

    @Test
    void givesTheSameFromATemporaryFile() throws IOException {
        writeThenGood("age,city,other,churned");
        Dataset resident = open();
        for (String memory : new String[] {"memory-bytes: 0", "memory-bytes: 100"}) {
            Dataset spooled = open(memory);
            assertThat(spooled.digest()).as(memory).isEqualTo(resident.digest());
            assertThat(Fixtures.bits(Fixtures.batch(spooled, Fixtures.all(spooled))))
                    .as(memory)
                    .isEqualTo(Fixtures.bits(Fixtures.batch(resident, Fixtures.all(resident))));
        }
    }

    @Test
    void namesColumnsThatTheHeaderLacks() throws IOException {
        write("Age,city,churn", "5,Ulm,no");
        assertThatThrownBy(this::open).isInstanceOf(BadSettingException.class).hasMessage("""
                        data: column age (expected: one of [Age, city, churn], the header of FILE). Did you mean 'Age'?
                        data: column churned (expected: one of [Age, city, churn], the header of FILE). Did you mean 'churn'?""".replace(
                        "FILE", file().toString()));
    }

    @Test
    void refusesWhatIsNoTable() throws IOException {
        write("age,city,churned", "5,Ulm,no", "6,\"Ulm,yes", "7,Ulm,yes");
        assertThatThrownBy(this::open)
                .isInstanceOf(BadDataException.class)
                .hasMessageStartingWith(file() + ":")
                .hasMessageContaining("not comma-separated values");
        Files.write(file(), "age,city,churned\n5,K\u00f6ln,no\n".getBytes(StandardCharsets.ISO_8859_1));
        assertThatThrownBy(this::open)
                .isInstanceOf(BadDataException.class)
                .hasMessage("%s: not UTF-8 text. Convert it first.".formatted(file()));
        Files.write(file(), new byte[0]);
        assertThatThrownBy(this::open)
                .isInstanceOf(BadDataException.class)
                .hasMessage("%s: empty (expected: a header line and records)".formatted(file()));
        write("age,age,city,churned");
        assertThatThrownBy(this::open)
                .isInstanceOf(BadDataException.class)
                .hasMessage("%s: header [age, age, city, churned] (expected: each name once)".formatted(file()));
        write("age,city,churned");
        assertThatThrownBy(this::open)
                .isInstanceOf(BadDataException.class)
                .hasMessage("no records are left of 0 (expected: at least 1).");
    }

    @Test
    void refusesAColumnThatIsAnIdentifier() throws IOException {
        var lines = new ArrayList<>(List.of("age,city,churned"));
        for (int i = 0; i <= 4096; i++) {
            lines.add("1,city-%d,no".formatted(i));
        }
        write(lines.toArray(String[]::new));
        assertThatThrownBy(this::open)
                .isInstanceOf(BadDataException.class)
                .hasMessage(
                        "column city has more than 4096 different texts. Is it an identifier, or a number (numeric; task: regression)?");
    }

    @Test
    void refusesWhatSuitsImagesOnly() throws IOException {
        writeThenGood("age,city,other,churned");
        assertThatThrownBy(() -> open("augment: [flip]"))
                .isInstanceOf(BadSettingException.class)
                .hasMessage("data.augment: Flip[probability=0.5] (expected: noise alone, as the data are a table)");
        assertThatThrownBy(() -> Fixtures.open(
                        folder,
                        "format: csv",
                        "file: people.csv",
                        "columns: {age: numeric}",
                        "target: churned",
                        "normalise: unit"))
                .isInstanceOf(BadSettingException.class)
                .hasMessage("data.normalise: unit (expected: none, standard or fixed, as the data are a table)");
    }

    @Test
    void addsNoiseToNumbersAlone() throws IOException {
        writeThenGood("age,city,other,churned");
        Dataset data = open("augment: [noise: {sigma: 0.5}]");
        int id = data.ids(Part.TRAIN)[0];
        float[] plain = Fixtures.inputs(Fixtures.batch(data, id));
        float[] noisy = Fixtures.inputs(Fixtures.augmented(data, 1, id));
        assertThat(noisy[0]).isNotEqualTo(plain[0]);
        assertThat(noisy[1]).isEqualTo(plain[1]);
        assertThat(noisy[2]).isEqualTo(plain[2]);
    }
}
