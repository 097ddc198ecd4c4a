package dev.perdure.replica;

import dev.perdure.oip.Call;
import dev.perdure.oip.InferResponse;
import dev.perdure.oip.OipError;
import dev.perdure.oip.OipException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;

/** Waits for answers. */
final class Answering {
    private Answering() {}

    /**
     * Returns the answer; what is not answered until the deadline is given up.
     *
     * @param begin begins to answer a call
     * @throws OipException if there is none
     */
    static InferResponse await(Call call, Function<Call, CompletableFuture<InferResponse>> begin) {
        var abandoned = new CompletableFuture<Object>();
        var _ = call.abandoned().whenComplete((_, _) -> abandoned.complete(call));
        CompletableFuture<InferResponse> answer = begin.apply(call.abandonedWith(abandoned));
        try {
            return answer.get(Math.max(0, call.deadline().left().toNanos()), TimeUnit.NANOSECONDS);
        } catch (TimeoutException _) {
            abandoned.complete(call);
            throw new OipException(OipError.LATE, "the deadline passed before there was an answer");
        } catch (ExecutionException e) {
            throw e.getCause() instanceof OipException known ? known : new IllegalStateException(e.getCause());
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            abandoned.complete(call);
            throw new OipException(OipError.UNAVAILABLE, "this replica is stopping. Ask another");
        }
    }

    /** Returns whether what was asked failed only because it was late. */
    static boolean isLate(Throwable failure) {
        Throwable cause =
                failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
        return cause instanceof OipException known && known.error() == OipError.LATE;
    }
}
