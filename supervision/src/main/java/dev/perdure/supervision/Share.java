package dev.perdure.supervision;

/**
 * Which of a step's microbatches a worker computes.
 *
 * @param from the first microbatch, counting from 0
 * @param to one more than the last; equal to {@code from} for a spare, which computes none and keeps its state fresh
 */
public record Share(WorkerId worker, int from, int to) {
    public Share {
        if (from < 0 || to < from) {
            throw new IllegalArgumentException(
                    "microbatches: %d to %d (expected: 0 <= from <= to)".formatted(from, to));
        }
    }

    public boolean isSpare() {
        return from == to;
    }
}
