package dev.perdure.routing;

/** What can be wrong with a replica: everything that may take it out, on one page. */
public sealed interface Finding {

    /** How bad it is, the worst last; what is done follows from this alone. */
    enum Grade {
        /** It answers rightly, but others do better. May be used when too few are left. */
        WORSE,
        /** It does not answer now. It may come back; used last of all. */
        HELD_UP,
        /** Its answers cannot be trusted. Never sent a request again, whatever that costs. */
        WRONG,
        /** There is no such process any more, or no way to it. */
        GONE
    }

    /** Returns the evidence, for a person. */
    String words();

    /** Returns how bad it is. */
    default Grade grade() {
        return switch (this) {
            case Failing _, Slow _ -> Grade.WORSE;
            case Silent _, Stuck _, Ending _ -> Grade.HELD_UP;
            case GoldenWrong _, NotFinite _, Outvoted _, OftenWrong _ -> Grade.WRONG;
            case Exited _, Disconnected _, NotStarted _, NeverReady _ -> Grade.GONE;
        };
    }

    /** The process has ended; with -1 when nobody knows how. */
    record Exited(int exit) implements Finding {
        @Override
        public String words() {
            return exit < 0 ? "its process ended" : "its process ended with " + exit;
        }
    }

    /** The connection ended without anybody having asked for it. */
    record Disconnected(String words) implements Finding {}

    /** There never was a process. */
    record NotStarted(String words) implements Finding {}

    /** It was started, and could not answer in time. */
    record NeverReady(String words) implements Finding {}

    /** It answered a golden input with another value than the bundle says. */
    record GoldenWrong(String words) implements Finding {}

    /** It gave NaN or infinity for what another replica answered with numbers. */
    record NotFinite(String words) implements Finding {}

    /** Two others agree on an answer, and it gave another. */
    record Outvoted(String words) implements Finding {}

    /** What was reported about its answers is worse than about those of others of its version. */
    record OftenWrong(String words) implements Finding {}

    /** No heartbeat came for too long. */
    record Silent(String words) implements Finding {}

    /** Its process ends, and how is not known yet. */
    record Ending(String words) implements Finding {}

    /** It is alive and has requests, but none gets done. */
    record Stuck(String words) implements Finding {}

    /** Too many requests failed there that succeeded elsewhere. */
    record Failing(String words) implements Finding {}

    /** It takes longer than its peers. */
    record Slow(String words) implements Finding {}
}
