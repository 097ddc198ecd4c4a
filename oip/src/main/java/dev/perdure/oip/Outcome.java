package dev.perdure.oip;

/** What became of a request that was sent to a server. Whoever owns the request decides by it whether to send it again. */
public sealed interface Outcome {
    /** There is a result. */
    record Answered(InferResponse response) implements Outcome {}

    /** The server answered that there is none. */
    record Refused(OipException why) implements Outcome {}

    /** No server has seen it, for certain: there was no connection, or it was given back unread. */
    record NotSent(String why) implements Outcome {}

    /** It may have been seen and worked on, and no answer will come: the connection broke, or the answer makes no sense. */
    record NoAnswer(String why) implements Outcome {}

    /** The deadline passed before there was an answer. */
    record Late() implements Outcome {}

    /** Whoever sent it wanted no answer any more. */
    record Cancelled() implements Outcome {}

    /**
     * Returns the result.
     *
     * @throws OipException if there is none
     */
    default InferResponse orThrow() {
        return switch (this) {
            case Answered answered -> answered.response();
            case Refused refused -> throw refused.why();
            case NotSent notSent -> throw new OipException(OipError.UNAVAILABLE, "not sent: " + notSent.why());
            case NoAnswer lost -> throw new OipException(OipError.UNAVAILABLE, "sent, but not answered: " + lost.why());
            case Late _ -> throw new OipException(OipError.LATE, "no answer before the deadline");
            case Cancelled _ -> throw new OipException(OipError.LATE, "no answer was wanted any more");
        };
    }
}
