package dev.perdure.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.perdure.core.BadSettingException;
import dev.perdure.data.DataSettings.Augmentation;
import dev.perdure.data.DataSettings.Column;
import dev.perdure.data.DataSettings.Csv;
import dev.perdure.data.DataSettings.Idx;
import dev.perdure.data.DataSettings.IdxPair;
import dev.perdure.data.DataSettings.Images;
import dev.perdure.data.DataSettings.Missing;
import dev.perdure.data.DataSettings.Normalise;
import dev.perdure.data.DataSettings.Preparation;
import dev.perdure.data.DataSettings.Size;
import dev.perdure.data.DataSettings.Split;
import dev.perdure.data.DataSettings.Task;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

class DataSettingsTest {
    private static final Path BASE = Path.of("/base");

    private static DataSettings read(String... lines) {
        return Fixtures.settings(BASE, lines);
    }

    private static void assertProblems(List<String> problems, String... lines) {
        assertThatThrownBy(() -> read(lines))
                .isInstanceOf(BadSettingException.class)
                .hasMessage(String.join("\n", problems));
    }

    @Test
    void readsTheWorkedExample() {
        assertThat(read(
                        "format: idx",
                        "images: digits/images.gz",
                        "labels: /elsewhere/labels.gz",
                        "split: {validation: 0.2, test: 0.1}",
                        "normalise: standard",
                        "augment:",
                        "  - shift: {pixels: 2}",
                        "bad-records-max: 0.05"))
                .isEqualTo(new Idx(
                        new IdxPair(Path.of("/base/digits/images.gz"), Path.of("/elsewhere/labels.gz")),
                        Optional.empty(),
                        OptionalInt.empty(),
                        new Preparation(
                                new Split(0.2, 0.1),
                                new Normalise.Standard(),
                                List.of(new Augmentation.Shift(2)),
                                0.05,
                                2L << 30)));
    }

    @Test
    void readsFoldersOfImages() {
        assertThat(read(
                        "format: images",
                        "images: {dir: pets, test: more}",
                        "width: 32",
                        "height: 24",
                        "channels: 1",
                        "normalise: {fixed: {mean: [0.5], std: [0.25]}}",
                        "augment: [flip, crop: {width: 28, height: 20, padding: 2}, noise: {sigma: 0.1}]"))
                .isEqualTo(new Images(
                        Path.of("/base/pets"),
                        Optional.of(Path.of("/base/more")),
                        Optional.of(new Size(32, 24)),
                        1,
                        new Preparation(
                                new Split(0.1, 0),
                                new Normalise.Fixed(List.of(0.5), List.of(0.25)),
                                List.of(
                                        new Augmentation.Flip(0.5),
                                        new Augmentation.Crop(Optional.of(new Size(28, 20)), 2),
                                        new Augmentation.Noise(0.1)),
                                0.01,
                                2L << 30)));
    }

    @Test
    void readsTables() {
        var csv = (Csv) read(
                "format: csv",
                "file: table.csv",
                "delimiter: ';'",
                "columns:",
                "  age: numeric",
                "  city: categorical",
                "  plan: {categorical: {values: [free, paid]}}",
                "target: churned",
                "classes: ['no', 'yes']",
                "missing: fill",
                "missing-texts: ['', '?']");
        assertThat(csv.file()).isEqualTo(Path.of("/base/table.csv"));
        assertThat(csv.delimiter()).isEqualTo(';');
        assertThat(csv.columns().sequencedKeySet()).containsExactly("age", "city", "plan");
        assertThat(csv.columns().sequencedValues())
                .containsExactly(
                        new Column.Numeric(),
                        new Column.Categorical(List.of()),
                        new Column.Categorical(List.of("free", "paid")));
        assertThat(csv.target()).containsExactly("churned");
        assertThat(csv.task()).isEqualTo(Task.CLASSIFICATION);
        assertThat(csv.classes()).containsExactly("no", "yes");
        assertThat(csv.missing()).isEqualTo(Missing.FILL);
        assertThat(csv.missingTexts()).containsExactly("", "?");
    }

    @Test
    void saysEverythingThatIsWrongAtOnce() {
        assertProblems(
                List.of(
                        "run.yaml:1: labels: is missing (expected: a text). Add 'labels: …'.",
                        "run.yaml:3: split: validation 0.6 and test 0.5 (expected: a sum below 1). Leave samples to train on.",
                        "run.yaml:4: normalise: standart (expected: one of none, unit, standard, fixed) Did you mean 'standard'?",
                        "run.yaml:6: augment: shift is given twice. Keep one of the two.",
                        "run.yaml:6: augment: flop (expected: one of shift, flip, crop, noise) Did you mean 'flip'?",
                        "run.yaml:9: bad-records-max: 2 (expected: a number >= 0 and <= 1)",
                        "run.yaml:10: label: is not a setting. Did you mean 'labels'?"),
                "format: idx",
                "images: a",
                "split: {validation: 0.6, test: 0.5}",
                "normalise: standart",
                "augment:",
                "  - shift: {pixels: 1}",
                "  - shift: {pixels: 2}",
                "  - flop",
                "bad-records-max: 2",
                "label: b");
    }

    @Test
    void refusesAnUnknownFormat() {
        assertProblems(
                List.of("run.yaml:1: format: cvs (expected: one of idx, images, csv) Did you mean 'csv'?"),
                "format: cvs",
                "images: a",
                "labels: b");
    }

    @Test
    void refusesSettingsOfFoldersThatCannotBe() {
        assertProblems(
                List.of(
                        "run.yaml:3: channels: 2 (expected: 1 for grey or 3 for colour)",
                        "run.yaml:1: height: is missing (expected: a whole number >= 1 and <= 65536). Add 'height: …'.",
                        "run.yaml:5: normalise.fixed: mean [0.5], std [] (expected: equally many numbers in both)"),
                "format: images",
                "images: {dir: a}",
                "channels: 2",
                "width: 3",
                "normalise: {fixed: {mean: [0.5]}}");
    }

    @Test
    void refusesTablesWithoutColumnsOrTarget() {
        assertProblems(
                List.of(
                        "run.yaml:1: columns: is missing or empty (expected: the columns the model sees). Add 'NAME: numeric'.",
                        "run.yaml:1: target: is missing (expected: the column to learn). Add 'target: NAME'."),
                "format: csv",
                "file: a");
    }

    @Test
    void refusesTablesWhoseTargetIsSeenOrIsTwo() {
        assertProblems(
                List.of(
                        "run.yaml:3: columns.b: number (expected: one of numeric, categorical)",
                        "run.yaml:4: target: a is among the columns too: the model would see what it is to learn.",
                        "run.yaml:4: target: [a, c] (expected: one column for a classification)",
                        "run.yaml:5: delimiter: '--' (expected: one character, such as ',' or ';')"),
                "format: csv",
                "file: a",
                "columns: {a: numeric, b: number}",
                "target: [a, c]",
                "delimiter: '--'");
    }

    @Test
    void refusesClassesWhereThereAreNone() {
        assertProblems(
                List.of(
                        "run.yaml:6: classes: given for task regression (expected: only for classification). Leave it out."),
                "format: csv",
                "file: a",
                "columns: {a: numeric}",
                "target: b",
                "task: regression",
                "classes: [x]");
    }

    @Test
    void refusesATestShareBesideTestFiles() {
        assertProblems(
                List.of(
                        "run.yaml:5: split.test: 0.2 (expected: 0, as the test part has files of its own). Leave one of them out."),
                "format: idx",
                "images: a",
                "labels: b",
                "test: {images: c, labels: d}",
                "split: {test: 0.2}");
    }

    @Test
    void readsAFoldAndRefusesOneThatCannotBe() {
        assertThat(read("format: idx", "images: a", "labels: b", "split: {folds: 5, fold: 2}")
                        .preparation()
                        .split())
                .isEqualTo(new Split(0.1, 0.1, Optional.of(new DataSettings.Fold(2, 5))));
        assertProblems(
                List.of("run.yaml:4: split.fold: 6 (expected: a whole number >= 1 and <= 5)"),
                "format: idx",
                "images: a",
                "labels: b",
                "split: {folds: 5, fold: 6}");
        assertProblems(
                List.of("run.yaml:4: split.fold: given without folds (expected: both or neither). Add 'folds: N'."),
                "format: idx",
                "images: a",
                "labels: b",
                "split: {fold: 1}");
    }
}
