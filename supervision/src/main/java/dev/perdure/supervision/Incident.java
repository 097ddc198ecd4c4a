package dev.perdure.supervision;

import dev.perdure.reliability.Decision;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Something went wrong, and something was decided about it.
 *
 * @param id the same for all that becomes known of it; what is recorded later replaces what was
 * @param kind one word, such as {@code worker-killed}, {@code state-differs}, {@code group-broken}
 * @param worker whom it befell; absent when it is nobody's, or nobody knows whose
 * @param generation in which it happened; 0 before the first
 * @param evidence what was seen
 * @param action what was done
 * @param reason why that
 * @param decision what was believed to be wrong and what could have been done, with costs and chances; absent when there
 *     was nothing to decide
 * @param detectNanos from the last sign that all was well until it was noticed
 * @param recoverNanos from noticing until the next position was applied; absent while that has not happened
 */
public record Incident(
        String id,
        String kind,
        Optional<WorkerId> worker,
        long generation,
        String evidence,
        String action,
        String reason,
        Optional<Decision> decision,
        long detectNanos,
        OptionalLong recoverNanos) {
    Incident recovered(long nanos) {
        return new Incident(
                id, kind, worker, generation, evidence, action, reason, decision, detectNanos, OptionalLong.of(nanos));
    }
}
