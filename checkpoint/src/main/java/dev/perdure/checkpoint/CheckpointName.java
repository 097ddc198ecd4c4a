package dev.perdure.checkpoint;

import java.util.Comparator;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Which checkpoint: the term of the writer that saved it, and the training step it holds. Checkpoints are ordered by
 * term before step, so whatever a writer saves after its successor has saved something, the successor's is newer.
 *
 * @param term the fencing number of the writer, counting from 1; every writer takes the next one
 * @param step how many steps the training had applied
 */
public record CheckpointName(int term, long step) implements Comparable<CheckpointName> {
    private static final Pattern TEXT = Pattern.compile("([0-9]{10})-([0-9]{19})");
    private static final Comparator<CheckpointName> ORDER =
            Comparator.comparingInt(CheckpointName::term).thenComparingLong(CheckpointName::step);

    public CheckpointName {
        if (term < 1 || step < 0) {
            throw new IllegalArgumentException(
                    "checkpoint: term %d, step %d (expected: term >= 1, step >= 0)".formatted(term, step));
        }
    }

    /** Returns the checkpoint that {@link #toString} writes so, or nothing if the text is not of that form. */
    public static Optional<CheckpointName> parse(String text) {
        Matcher matcher = TEXT.matcher(text);
        if (!matcher.matches()) {
            return Optional.empty();
        }
        try {
            return Optional.of(
                    new CheckpointName(Integer.parseInt(matcher.group(1)), Long.parseLong(matcher.group(2))));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    @Override
    public int compareTo(CheckpointName other) {
        return ORDER.compare(this, other);
    }

    /** Returns both numbers padded with zeros, so that the order of texts is the order of checkpoints. */
    @Override
    public String toString() {
        return "%010d-%019d".formatted(term, step);
    }
}
