package dev.perdure.registry;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.jdbi.v3.core.Handle;

/**
 * The leases, one in the row of each run. Every change is one conditional update of that row, so the database decides who
 * was first.
 */
final class Leases {
    private static final String TAKE =
            "update runs set epoch = epoch + 1, holder = :holder, expires = :expires, held = 1"
                    + " where run = :run and (held = 0 or expires <= :now or holder = :holder)";
    private static final String PROLONG =
            "update runs set expires = case when expires > :expires then expires else :expires end"
                    + " where run = :run and epoch = :epoch and held = 1";
    private static final String RELEASE = "update runs set held = 0 where run = :run and epoch = :epoch";
    /** Changes nothing, and holds the row until the end of the transaction: nobody can take the lease meanwhile. */
    private static final String HOLD = "update runs set epoch = epoch where run = :run and epoch = :epoch and held = 1";

    private static final String SELECT = "select epoch, holder, expires, held from runs where run = :run";

    private final Handle handle;

    Leases(Handle handle) {
        this.handle = handle;
    }

    private record Row(long epoch, String holder, Instant expires, boolean held) {
        Lease lease(String run) {
            return new Lease(run, holder, epoch, expires);
        }
    }

    Lease acquire(String run, String holder, Duration ttl, Instant now)
            throws LeaseHeldException, RegistryConflictException {
        int taken = handle.createUpdate(TAKE)
                .bind("run", run)
                .bind("holder", holder)
                .bind("expires", expiry(ttl, now).toEpochMilli())
                .bind("now", now.toEpochMilli())
                .execute();
        Lease newest = row(run).lease(run);
        if (taken == 0) {
            throw new LeaseHeldException(newest, now);
        }
        return newest;
    }

    Lease renew(Lease lease, Duration ttl, Instant now) throws FencedException, RegistryConflictException {
        int prolonged = handle.createUpdate(PROLONG)
                .bind("run", lease.run())
                .bind("epoch", lease.epoch())
                .bind("expires", expiry(ttl, now).toEpochMilli())
                .execute();
        Row newest = row(lease.run());
        if (prolonged == 0) {
            throw FencedException.of(lease, newest.epoch(), newest.holder());
        }
        return newest.lease(lease.run());
    }

    void release(Lease lease) {
        update(RELEASE, lease);
    }

    /**
     * Lets the rest of the transaction run only if this lease is the newest and held, and keeps it so until the end.
     *
     * @throws FencedException if it is not
     */
    void hold(Lease lease) throws FencedException, RegistryConflictException {
        if (update(HOLD, lease) == 0) {
            Row newest = row(lease.run());
            throw FencedException.of(lease, newest.epoch(), newest.holder());
        }
    }

    Optional<Lease> held(String run) {
        return find(run).filter(Row::held).map(row -> row.lease(run));
    }

    private int update(String sql, Lease lease) {
        return handle.createUpdate(sql)
                .bind("run", lease.run())
                .bind("epoch", lease.epoch())
                .execute();
    }

    private Row row(String run) throws RegistryConflictException {
        return find(run).orElseThrow(() -> RegistryConflictException.unknownRun(run));
    }

    private Optional<Row> find(String run) {
        return handle.createQuery(SELECT)
                .bind("run", run)
                .map((row, _) -> new Row(
                        row.getLong("epoch"),
                        row.getString("holder"),
                        Instant.ofEpochMilli(row.getLong("expires")),
                        row.getInt("held") == 1))
                .findOne();
    }

    /** Rounds up: nobody may have it sooner than was promised. */
    private static Instant expiry(Duration ttl, Instant now) {
        Checks.atLeast(1, "ttl (ms)", ttl.toMillis());
        return Checks.millis(now.plus(ttl).plusNanos(999_999));
    }
}
