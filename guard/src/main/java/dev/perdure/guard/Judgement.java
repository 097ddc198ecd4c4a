package dev.perdure.guard;

import dev.perdure.core.TensorData;
import java.util.BitSet;
import java.util.List;

/**
 * What a guard says of a request's input.
 *
 * @param input what to compute: the tensor that was judged, or a changed copy on the heap
 * @param changed whether it is a copy
 * @param findings at most {@value InputGuard#FINDINGS_MAX}, one for each feature and surprise; empty when all was as expected
 * @param more how many further ones there were
 * @param rejected the samples that are not to be computed, by their place in the batch
 */
public record Judgement(TensorData input, boolean changed, List<Finding> findings, int more, BitSet rejected) {
    public Judgement {
        findings = List.copyOf(findings);
        rejected = (BitSet) rejected.clone();
    }

    @Override
    public BitSet rejected() {
        return (BitSet) rejected.clone();
    }

    /** Returns whether nothing was found. */
    public boolean clean() {
        return findings.isEmpty();
    }

    /** Returns whether every sample may be computed. */
    public boolean accepted() {
        return rejected.isEmpty();
    }
}
