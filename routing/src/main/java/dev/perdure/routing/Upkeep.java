package dev.perdure.routing;

/**
 * What was done about one replica's process, and when.
 *
 * @param startedAt when its start was asked for, or it was adopted
 * @param probes golden inferences asked for; the newest has this number
 * @param isProbing whether that one has not been answered
 * @param probeFrom when the next is due
 * @param probedAt when the newest was asked for
 * @param endedAt when it was told to end, -1 if never
 * @param killedAt when it was last killed, -1 if never
 */
record Upkeep(
        long startedAt, long probes, boolean isProbing, long probeFrom, long probedAt, long endedAt, long killedAt) {
    static Upkeep started(long now) {
        return new Upkeep(now, 0, false, now, now, -1, -1);
    }

    Upkeep probing(long nextFrom, long now) {
        return new Upkeep(startedAt, probes + 1, true, nextFrom, now, endedAt, killedAt);
    }

    Upkeep probed() {
        return new Upkeep(startedAt, probes, false, probeFrom, probedAt, endedAt, killedAt);
    }

    Upkeep probeAt(long at) {
        return new Upkeep(startedAt, probes, isProbing, at, probedAt, endedAt, killedAt);
    }

    Upkeep ended(long now) {
        return new Upkeep(startedAt, probes, isProbing, probeFrom, probedAt, now, killedAt);
    }

    Upkeep killed(long now) {
        return new Upkeep(startedAt, probes, isProbing, probeFrom, probedAt, endedAt, now);
    }
}
