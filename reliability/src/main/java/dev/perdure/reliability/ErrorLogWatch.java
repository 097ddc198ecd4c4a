package dev.perdure.reliability;

import dev.perdure.reliability.SequentialRateTest.Next;

/**
 * Whether a worker logs errors at the healthy or at a faulty rate, by Wald's sequential test.
 *
 * <p>False alarms: at most {@code alpha} a test, while errors come independently at the healthy rate or less; a test at the
 * healthy rate takes about {@link SequentialRateTest#expectedTimeWhenHealthy}. Bursts of lines for one error break the
 * assumption: count errors, not lines.
 *
 * @param test the test under way; rates are in errors a second
 * @param lastNanos up to when it has seen
 */
public record ErrorLogWatch(SequentialRateTest test, long lastNanos) {

    /** Takes the errors logged since the last observation. */
    public Observed<ErrorLogWatch> after(long errors, long nowNanos) {
        double seconds = Math.max(0, nowNanos - lastNanos) / 1e9;
        Next next = test.after(errors, seconds);
        String words = "likelihood ratio %s of %s errors a second to %s (alarm at %s)"
                .formatted(
                        Words.number(Math.exp(next.logRatio())),
                        Words.number(test.faultyRate()),
                        Words.number(test.healthyRate()),
                        Words.number(1 / test.alpha()));
        Verdict verdict = switch (next.outcome()) {
            case UNDECIDED -> new Verdict.Learning(words);
            case HEALTHY -> new Verdict.Healthy(words);
            case FAULTY ->
                new Verdict.Alarm(new Evidence(EvidenceKind.ERROR_LOGS, next.logRatio(), test.upper(), words));
        };
        return new Observed<>(new ErrorLogWatch(next.test(), Math.max(lastNanos, nowNanos)), verdict);
    }

    /** Returns the chance of a false alarm for each test. */
    public FalseAlarms falseAlarms() {
        return new FalseAlarms(test.alpha(), FalseAlarms.Per.TEST);
    }
}
