package dev.perdure.data;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DigestTest {
    @TempDir
    Path folder;

    private String before = "";

    @BeforeEach
    void writeData() throws IOException {
        Fixtures.writeIdx(folder);
        before = digest();
    }

    private String digest(String... more) throws IOException {
        return Fixtures.open(folder, Fixtures.with(Fixtures.IDX, more)).digest();
    }

    @Test
    void isTheSameEachTimeAndForEverySeed() throws IOException {
        assertThat(digest()).isEqualTo(before).matches("[0-9a-f]{64}");
        assertThat(Dataset.open(Fixtures.settings(folder, Fixtures.IDX), 7).digest())
                .isEqualTo(before);
    }

    @Test
    void changesWithEveryByteOfSamplesAndLabels() throws IOException {
        Set<String> digests = new HashSet<>(Set.of(before));
        int flips = 0;
        for (String name : new String[] {"images.idx", "labels.idx"}) {
            byte[] file = Files.readAllBytes(folder.resolve(name));
            int header = name.startsWith("images") ? 16 : 8;
            for (int at = header; at < file.length; at += name.startsWith("images") ? 7 : 1) {
                file[at] ^= 1;
                Files.write(folder.resolve(name), file);
                assertThat(digests.add(digest("classes: 4")))
                        .as("%s, byte %d", name, at)
                        .isTrue();
                flips++;
                file[at] ^= 1;
            }
            Files.write(folder.resolve(name), file);
        }
        assertThat(flips).isEqualTo(163);
        assertThat(digest()).isEqualTo(before);
    }

    @Test
    void changesWithWhatDecidesWhatTheModelSees() throws IOException {
        Set<String> digests = new HashSet<>(Set.of(before));
        for (String setting : new String[] {
            "normalise: none",
            "normalise: unit",
            "normalise: {fixed: {mean: [0.5], std: [0.5]}}",
            "normalise: {fixed: {mean: [0.5], std: [0.25]}}",
            "split: {validation: 0.2, test: 0.1}",
            "split: {validation: 0.1, test: 0.2}",
            "split: {folds: 5, fold: 1}",
            "split: {folds: 5, fold: 2}",
            "split: {folds: 4, fold: 1}",
            "classes: 5"
        }) {
            assertThat(digests.add(digest(setting))).as(setting).isTrue();
        }
    }

    @Test
    void doesNotChangeWithWhatDoesNot() throws IOException {
        for (String setting : new String[] {"augment: [flip]", "bad-records-max: 0.5", "memory-bytes: 5"}) {
            assertThat(digest(setting)).as(setting).isEqualTo(before);
        }
        Path elsewhere = Files.createDirectory(folder.resolve("elsewhere"));
        for (String name : new String[] {"images.idx", "labels.idx"}) {
            Files.move(folder.resolve(name), elsewhere.resolve(name));
        }
        assertThat(Fixtures.open(elsewhere, Fixtures.IDX).digest()).isEqualTo(before);
    }

    @Test
    void changesWithTheNamesAndValuesOfATable() throws IOException {
        Set<String> digests = new HashSet<>();
        String[] tables = {
            "a,c,y\n1,u,p\n2,v,q\n",
            "a,c,y\n1,u,p\n3,v,q\n",
            "a,c,y\n1,u,p\n2,w,q\n",
            "a,c,y\n1,u,p\n2,v,r\n",
            "a,c,y\n2,v,q\n1,u,p\n",
        };
        for (String table : tables) {
            Files.writeString(folder.resolve("t.csv"), table);
            Dataset data = Fixtures.open(
                    folder, "format: csv", "file: t.csv", "columns: {a: numeric, c: categorical}", "target: y");
            assertThat(digests.add(data.digest())).as(table).isTrue();
        }
        Files.writeString(folder.resolve("t.csv"), tables[0].replace("a,", "b,"));
        assertThat(digests.add(Fixtures.open(
                                folder,
                                "format: csv",
                                "file: t.csv",
                                "columns: {b: numeric, c: categorical}",
                                "target: y")
                        .digest()))
                .isTrue();
    }

    @Test
    void changesWithAnImageOrItsClass() throws IOException {
        Path images = folder.resolve("images");
        for (int i = 0; i < 4; i++) {
            int grey = i;
            Fixtures.writePng(images.resolve("%s/%d.png".formatted(i % 2 == 0 ? "a" : "b", i)), 3, 3, (x, y) -> grey);
        }
        String[] settings = {"format: images", "images: {dir: images}"};
        String first = Fixtures.open(folder, settings).digest();
        Fixtures.writePng(images.resolve("a/0.png"), 3, 3, (x, y) -> x == 2 && y == 2 ? 1 : 0);
        String second = Fixtures.open(folder, settings).digest();
        Files.move(images.resolve("b/1.png"), images.resolve("a/1.png"));
        assertThat(Set.of(first, second, Fixtures.open(folder, settings).digest()))
                .hasSize(3);
    }
}
