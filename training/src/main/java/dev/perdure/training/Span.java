package dev.perdure.training;

import java.util.stream.IntStream;

/**
 * Microbatches that stand side by side.
 *
 * @param from the first, counting from 0
 * @param to one more than the last; equal to {@code from} when there is none
 */
public record Span(int from, int to) {
    public Span {
        if (from < 0 || to < from) {
            throw new IllegalArgumentException(
                    "microbatches: %d to %d (expected: 0 <= from <= to)".formatted(from, to));
        }
    }

    public int size() {
        return to - from;
    }

    public IntStream indices() {
        return IntStream.range(from, to);
    }

    boolean contains(Span other) {
        return from <= other.from && other.to <= to;
    }
}
