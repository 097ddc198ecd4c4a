package dev.perdure.registry;

/** This supervisor's lease is not the newest any more, or was released. Stop: another may be at work. */
public final class FencedException extends RegistryException {
    private static final long serialVersionUID = 1L;

    private final long epoch;
    private final long newest;

    private FencedException(String message, long epoch, long newest) {
        super(message, null);
        this.epoch = epoch;
        this.newest = newest;
    }

    /** @param holder of the newest lease */
    static FencedException of(Lease stale, long newest, String holder) {
        String message = stale.epoch() == newest
                ? "run %s: epoch %d of %s was released (expected: a lease that is held). Acquire it again before writing."
                        .formatted(stale.run(), stale.epoch(), stale.holder())
                : ("run %s: epoch %d of %s (expected: %d, the newest, given to \"%s\"). Stop this supervisor: another has"
                                + " taken over.")
                        .formatted(stale.run(), stale.epoch(), stale.holder(), newest, holder);
        return new FencedException(message, stale.epoch(), newest);
    }

    /** Returns the epoch that was refused. */
    public long epoch() {
        return epoch;
    }

    /** Returns the newest epoch, which would have been expected. */
    public long newest() {
        return newest;
    }
}
