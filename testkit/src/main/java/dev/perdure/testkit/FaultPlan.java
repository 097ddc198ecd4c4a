package dev.perdure.testkit;

/**
 * Which operations of a store go wrong, and how.
 *
 * @param first the first of them, counting from 0 over operations of every kind
 * @param times how many operations in a row; a crash lasts in any case
 * @param seed decides where a write is torn and which bit flips
 */
public record FaultPlan(Fault fault, long first, long times, long seed) {
    public FaultPlan {
        if (first < 0 || times < 0) {
            throw new IllegalArgumentException("first: %d, times: %d (expected: >= 0)".formatted(first, times));
        }
    }

    /** Returns the plan in which one operation goes wrong. */
    public static FaultPlan once(Fault fault, long operation) {
        return new FaultPlan(fault, operation, 1, operation);
    }

    /** Returns the plan in which an operation and all that follow go wrong. */
    public static FaultPlan fromThenOn(Fault fault, long operation) {
        return new FaultPlan(fault, operation, Long.MAX_VALUE, operation);
    }

    /** Returns the plan in which nothing goes wrong, to count operations. */
    public static FaultPlan none() {
        return new FaultPlan(Fault.ERROR_BEFORE, 0, 0, 0);
    }

    boolean covers(long operation) {
        return operation >= first && operation - first < times;
    }
}
