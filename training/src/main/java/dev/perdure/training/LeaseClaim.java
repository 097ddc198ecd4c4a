package dev.perdure.training;

import dev.perdure.registry.Lease;
import dev.perdure.registry.LeaseHeldException;
import dev.perdure.registry.Registry;
import dev.perdure.registry.RegistryException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks, again and again, for the right to supervise a run, and believes no clock of another host: a lease lasts as long as
 * its holder renews it. Whoever has looked at it for its whole length, by a clock of its own that only counts, without seeing
 * it change may have it; and gets it from the registry only if it still stands as it was seen.
 *
 * <p>A host's own lease is given at once: the folder's lock says that there is no other supervisor on it. Owned by one thread.
 */
final class LeaseClaim {
    private static final Logger LOG = LoggerFactory.getLogger(LeaseClaim.class);
    static final Duration LOOK_AROUND = Duration.ofMillis(100);

    /** Clocks that differ by less may be slow networks, busy hosts and databases. */
    private static final Duration APART_MAX = Duration.ofSeconds(5);

    private final Registry registry;
    private final String run;
    private final String holder;
    private final InstantSource clock;
    private final LongSupplier nanoTime;
    private Optional<Lease> seen = Optional.empty();
    private long sinceNanos;

    /** What came of asking. */
    sealed interface Answer {
        /** The lease is this one's. */
        record Given(Lease lease) implements Answer {}

        /**
         * Another has it.
         *
         * @param renewed whether it was renewed since it was asked for last: its holder lives
         * @param clocksApart by how much that one's clock is ahead, or if negative behind, as far as that can be told, and if
         *     it is much
         */
        record Held(Lease lease, boolean renewed, Optional<Duration> clocksApart) implements Answer {}
    }

    /** @param nanoTime as {@link System#nanoTime} */
    LeaseClaim(Registry registry, String run, String holder, InstantSource clock, LongSupplier nanoTime) {
        this.registry = registry;
        this.run = run;
        this.holder = holder;
        this.clock = clock;
        this.nanoTime = nanoTime;
    }

    /**
     * Asks until the lease is given.
     *
     * @param waits whether to wait for as long as another renews it
     * @return nothing if it is all over before that
     * @throws RunTakenException if another renews it, and this one does not wait
     */
    Optional<Lease> take(RunFolder folder, boolean waits, BooleanSupplier isOver, RunListener listener)
            throws RegistryException, InterruptedException {
        boolean told = false;
        while (!isOver.getAsBoolean()) {
            switch (ask()) {
                case Answer.Given(Lease lease) -> {
                    return Optional.of(lease);
                }
                case Answer.Held held -> {
                    if (held.clocksApart().isPresent() && !told) {
                        told = true;
                        listener.said(new TrainingEvent.Warned(
                                words(held.lease(), held.clocksApart().get())));
                    }
                    if (held.renewed() && !waits) {
                        throw new RunTakenException(folder, held.lease());
                    }
                }
            }
            listener.tick();
            Thread.sleep(LOOK_AROUND);
        }
        return Optional.empty();
    }

    /** Gives it back to whoever comes. */
    void giveBack(Lease lease) {
        try {
            registry.release(lease);
        } catch (RegistryException e) {
            LOG.warn("the lease could not be given back: {}", e.getMessage());
        }
    }

    /** Asks once. */
    Answer ask() throws RegistryException {
        Optional<Lease> held =
                registry.lease(run).filter(lease -> !lease.holder().equals(holder));
        if (held.isPresent() && !isLeft(held.get())) {
            return looked(held.get());
        }
        Instant now = held.map(Lease::expires).orElseGet(clock::instant);
        try {
            return new Answer.Given(registry.acquire(run, holder, Records.LEASE, now));
        } catch (LeaseHeldException e) {
            return looked(e.lease());
        }
    }

    private boolean isLeft(Lease lease) {
        return seen.filter(lease::equals).isPresent() && nanoTime.getAsLong() - sinceNanos >= Records.LEASE.toNanos();
    }

    private Answer.Held looked(Lease lease) {
        boolean renewed = seen.isPresent() && !seen.get().equals(lease);
        if (seen.isEmpty() || renewed) {
            seen = Optional.of(lease);
            sinceNanos = nanoTime.getAsLong();
        }
        return new Answer.Held(lease, renewed, renewed ? apart(lease) : Optional.empty());
    }

    /** Whoever has renewed it just now said what time it was. */
    private Optional<Duration> apart(Lease lease) {
        Duration apart = Duration.between(clock.instant(), lease.expires().minus(Records.LEASE));
        return apart.abs().compareTo(APART_MAX) > 0 ? Optional.of(apart) : Optional.empty();
    }

    /** Returns what to tell people of clocks that differ. */
    static String words(Lease lease, Duration apart) {
        return "clocks disagree: the %s dates its lease %d s %s this host's clock (expected: at most %d s apart). No step and no lease is lost by that, but times in reports are wrong: set both by NTP."
                .formatted(
                        lease.holder(),
                        apart.abs().toSeconds(),
                        apart.isNegative() ? "behind" : "ahead of",
                        APART_MAX.toSeconds());
    }
}
