package dev.perdure.recall;

import java.lang.foreign.MemorySegment;

/**
 * What was answered.
 *
 * @param answer its bytes, which are not changed any more
 * @param atMillis when, since 1970
 * @param source who gave it: all that one source gave can be forgotten at once
 */
public record KnownAnswer(Question question, MemorySegment answer, long atMillis, String source) {
    private static final int OVERHEAD_BYTES = 400;

    public KnownAnswer {
        answer = answer.asReadOnly();
    }

    /** Returns about how much room it takes, in memory or on disk. */
    long bytes() {
        return OVERHEAD_BYTES + answer.byteSize();
    }
}
