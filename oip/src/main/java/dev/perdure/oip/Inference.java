package dev.perdure.oip;

import java.util.concurrent.CompletableFuture;

/** Answers without holding up whoever asks. */
@FunctionalInterface
public interface Inference {
    /**
     * Begins to answer a request, as {@link InferenceService#infer} does. Does not block.
     *
     * @return completes with the answer, or with an {@link OipException} if there is none; on any thread
     * @throws OipException if the request was not begun
     */
    CompletableFuture<InferResponse> begin(InferRequest request, Call call);
}
