package dev.perdure.training;

import dev.perdure.registry.FencedException;
import dev.perdure.registry.Handover;
import dev.perdure.registry.HostExposure;
import dev.perdure.registry.Lease;
import dev.perdure.registry.Recovery;
import dev.perdure.registry.Registry;
import dev.perdure.registry.RegistryException;
import dev.perdure.registry.WorkerProcess;
import dev.perdure.reliability.Decision;
import dev.perdure.supervision.Command;
import dev.perdure.supervision.Event;
import dev.perdure.supervision.Fact;
import dev.perdure.supervision.Facts;
import dev.perdure.supervision.Generation;
import dev.perdure.supervision.Incident;
import dev.perdure.supervision.Share;
import dev.perdure.supervision.Slot;
import dev.perdure.supervision.WorkerId;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes a supervisor's facts durable, in the words of the registry for people and as a handover for its successor, and keeps
 * its lease. Owned by one thread, which may be held up by the database while the supervisor goes on listening.
 */
final class Records {
    private static final Logger LOG = LoggerFactory.getLogger(Records.class);
    /** Long enough for a database that is busy, short enough for a standby that waits for it to expire. */
    static final Duration LEASE = Duration.ofSeconds(10);

    private final AtomicBoolean renewing = new AtomicBoolean();

    private static final int NOTED_MAX = 1_024;

    /** Under which number something is noted, and since when. */
    private record Noted(long number, Instant at) {}

    private final Registry registry;
    private final InstantSource clock;
    private final Consumer<Event> tell;
    private final String host;
    private final Map<String, Noted> incidents = new LinkedHashMap<>() {
        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Noted> eldest) {
            return size() > NOTED_MAX;
        }
    };
    private Lease lease;
    private Facts facts;
    private long lastIncident;

    Records(
            Registry registry,
            Lease lease,
            Facts facts,
            long lastIncident,
            String host,
            InstantSource clock,
            Consumer<Event> tell) {
        this.registry = registry;
        this.lease = lease;
        this.facts = facts;
        this.lastIncident = lastIncident;
        this.host = host;
        this.clock = clock;
        this.tell = tell;
    }

    /** Writes a batch of facts, all or none, and tells how it went. */
    void record(Command.Write batch) {
        Facts next = facts;
        List<dev.perdure.registry.Fact> rows = new ArrayList<>();
        for (Fact fact : batch.facts()) {
            next = next.with(fact);
            rows.addAll(rowsOf(fact));
        }
        if (batch.facts().stream().anyMatch(Fact.Gone.class::isInstance)) {
            rows.addAll(exposures(next));
        }
        rows.add(new Handover(Handovers.format(next)));
        try {
            registry.write(lease, rows);
            facts = next;
            tell.accept(new Event.Written(batch.batch()));
        } catch (FencedException e) {
            tell.accept(new Event.Superseded(e.newest()));
        } catch (RegistryException e) {
            LOG.warn("facts could not be recorded: {}", e.getMessage());
            tell.accept(new Event.NotWritten(batch.batch(), String.valueOf(e.getMessage())));
        }
    }

    private List<dev.perdure.registry.Fact> rowsOf(Fact fact) {
        return switch (fact) {
            case Fact.Launched launched -> List.of(process(launched.worker(), launched.slot()));
            case Fact.Gone gone -> List.of(process(gone.worker(), gone.slot()).ended());
            case Fact.Formed formed -> List.of(row(formed.generation(), formed.reason()));
            case Fact.Happened happened -> rows(happened.incident());
            case Fact.Tried tried -> rows(tried);
            case Fact.Agreed agreed -> List.of(new dev.perdure.registry.Progress(agreed.position() / 2));
            case Fact.Believed _, Fact.Resized _, Fact.Ended _ -> List.of();
        };
    }

    private WorkerProcess process(WorkerId worker, int slot) {
        return WorkerProcess.starting("slot-" + slot, worker.name(), host);
    }

    /** Notes which process a worker is, for whoever has to end it later. */
    void started(WorkerId worker, int slot, ProcessHandle process) {
        Instant since = process.info().startInstant().orElse(clock.instant());
        try {
            registry.write(lease, process(worker, slot).running(process.pid(), since));
        } catch (RegistryException e) {
            LOG.warn("{}: its process could not be noted: {}", worker, e.getMessage());
        }
    }

    private dev.perdure.registry.Generation row(Generation generation, String reason) {
        List<dev.perdure.registry.Generation.Member> members = new ArrayList<>();
        for (Share share : generation.shares()) {
            members.add(new dev.perdure.registry.Generation.Member(
                    share.worker().name(), host, 1, share.from(), share.to()));
        }
        long step = generation.position().orElse(0) / 2 + 1;
        return new dev.perdure.registry.Generation(
                generation.number(), lease.epoch(), step, members, clock.instant(), reason);
    }

    /** An incident has one decision, of the same number. What was written once is written alike again. */
    private List<dev.perdure.registry.Fact> rows(Incident incident) {
        Noted noted = incidents.computeIfAbsent(incident.id(), _ -> new Noted(++lastIncident, clock.instant()));
        List<dev.perdure.registry.Fact> rows = new ArrayList<>();
        rows.add(row(incident, noted));
        incident.decision().ifPresent(decision -> rows.add(row(decision, noted)));
        return rows;
    }

    private static dev.perdure.registry.Decision row(Decision decision, Noted noted) {
        return new dev.perdure.registry.Decision(
                noted.number(),
                noted.number(),
                noted.at(),
                decision.diagnosis().words(),
                decision.alternatives().stream()
                        .map(a -> new dev.perdure.registry.Decision.Alternative(
                                a.strategy().key(), a.seconds(), a.success()))
                        .toList(),
                decision.chosen().key(),
                decision.reason());
    }

    /** What an earlier supervisor tried has the number that it had there, which nobody knows here. */
    private List<dev.perdure.registry.Fact> rows(Fact.Tried tried) {
        Noted noted = incidents.get(tried.incident());
        return noted == null
                ? List.of()
                : List.of(new Recovery(
                        noted.number(),
                        tried.kind().name(),
                        tried.strategy(),
                        tried.helped(),
                        Duration.ofNanos(Math.max(0, tried.tookNanos()))));
    }

    /** Returns how the hosts did in this run so far. */
    private static List<HostExposure> exposures(Facts facts) {
        var failures = new TreeMap<String, Long>();
        var nanos = new TreeMap<String, Long>();
        for (Slot slot : facts.slots().values()) {
            if (!slot.host().isEmpty()) {
                failures.merge(slot.host(), (long) slot.failed(), Long::sum);
                nanos.merge(slot.host(), slot.servedNanos(), Long::sum);
            }
        }
        List<HostExposure> exposures = new ArrayList<>();
        failures.forEach((host, count) ->
                exposures.add(new HostExposure(host, count, Duration.ofNanos(nanos.getOrDefault(host, 0L)))));
        return exposures;
    }

    private dev.perdure.registry.Incident row(Incident incident, Noted noted) {
        Optional<Duration> recovered = recovered(incident.recoverNanos());
        return new dev.perdure.registry.Incident(
                noted.number(),
                noted.at(),
                incident.kind(),
                incident.worker().map(WorkerId::name).orElse("the group"),
                incident.evidence(),
                Optional.of(incident.action()),
                Optional.of(incident.reason()),
                Optional.of(Duration.ofNanos(Math.max(0, incident.detectNanos()))),
                recovered,
                recovered.isPresent()
                        ? dev.perdure.registry.Incident.Outcome.SUCCEEDED
                        : dev.perdure.registry.Incident.Outcome.OPEN);
    }

    private static Optional<Duration> recovered(OptionalLong nanos) {
        return nanos.isPresent() ? Optional.of(Duration.ofNanos(Math.max(0, nanos.getAsLong()))) : Optional.empty();
    }

    /** Returns whether a renewal may be asked for: none is waiting already. May be called by any thread. */
    boolean mayRenew() {
        return renewing.compareAndSet(false, true);
    }

    /** Prolongs the lease; says so when another supervisor has it. */
    void renew() {
        renewing.set(false);
        try {
            lease = registry.renew(lease, LEASE, renewedAt());
        } catch (FencedException e) {
            tell.accept(new Event.Superseded(e.newest()));
        } catch (RegistryException e) {
            LOG.warn("the lease could not be renewed: {}", e.getMessage());
        }
    }

    /** Whoever waits for the lease must see that it was renewed, also when this clock is behind that of a holder before. */
    private Instant renewedAt() {
        Instant least = lease.expires().minus(LEASE).plusMillis(1);
        Instant now = clock.instant();
        return now.isAfter(least) ? now : least;
    }

    void release() {
        try {
            registry.release(lease);
        } catch (RegistryException e) {
            LOG.warn("the lease could not be given back: {}", e.getMessage());
        }
    }
}
