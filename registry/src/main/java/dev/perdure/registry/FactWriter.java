package dev.perdure.registry;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.PreparedBatch;
import org.jdbi.v3.core.statement.Update;
import org.jspecify.annotations.Nullable;

/** Writes the facts of one run, inside a transaction that holds its lease. */
final class FactWriter {
    private static final String PROGRESS = "update runs set applied_step = :step"
            + " where run = :run and (applied_step is null or applied_step < :step)";
    private static final String GENERATION =
            "insert into generations (run, generation, epoch, first_step, formed, reason)"
                    + " values (:run, :generation, :epoch, :first_step, :formed, :reason)";
    private static final String MEMBER =
            "insert into members (run, generation, place, worker, host, pid, microbatch_first, microbatch_end)"
                    + " values (:run, :generation, :place, :worker, :host, :pid, :first, :end)";
    private static final String INCIDENT =
            "insert into incidents (run, incident, at, kind, subject, evidence, action, reason, detect_millis,"
                    + " recover_millis, outcome) values (:run, :incident, :at, :kind, :subject, :evidence, :action, :reason,"
                    + " :detect, :recover, :outcome) on conflict (run, incident) do update set at = excluded.at,"
                    + " kind = excluded.kind, subject = excluded.subject, evidence = excluded.evidence,"
                    + " action = excluded.action, reason = excluded.reason, detect_millis = excluded.detect_millis,"
                    + " recover_millis = excluded.recover_millis, outcome = excluded.outcome";
    private static final String DECISION =
            "insert into decisions (run, decision, incident, at, evidence, chosen, reason)"
                    + " values (:run, :decision, :incident, :at, :evidence, :chosen, :reason)";
    private static final String ALTERNATIVE =
            "insert into alternatives (run, decision, place, action, cost_seconds, success_probability)"
                    + " values (:run, :decision, :place, :action, :cost, :success)";
    private static final String RECOVERY = "insert into recoveries (run, decision, kind, strategy, succeeded, millis)"
            + " values (:run, :decision, :kind, :strategy, :succeeded, :millis)";
    private static final String HOST = "insert into host_exposures (run, host, failures, exposure_millis)"
            + " values (:run, :host, :failures, :exposure) on conflict (run, host) do update set"
            + " failures = case when excluded.failures > host_exposures.failures"
            + " then excluded.failures else host_exposures.failures end,"
            + " exposure_millis = case when excluded.exposure_millis > host_exposures.exposure_millis"
            + " then excluded.exposure_millis else host_exposures.exposure_millis end";
    private static final String WORKER = "insert into workers (run, worker, token, host, pid, started, state)"
            + " values (:run, :worker, :token, :host, :pid, :started, :state)"
            + " on conflict (run, worker, token) do update set host = excluded.host, pid = excluded.pid,"
            + " started = excluded.started, state = excluded.state where workers.state <> 'ENDED'";

    private final Handle handle;
    private final Lease lease;
    private final FactReader stored;

    FactWriter(Handle handle, Lease lease) {
        this.handle = handle;
        this.lease = lease;
        this.stored = new FactReader(handle, lease.run());
    }

    void write(Fact fact) throws RegistryConflictException {
        switch (fact) {
            case Generation generation -> write(generation);
            case Progress progress ->
                update(PROGRESS).bind("step", progress.appliedStep()).execute();
            case Incident incident -> write(incident);
            case Decision decision -> write(decision);
            case Recovery recovery -> write(recovery);
            case HostExposure exposure -> write(exposure);
            case WorkerProcess process -> write(process);
        }
    }

    private void write(Generation generation) throws RegistryConflictException {
        if (generation.epoch() != lease.epoch()) {
            throw new IllegalArgumentException("generation %d: epoch %d (expected: %d, that of the lease)"
                    .formatted(generation.number(), generation.epoch(), lease.epoch()));
        }
        if (isNew(
                "generation",
                Numbered.GENERATIONS,
                generation.number(),
                generation,
                stored.generation(generation.number()))) {
            update(GENERATION)
                    .bind("generation", generation.number())
                    .bind("epoch", generation.epoch())
                    .bind("first_step", generation.firstStep())
                    .bind("formed", generation.formed().toEpochMilli())
                    .bind("reason", generation.reason())
                    .execute();
            insertMembers(generation);
        }
    }

    private void insertMembers(Generation generation) {
        PreparedBatch batch = handle.prepareBatch(MEMBER);
        int place = 0;
        for (Generation.Member member : generation.members()) {
            batch.bind("run", lease.run())
                    .bind("generation", generation.number())
                    .bind("place", place++)
                    .bind("worker", member.worker())
                    .bind("host", member.host())
                    .bind("pid", member.pid())
                    .bind("first", member.microbatchFirst())
                    .bind("end", member.microbatchEnd())
                    .add();
        }
        batch.execute();
    }

    private void write(Incident incident) throws RegistryConflictException {
        Optional<Incident> before = stored.incident(incident.number());
        boolean isOpen = before.isPresent() && before.get().outcome() == Incident.Outcome.OPEN;
        if (isOpen || isNew("incident", Numbered.INCIDENTS, incident.number(), incident, before)) {
            update(INCIDENT)
                    .bind("incident", incident.number())
                    .bind("at", incident.at().toEpochMilli())
                    .bind("kind", incident.kind())
                    .bind("subject", incident.subject())
                    .bind("evidence", incident.evidence())
                    .bind("action", orNull(incident.action()))
                    .bind("reason", orNull(incident.reason()))
                    .bind("detect", orNull(incident.detected().map(Duration::toMillis)))
                    .bind("recover", orNull(incident.recovered().map(Duration::toMillis)))
                    .bind("outcome", incident.outcome().name())
                    .execute();
        }
    }

    private void write(Decision decision) throws RegistryConflictException {
        if (isNew("decision", Numbered.DECISIONS, decision.number(), decision, stored.decision(decision.number()))) {
            update(DECISION)
                    .bind("decision", decision.number())
                    .bind("incident", decision.incident())
                    .bind("at", decision.at().toEpochMilli())
                    .bind("evidence", decision.evidence())
                    .bind("chosen", decision.chosen())
                    .bind("reason", decision.reason())
                    .execute();
            insertAlternatives(decision.number(), decision.alternatives());
        }
    }

    private void insertAlternatives(long decision, List<Decision.Alternative> alternatives) {
        PreparedBatch batch = handle.prepareBatch(ALTERNATIVE);
        int place = 0;
        for (Decision.Alternative alternative : alternatives) {
            batch.bind("run", lease.run())
                    .bind("decision", decision)
                    .bind("place", place++)
                    .bind("action", alternative.action())
                    .bind("cost", alternative.costSeconds())
                    .bind("success", alternative.successProbability())
                    .add();
        }
        batch.execute();
    }

    private void write(Recovery recovery) throws RegistryConflictException {
        Optional<Recovery> before = stored.recovery(recovery.decision());
        if (before.isEmpty()) {
            update(RECOVERY)
                    .bind("decision", recovery.decision())
                    .bind("kind", recovery.kind())
                    .bind("strategy", recovery.strategy())
                    .bind("succeeded", recovery.succeeded() ? 1 : 0)
                    .bind("millis", recovery.took().toMillis())
                    .execute();
        } else if (!before.get().equals(recovery)) {
            throw RegistryConflictException.differs(
                    lease.run(), "the recovery of decision " + recovery.decision(), recovery, before.get());
        }
    }

    private void write(HostExposure exposure) {
        update(HOST)
                .bind("host", exposure.host())
                .bind("failures", exposure.failures())
                .bind("exposure", exposure.exposure().toMillis())
                .execute();
    }

    private void write(WorkerProcess process) {
        update(WORKER)
                .bind("worker", process.worker())
                .bind("token", process.token())
                .bind("host", process.host())
                .bind("pid", process.pid().isPresent() ? (Long) process.pid().getAsLong() : null)
                .bind("started", orNull(process.started().map(Instant::toEpochMilli)))
                .bind("state", process.state().name())
                .execute();
    }

    /** Returns whether a numbered fact is still to be inserted; refuses one that contradicts what is stored. */
    private boolean isNew(String what, Numbered kind, long number, Fact fact, Optional<? extends Fact> before)
            throws RegistryConflictException {
        if (before.isPresent()) {
            if (!before.get().equals(fact)) {
                throw RegistryConflictException.differs(lease.run(), what + " " + number, fact, before.get());
            }
            return false;
        }
        OptionalLong newest = stored.newest(kind);
        if (newest.isPresent() && newest.getAsLong() > number) {
            throw RegistryConflictException.goesBack(lease.run(), what, number, newest.getAsLong());
        }
        return true;
    }

    private Update update(String sql) {
        return handle.createUpdate(sql).bind("run", lease.run());
    }

    private static <T> @Nullable T orNull(Optional<T> value) {
        return value.orElse(null);
    }
}
