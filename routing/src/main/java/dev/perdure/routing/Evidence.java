package dev.perdure.routing;

/**
 * What the end of a replica says against the items that it had. A process that ends by itself while it computes was most
 * likely ended by what it computed. One that somebody ended from outside tells less, though not nothing: a system that has
 * no memory left ends processes by the same signal. One that was ended by whoever decides here tells nothing, unless it was
 * stuck.
 */
public enum Evidence {
    /** Nothing. */
    NONE(0),
    /** Little: only three such deaths in a row, with no answer between them, are no chance any more. */
    WEAK(2),
    /** Much: two are enough. */
    STRONG(3);

    private static final int SIGHUP = 129;
    private static final int SIGINT = 130;
    private static final int SIGKILL = 137;
    private static final int SIGTERM = 143;

    private final int points;

    Evidence(int points) {
        this.points = points;
    }

    int points() {
        return points;
    }

    /** Returns what the end of a replica says, by how it was before. */
    static Evidence of(Replica was, Finding why) {
        boolean isMeant = was.upkeep().killedAt() >= 0
                || was.health() instanceof Health.Draining
                || was.health().isWrong();
        if (isMeant) {
            boolean isStuck = was.health() instanceof Health.Ejected ejected && ejected.why() instanceof Finding.Stuck;
            return isStuck ? WEAK : NONE;
        }
        return switch (why) {
            case Finding.Exited exited -> of(exited.exit());
            case Finding.Disconnected _ -> WEAK;
            case Finding.NotStarted _, Finding.NeverReady _ -> NONE;
            case Finding.Failing _, Finding.Slow _, Finding.Silent _, Finding.Stuck _, Finding.Ending _ -> NONE;
            case Finding.GoldenWrong _, Finding.NotFinite _, Finding.Outvoted _, Finding.OftenWrong _ -> NONE;
        };
    }

    /** Returns what it says that a process ended that nobody here had told to; 128 + n when signal n ended it. */
    static Evidence of(int exit) {
        return switch (exit) {
            case 0, SIGHUP, SIGINT, SIGKILL, SIGTERM -> WEAK;
            default -> STRONG;
        };
    }
}
