package dev.perdure.data;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WarningsTest {
    @TempDir
    Path folder;

    private void writeLabels(int count, java.util.function.IntUnaryOperator label) throws IOException {
        byte[] labels = new byte[count];
        for (int i = 0; i < count; i++) {
            labels[i] = (byte) label.applyAsInt(i);
        }
        Files.write(folder.resolve("labels.idx"), Fixtures.idx(0x08, new int[] {count}, labels));
    }

    private List<String> warnings(String... more) throws IOException {
        return Fixtures.open(folder, Fixtures.with(Fixtures.IDX, more)).report().warnings();
    }

    /** No two images are equal. */
    private void write(int count) throws IOException {
        Fixtures.writeIdx(folder, count, 2, (image, pixel) -> pixel == 0 ? image : pixel == 1 ? image >> 8 : pixel);
    }

    @Test
    void areNoneWhereThereIsNothingToSay() throws IOException {
        write(200);
        assertThat(warnings()).isEmpty();
    }

    @Test
    void nameTheImbalanceOfClasses() throws IOException {
        write(400);
        writeLabels(400, i -> i % 20 == 0 ? 1 : 0);
        assertThat(warnings())
                .containsExactly(
                        "class imbalance: '0' has 19.0 times the training samples of '1' (304 and 16; advisable: at most 10 times). Accuracy alone will flatter the model. Try: more samples of '1', and judge by loss and by class.");
    }

    @Test
    void nameTheClassesWithTooFewSamples() throws IOException {
        write(60);
        writeLabels(60, i -> i < 5 ? 2 : i % 2);
        assertThat(warnings("classes: 4"))
                .containsExactly(
                        "the training part has 48 samples (advisable: at least 50). Try: more data, augmentation, a smaller network.",
                        "the validation part has 6 samples (advisable: at least 10). Try: more data, or 'train --folds 5', where every sample validates once.",
                        "the test part has 6 samples (advisable: at least 10). Try: more data.",
                        "too few training samples of class '2' (5), '3' (0) (advisable: at least 10 of each). Try: more of them, or fewer classes.");
    }

    @Test
    void nameTheSamplesThatLeakIntoTraining() throws IOException {
        Fixtures.writeIdx(folder, 200, 2, (image, pixel) -> image / 2 % 100);
        Dataset data = Fixtures.open(folder, Fixtures.IDX);
        long leaks = 0;
        for (int held : data.ids(Part.VALIDATION)) {
            int twin = held % 2 == 0 ? held + 1 : held - 1;
            for (int train : data.ids(Part.TRAIN)) {
                leaks += train == twin ? 1 : 0;
            }
        }
        assertThat(leaks).isPositive();
        assertThat(data.report().warnings()).anyMatch(new LeakOf("validation", leaks)::isNamedIn);
    }

    private record LeakOf(String part, long count) {
        boolean isNamedIn(String warning) {
            return warning.matches(
                    "leakage: %d samples of the %s part are in the training part, too \\(sample \\d+ = \\d+, .*\\)\\. Its figures will flatter the model\\."
                            .formatted(count, part));
        }
    }

    @Test
    void areForEqualContentOnly() {
        long[] keys = {1, 1, 1, 2, 3, 3, 1, 1, 3, 3, 3, 3};
        Part[] parts = {Part.TRAIN, Part.TRAIN, Part.TRAIN, Part.TEST, Part.TEST, Part.VALIDATION};
        assertThat(Duplicates.leaks(keys, parts))
                .containsExactly(
                        new Duplicates.Leak(3, Part.TEST, 0),
                        new Duplicates.Leak(4, Part.TEST, 2),
                        new Duplicates.Leak(5, Part.VALIDATION, 2));
    }

    @Test
    void comeWithTheCountsOfEveryClass() throws IOException {
        write(100);
        writeLabels(100, i -> i < 30 ? 1 : 0);
        DataReport report = Fixtures.open(folder, Fixtures.IDX).report();
        assertThat(report.samples()).isEqualTo(Map.of(Part.TRAIN, 80, Part.VALIDATION, 10, Part.TEST, 10));
        assertThat(report.classes().sequencedKeySet()).containsExactly("0", "1");
        assertThat(report.classes().get("0")).isEqualTo(Map.of(Part.TRAIN, 56, Part.VALIDATION, 7, Part.TEST, 7));
        assertThat(report.classes().get("1")).isEqualTo(Map.of(Part.TRAIN, 24, Part.VALIDATION, 3, Part.TEST, 3));
    }

    @Test
    void nameTheClassesThatSomeFoldsHaveNothingOf() throws IOException {
        write(120);
        writeLabels(120, i -> i % 40 == 0 ? 1 : 0);
        assertThat(warnings("split: {validation: 0.1, test: 0, folds: 5, fold: 1}"))
                .contains("fewer samples than the 5 folds of class '1': some folds have none of it to validate with.");
    }
}
