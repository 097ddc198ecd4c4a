package dev.perdure.replica;

import java.util.ArrayList;
import java.util.List;

/**
 * Decides which of the requests that wait are computed together, and when.
 *
 * <ul>
 *   <li>They go by priority, and within one in the order in which they came; the samples of one request stay together.
 *   <li>A batch goes when no more fits in, or when one of it has waited for as long as it may. That is {@link
 *       BatchLimits#delayMax}, and nothing for a request that would spend half of its time or more on waiting.
 *   <li>What is late is never computed.
 * </ul>
 */
record Batcher(BatchLimits limits) {

    /** A request that waits. Times are of one monotonic clock, in nanoseconds. */
    interface Waiting {
        long samples();

        long arrivedNanos();

        long deadlineNanos();
    }

    /**
     * What is to be done now.
     *
     * @param late to be taken out and refused
     * @param batch to be taken out and computed; empty when nothing is yet
     * @param waitNanos when nothing is to be computed yet: after which time to ask again, unless a request comes before;
     *     {@link Long#MAX_VALUE} when only that can change anything
     */
    record Decision<W>(List<W> late, List<W> batch, long waitNanos) {
        Decision {
            late = List.copyOf(late);
            batch = List.copyOf(batch);
        }
    }

    /**
     * Decides for an instance that is free.
     *
     * @param queue in the order in which they are to go
     */
    <W extends Waiting> Decision<W> decide(Iterable<W> queue, long nowNanos) {
        var late = new ArrayList<W>();
        var batch = new ArrayList<W>();
        long samples = 0;
        long left = Long.MAX_VALUE;
        boolean full = false;
        for (W waiting : queue) {
            if (waiting.deadlineNanos() - nowNanos <= 0) {
                late.add(waiting);
                continue;
            }
            full = samples > 0 && samples + waiting.samples() > limits.samplesMax();
            if (full) {
                break;
            }
            batch.add(waiting);
            samples += waiting.samples();
            left = Math.min(left, waiting.arrivedNanos() + patience(waiting) - nowNanos);
        }
        full |= samples >= limits.samplesMax();
        return full || left <= 0 ? new Decision<>(late, batch, 0) : new Decision<>(late, List.of(), left);
    }

    private long patience(Waiting waiting) {
        long delay = limits.delayMax().toNanos();
        return waiting.deadlineNanos() - waiting.arrivedNanos() <= 2 * delay ? 0 : delay;
    }
}
