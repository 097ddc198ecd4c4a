package dev.perdure.registry;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * The durable facts of supervising trainings. When a method that writes has returned, what it wrote outlasts the process
 * and the machine's power; when it throws, nothing of it is stored, unless the exception is
 * {@link RegistryUnavailableException}: then it is stored as a whole or not at all, and may be repeated.
 *
 * <p>One registry may be opened by any number of processes. It holds any number of runs; whatever supervises a run has its
 * {@link Lease} and writes with it. No decision is taken by the clock of this machine or of the database: whoever asks says
 * what time it is. Safe for use by many threads.
 *
 * <p>Lists come in pages: hand over the last element of one page to get the next; an empty page is the end.
 */
public interface Registry extends AutoCloseable {

    /**
     * Begins a run, unless it is there.
     *
     * @return whether it was not
     * @throws RegistryConflictException if a run of that name is there with another configuration, recipe or build
     */
    boolean register(Run run) throws RegistryException;

    Optional<Run> run(String run) throws RegistryException;

    /**
     * Returns a page of runs, oldest first.
     *
     * @param after the last run of the page before, or nothing for the first page
     */
    List<Run> runs(Optional<Run> after, int max) throws RegistryException;

    /**
     * Gives the right to supervise a run to one holder. It is free when nobody had it, when it was released, and when it has
     * expired by {@code now}; to its own holder it is given anew at any time, which fences the epoch before.
     *
     * @param holder names one incarnation of one process
     * @param ttl how long from {@code now} on nobody else gets it; at least a millisecond
     * @throws LeaseHeldException if another holds it
     * @throws RegistryConflictException if there is no such run
     */
    Lease acquire(String run, String holder, Duration ttl, Instant now) throws RegistryException;

    /**
     * Prolongs a lease, also one that has expired, as long as nobody else took it. It never becomes shorter.
     *
     * @return the lease with its new end, with which to go on
     * @throws FencedException if another took it, or it was released
     */
    Lease renew(Lease lease, Duration ttl, Instant now) throws RegistryException;

    /** Gives a lease back; nothing happens if it is this holder's no longer. Nothing can be written with it any more. */
    void release(Lease lease) throws RegistryException;

    /** Returns the newest lease, whether expired or not; empty if it was released or never given. */
    Optional<Lease> lease(String run) throws RegistryException;

    /**
     * Writes facts in their order, all of them or none, in one durable step. What is there already stays; see each kind of
     * {@link Fact} for what may change.
     *
     * @throws FencedException if the lease's epoch is not the newest, or was released
     * @throws RegistryConflictException if one contradicts what is stored or goes back behind it
     * @throws IllegalArgumentException if a generation has another epoch than the lease
     */
    void write(Lease lease, List<? extends Fact> facts) throws RegistryException;

    /** Writes one fact, as {@link #write(Lease, List)} does. */
    default void write(Lease lease, Fact fact) throws RegistryException {
        write(lease, List.of(fact));
    }

    /**
     * Returns where a run stands. It is one consistent picture for whoever holds the lease; others may see a part from
     * before and a part from after a write.
     *
     * @throws RegistryConflictException if there is no such run
     */
    Standing standing(String run) throws RegistryException;

    /**
     * Returns a page of a run's generations in order; none if there is no such run.
     *
     * @param after the number of the last one of the page before, or -1
     */
    List<Generation> generations(String run, long after, int max) throws RegistryException;

    /** Returns a page of a run's incidents in order, as {@link #generations} does. */
    List<Incident> incidents(String run, long after, int max) throws RegistryException;

    /** Returns a page of a run's decisions in order, as {@link #generations} does. */
    List<Decision> decisions(String run, long after, int max) throws RegistryException;

    /** Returns how strategies worked out in all runs, by kind of fault and strategy; one for each pair ever tried. */
    List<RecoveryStatistics> recoveryStatistics() throws RegistryException;

    /**
     * Returns a page of the hosts of all runs, by name as the database orders names.
     *
     * @param after the last host of the page before, or an empty name
     */
    List<HostStatistics> hosts(String after, int max) throws RegistryException;

    /** Closes the connections. Leases stay as they are. */
    @Override
    void close();
}
