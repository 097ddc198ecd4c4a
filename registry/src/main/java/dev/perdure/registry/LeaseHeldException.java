package dev.perdure.registry;

import java.time.Instant;

/** Another holds the lease. Wait until it expires, and ask again. */
public final class LeaseHeldException extends RegistryException {
    private static final long serialVersionUID = 1L;

    private final transient Lease lease;

    LeaseHeldException(Lease lease, Instant now) {
        super(
                "run %s: the lease is held by %s until %s (expected: expired by %s, or released). Wait, or stop that one."
                        .formatted(lease.run(), lease.holder(), lease.expires(), now),
                null);
        this.lease = lease;
    }

    /** Returns the lease that stands in the way. */
    public Lease lease() {
        return lease;
    }
}
