package dev.perdure.supervision;

/**
 * How many are wanted.
 *
 * @param workers who compute; fewer do while some are missing
 * @param spares who keep their state fresh, to take the place of one that fails
 * @param microbatches of each step; each worker computes at least one
 */
public record Targets(int workers, int spares, int microbatches) {
    public Targets {
        if (workers < 1 || workers > microbatches) {
            throw new IllegalArgumentException(
                    "workers: %d (expected: 1 to %d, the number of microbatches)".formatted(workers, microbatches));
        }
        if (spares < 0) {
            throw new IllegalArgumentException("spares: %d (expected: >= 0)".formatted(spares));
        }
    }

    /** Returns how many processes that makes. */
    public int total() {
        return workers + spares;
    }
}
