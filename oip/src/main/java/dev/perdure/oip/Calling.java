package dev.perdure.oip;

import com.google.common.util.concurrent.ListenableFuture;
import dev.perdure.oip.v2.GRPCInferenceServiceGrpc.GRPCInferenceServiceFutureStub;
import dev.perdure.oip.v2.Oip;
import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;

/** Sends each request by a call of its own, as the protocol says. */
record Calling(GRPCInferenceServiceFutureStub stub, OipLimits limits) implements Sending {

    @Override
    public Pending send(InferRequest request, Deadline deadline, Map<String, String> headers) {
        ListenableFuture<Oip.ModelInferResponse> answer =
                Headers.with(until(deadline), headers).modelInfer(GrpcRequests.write(request));
        var pending = new Pending(() -> answer.cancel(true));
        answer.addListener(() -> pending.complete(outcome(answer)), Runnable::run);
        return pending;
    }

    GRPCInferenceServiceFutureStub until(Deadline deadline) {
        long nanos = Math.max(1, deadline.left().toNanos());
        return stub.withDeadlineAfter(nanos, TimeUnit.NANOSECONDS);
    }

    private Outcome outcome(ListenableFuture<Oip.ModelInferResponse> answer) {
        try {
            return new Outcome.Answered(GrpcResponses.read(answer.get(), limits));
        } catch (OipException e) {
            return new Outcome.NoAnswer("an answer that cannot be read: " + e.reason());
        } catch (CancellationException e) {
            return new Outcome.Cancelled();
        } catch (ExecutionException e) {
            return Outcomes.of(e);
        } catch (InterruptedException e) {
            throw new AssertionError("it is complete", e);
        }
    }
}
