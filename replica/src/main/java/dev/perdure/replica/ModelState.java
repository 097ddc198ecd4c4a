package dev.perdure.replica;

import dev.perdure.oip.ModelId;
import java.time.Duration;

/**
 * How one model of a replica is. Counts are of requests, since it was loaded.
 *
 * @param id with its version
 * @param digest the SHA-256 of its bundle's manifest
 * @param framework what computes, with its build
 * @param unloading whether it lets no request in any more
 * @param taken let in; {@code answered}, {@code failed}, {@code late} and those under way are among them
 * @param failed answered without a result, by the replica's fault or the model's
 * @param late whose deadline passed, or for which nobody waited any more
 * @param turnedAway not let in, because the queue was full
 * @param queued waiting now
 * @param batches computed
 * @param samples computed
 * @param computing batches in the engine now
 * @param computingFor how long the oldest of them has been there; zero when there is none
 * @param nonFinite answered with at least one number that is not finite
 */
public record ModelState(
        ModelId id,
        String digest,
        String framework,
        boolean unloading,
        long taken,
        long answered,
        long failed,
        long late,
        long turnedAway,
        int queued,
        long batches,
        long samples,
        int computing,
        Duration computingFor,
        long nonFinite) {

    /** Returns how many requests are let in and not answered yet. */
    public long underWay() {
        return taken - answered - failed - late;
    }
}
