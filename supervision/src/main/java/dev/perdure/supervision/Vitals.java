package dev.perdure.supervision;

/**
 * What a worker counts about itself. Heartbeats carry it; all are totals since its process began, so that a heartbeat that is
 * lost, or one that comes late, takes nothing away.
 *
 * @param microbatches whose gradients it has computed
 * @param computingNanos it took for that, waiting for data and for others not included
 * @param errors how many warnings and errors it has logged
 * @param saved the position of the last checkpoint it made durable; 0 when it has made none
 */
public record Vitals(long microbatches, long computingNanos, long errors, long saved) {
    /** Of one that has done nothing. */
    public static final Vitals NONE = new Vitals(0, 0, 0, 0);
}
