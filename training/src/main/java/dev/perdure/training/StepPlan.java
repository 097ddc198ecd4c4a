package dev.perdure.training;

import java.util.stream.IntStream;

/**
 * Which samples each step takes: a pure function of the configuration. An epoch goes through a permutation of the
 * training samples once; its last batch may be smaller. A batch is cut into microbatches of nearly equal size by
 * position alone, so that it does not matter which worker computes which.
 *
 * @param samples how many training samples there are
 * @param batch the samples of a global batch
 * @param microbatches into how many microbatches a batch is cut
 * @param epochs how often each sample is seen
 */
public record StepPlan(int samples, int batch, int microbatches, int epochs) {

    public StepPlan {
        if (samples < 1 || batch < 1 || microbatches < 1 || microbatches > batch || epochs < 1) {
            throw new IllegalArgumentException(
                    "samples: %d, batch: %d, microbatches: %d, epochs: %d (expected: >= 1, microbatches <= batch)"
                            .formatted(samples, batch, microbatches, epochs));
        }
    }

    public long stepsPerEpoch() {
        return Math.ceilDiv(samples, batch);
    }

    public long steps() {
        return stepsPerEpoch() * epochs;
    }

    /** Returns the epoch of a step, both counting from 1. Step 0, before all training, belongs to epoch 1. */
    public long epochOf(long step) {
        return Math.max(0, step - 1) / stepsPerEpoch() + 1;
    }

    public boolean endsEpoch(long step) {
        return step > 0 && step % stepsPerEpoch() == 0;
    }

    /** Returns where in the epoch's permutation a step's batch begins and ends. */
    public Range batchOf(long step) {
        int first = Math.toIntExact((step - 1) % stepsPerEpoch() * batch);
        return new Range(first, Math.min(samples, first + batch));
    }

    /** Returns a microbatch's part of a step's batch; empty when the batch has fewer samples than microbatches. */
    public Range microbatchOf(long step, int microbatch) {
        Range whole = batchOf(step);
        long size = whole.size();
        return new Range(
                whole.from() + (int) (size * microbatch / microbatches),
                whole.from() + (int) (size * (microbatch + 1) / microbatches));
    }

    /** Returns how many samples the smallest microbatch of an epoch has, empty ones aside. */
    public int smallestMicrobatch() {
        return Math.min(
                smallestOf(Math.min(batch, samples)),
                smallestOf(batchOf(stepsPerEpoch()).size()));
    }

    private int smallestOf(int batchSamples) {
        return Math.max(1, batchSamples / microbatches);
    }

    /** Positions in an epoch's permutation, from inclusive, to exclusive. */
    public record Range(int from, int to) {
        public int size() {
            return to - from;
        }

        public IntStream positions() {
            return IntStream.range(from, to);
        }
    }
}
