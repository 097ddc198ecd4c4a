package dev.perdure.replica;

import dev.perdure.oip.Call;
import dev.perdure.oip.OipError;
import dev.perdure.oip.OipException;
import dev.perdure.oip.Tensor;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * A request that waits for its answer.
 *
 * @param priority smaller goes first
 * @param inputs in the order of the model's, of so many samples each
 * @param outputs completes with the answer or an {@link OipException}
 */
record Item(
        long priority,
        List<Tensor> inputs,
        long samples,
        long arrivedNanos,
        long deadlineNanos,
        CompletableFuture<List<Tensor>> outputs)
        implements Batcher.Waiting {

    /** Returns a request that has just come, of this priority. */
    static Item of(long priority, List<Tensor> inputs, long samples, Call call) {
        return new Item(
                priority,
                List.copyOf(inputs),
                samples,
                System.nanoTime(),
                call.deadline().nanoTime(),
                new CompletableFuture<>());
    }

    /** Returns whether this was its first answer. */
    boolean refuse(OipException why) {
        return outputs.completeExceptionally(why);
    }

    boolean late() {
        return refuse(new OipException(OipError.LATE, "the deadline passed before it was computed"));
    }

    /** Requests are the same only when they are one. */
    @Override
    public boolean equals(Object other) {
        return this == other;
    }

    @Override
    public int hashCode() {
        return System.identityHashCode(this);
    }
}
