package dev.perdure.oip;

import com.google.common.util.concurrent.ListenableFuture;
import dev.perdure.oip.v2.Oip;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;

/**
 * A request that is under way. It always completes with an {@link Outcome}, never with an exception; cancelling it tells
 * the server, and completes it at once.
 */
public final class Pending extends CompletableFuture<Outcome> {
    private final ListenableFuture<Oip.ModelInferResponse> answer;
    private final OipLimits limits;

    Pending(ListenableFuture<Oip.ModelInferResponse> answer, OipLimits limits) {
        this.answer = answer;
        this.limits = limits;
        answer.addListener(this::answered, Runnable::run);
    }

    private void answered() {
        complete(outcome());
    }

    private Outcome outcome() {
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

    @Override
    public boolean cancel(boolean mayInterrupt) {
        boolean first = complete(new Outcome.Cancelled());
        answer.cancel(true);
        return first;
    }
}
