package dev.perdure.data;

import dev.perdure.core.Settings;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.SequencedMap;

/** Where records lie and what is done to them: the {@code data:} section of a configuration. */
public sealed interface DataSettings {

    /** What is done to records of every format. */
    Preparation preparation();

    /**
     * Reads the section. Problems are collected in it, for {@link Settings#finish} to throw; until then the answer may be a
     * harmless stand-in.
     *
     * @param base the folder against which relative paths are resolved
     */
    static DataSettings read(Settings section, Path base) {
        return new DataSettingsReader(section, base).read();
    }

    /**
     * Images and labels in the IDX format of the MNIST files, plain or gzipped.
     *
     * @param test files of their own for the test part, otherwise split off
     * @param classes how many classes there are; otherwise the largest label says it
     */
    record Idx(IdxPair train, Optional<IdxPair> test, OptionalInt classes, Preparation preparation)
            implements DataSettings {}

    /** A file of images and the file of their labels. */
    record IdxPair(Path images, Path labels) {}

    /**
     * Folders of PNG and JPEG files, a folder for each class and named after it.
     *
     * @param test a folder of the same kind for the test part, otherwise split off
     * @param size what images are resized to; otherwise all must have the first one's size
     * @param channels 1 for grey, 3 for red, green, blue
     */
    record Images(Path folder, Optional<Path> test, Optional<Size> size, int channels, Preparation preparation)
            implements DataSettings {}

    record Size(int width, int height) {}

    /**
     * A table of comma-separated values (RFC 4180, UTF-8) with a header line.
     *
     * @param test a file of the same columns for the test part, otherwise split off
     * @param columns what the model sees, in this order; other columns of the file are ignored
     * @param target one column for a classification, one or more otherwise
     * @param classes the labels in order; when empty, those found, sorted
     * @param missingTexts the cell contents that mean "missing"
     */
    record Csv(
            Path file,
            Optional<Path> test,
            char delimiter,
            SequencedMap<String, Column> columns,
            List<String> target,
            Task task,
            List<String> classes,
            Missing missing,
            List<String> missingTexts,
            Preparation preparation)
            implements DataSettings {
        public Csv {
            columns = java.util.Collections.unmodifiableSequencedMap(new java.util.LinkedHashMap<>(columns));
            target = List.copyOf(target);
            classes = List.copyOf(classes);
            missingTexts = List.copyOf(missingTexts);
        }
    }

    /** What the cells of a column are. */
    sealed interface Column {
        record Numeric() implements Column {}

        /**
         * One of a few texts, given to the model one-hot.
         *
         * @param values the texts in order; when empty, those of the training part, sorted
         */
        record Categorical(List<String> values) implements Column {
            public Categorical {
                values = List.copyOf(values);
            }
        }
    }

    /** What the target columns are. */
    enum Task {
        /** One column, a class. */
        CLASSIFICATION,
        /** Numbers. */
        REGRESSION,
        /** Columns of 0 and 1, independent of each other. */
        BINARY
    }

    /** What becomes of a record with a missing feature; a missing target is always a bad record. */
    enum Missing {
        /** It is a bad record. */
        REJECT,
        /** A number becomes the mean of the training part, a category none of the categories. */
        FILL
    }

    /**
     * What is done to records of every format.
     *
     * @param badRecordsMax the share of bad records, in [0, 1], above which the data are refused
     * @param memoryBytes how much decoded data is held in memory; see {@link Dataset}
     */
    record Preparation(
            Split split, Normalise normalise, List<Augmentation> augment, double badRecordsMax, long memoryBytes) {
        public Preparation {
            augment = List.copyOf(augment);
        }
    }

    /**
     * How much of the data is held out, as shares of the records; the rest trains.
     *
     * @param test 0 when the test part has files of its own
     * @param fold which part of what is not test validates, in place of a share
     */
    record Split(double validation, double test, Optional<Fold> fold) {
        public Split(double validation, double test) {
            this(validation, test, Optional.empty());
        }
    }

    /**
     * One of the disjoint parts into which everything but the test part is cut for cross-validation: it validates, the others
     * train.
     *
     * @param number from 1 to {@code of}
     * @param of how many there are, 2 or more
     */
    record Fold(int number, int of) {
        public static final int FOLDS_MAX = 1000;

        public Fold {
            if (of < 2 || number < 1 || number > of) {
                throw new IllegalArgumentException(
                        "fold: %d of %d (expected: 1 to the number of folds, 2 or more)".formatted(number, of));
            }
        }
    }

    /** How values are scaled. Pixels of 8 bits count as 0 to 1 in means and deviations, other values as they are. */
    sealed interface Normalise {
        /** Values as they are: pixels of 8 bits from 0 to 255. */
        record None() implements Normalise {}

        /** Pixels of 8 bits divided by 255. */
        record Unit() implements Normalise {}

        /** Less the mean, over the standard deviation, of the training part: of each channel, or each numeric column. */
        record Standard() implements Normalise {}

        /** As Standard with given numbers: one for all, or one for each channel or numeric column. */
        record Fixed(List<Double> mean, List<Double> deviation) implements Normalise {
            public Fixed {
                mean = List.copyOf(mean);
                deviation = List.copyOf(deviation);
            }
        }
    }

    /**
     * How training samples are varied. Each kind at most once: the window that crop, shift and flip choose together is cut
     * from the source image, zero (black) where it reaches beyond; noise comes last.
     */
    sealed interface Augmentation {
        /** Moved by up to so many pixels, in each direction on its own. */
        record Shift(int pixels) implements Augmentation {}

        /** Mirrored left to right with this probability. */
        record Flip(double probability) implements Augmentation {}

        /**
         * A window of this size, anywhere within the image and so many pixels of padding around it; in evaluation the one in
         * the middle. Without a size, the window has the image's own.
         */
        record Crop(Optional<Size> size, int padding) implements Augmentation {}

        /** Gaussian noise of this standard deviation, added to normalised values; of a table's, to the numeric ones. */
        record Noise(double deviation) implements Augmentation {}
    }
}
