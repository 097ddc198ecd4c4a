package dev.perdure.registry;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.ToLongFunction;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.mapper.RowMapper;
import org.jdbi.v3.core.statement.Query;

/** Reads the facts of one run. */
final class FactReader {
    private static final String STEP = "select applied_step from runs where run = :run";
    private static final String HANDOVER = "select handover from runs where run = :run and handover is not null";
    private static final String MEMBERS =
            "select * from members where run = :run and generation = :generation order by place";
    private static final String ALTERNATIVES =
            "select * from alternatives where run = :run and decision = :decision order by place";
    private static final String RECOVERY = "select * from recoveries where run = :run and decision = :decision";
    private static final String OPEN =
            "select * from incidents where run = :run and outcome = 'OPEN' order by incident";
    private static final String ALIVE =
            "select * from workers where run = :run and state <> 'ENDED' order by worker, token";
    private static final String HOSTS = "select * from host_exposures where run = :run order by host";

    private static final RowMapper<Generation.Member> MEMBER = (row, _) -> new Generation.Member(
            row.getString("worker"),
            row.getString("host"),
            row.getLong("pid"),
            row.getInt("microbatch_first"),
            row.getInt("microbatch_end"));
    private static final RowMapper<Decision.Alternative> ALTERNATIVE = (row, _) -> new Decision.Alternative(
            row.getString("action"), row.getDouble("cost_seconds"), row.getDouble("success_probability"));
    private static final RowMapper<Incident> INCIDENT = (row, _) -> new Incident(
            row.getLong("incident"),
            time(row, "at"),
            row.getString("kind"),
            row.getString("subject"),
            row.getString("evidence"),
            Optional.ofNullable(row.getString("action")),
            Optional.ofNullable(row.getString("reason")),
            number(row, "detect_millis").map(Duration::ofMillis),
            number(row, "recover_millis").map(Duration::ofMillis),
            Incident.Outcome.valueOf(row.getString("outcome")));
    private static final RowMapper<WorkerProcess> WORKER = (row, _) -> new WorkerProcess(
            row.getString("worker"),
            row.getString("token"),
            row.getString("host"),
            number(row, "pid").map(OptionalLong::of).orElse(OptionalLong.empty()),
            number(row, "started").map(Instant::ofEpochMilli),
            WorkerProcess.State.valueOf(row.getString("state")));
    private static final RowMapper<Recovery> RECOVERED = (row, _) -> new Recovery(
            row.getLong("decision"),
            row.getString("kind"),
            row.getString("strategy"),
            row.getInt("succeeded") == 1,
            Duration.ofMillis(row.getLong("millis")));
    private static final RowMapper<HostExposure> HOST = (row, _) -> new HostExposure(
            row.getString("host"), row.getLong("failures"), Duration.ofMillis(row.getLong("exposure_millis")));

    private final Handle handle;
    private final String run;

    FactReader(Handle handle, String run) {
        this.handle = handle;
        this.run = run;
    }

    Standing standing() {
        OptionalLong newest = newest(Numbered.GENERATIONS);
        return new Standing(
                newest.isPresent() ? generation(newest.getAsLong()) : Optional.empty(),
                number(STEP, "applied_step"),
                newest(Numbered.INCIDENTS),
                newest(Numbered.DECISIONS),
                query(OPEN).map(INCIDENT).list(),
                query(ALIVE).map(WORKER).list(),
                query(HOSTS).map(HOST).list(),
                query(HANDOVER).mapTo(String.class).findFirst());
    }

    List<Generation> generations(long after, int max) {
        return page(Numbered.GENERATIONS, after, max)
                .map((row, _) -> generation(row))
                .list();
    }

    private Generation generation(ResultSet row) throws SQLException {
        long number = row.getLong("generation");
        List<Generation.Member> members =
                query(MEMBERS).bind("generation", number).map(MEMBER).list();
        return new Generation(
                number,
                row.getLong("epoch"),
                row.getLong("first_step"),
                members,
                time(row, "formed"),
                row.getString("reason"));
    }

    List<Incident> incidents(long after, int max) {
        return page(Numbered.INCIDENTS, after, max).map(INCIDENT).list();
    }

    List<Decision> decisions(long after, int max) {
        return page(Numbered.DECISIONS, after, max)
                .map((row, _) -> decision(row))
                .list();
    }

    private Decision decision(ResultSet row) throws SQLException {
        long number = row.getLong("decision");
        List<Decision.Alternative> alternatives =
                query(ALTERNATIVES).bind("decision", number).map(ALTERNATIVE).list();
        return new Decision(
                number,
                row.getLong("incident"),
                time(row, "at"),
                row.getString("evidence"),
                alternatives,
                row.getString("chosen"),
                row.getString("reason"));
    }

    Optional<Generation> generation(long number) {
        return only(number, generations(number - 1, 1), Generation::number);
    }

    Optional<Incident> incident(long number) {
        return only(number, incidents(number - 1, 1), Incident::number);
    }

    Optional<Decision> decision(long number) {
        return only(number, decisions(number - 1, 1), Decision::number);
    }

    Optional<Recovery> recovery(long decision) {
        return query(RECOVERY).bind("decision", decision).map(RECOVERED).findOne();
    }

    private static <T> Optional<T> only(long number, List<T> atOrAfter, ToLongFunction<T> numberOf) {
        return atOrAfter.stream()
                .filter(fact -> numberOf.applyAsLong(fact) == number)
                .findFirst();
    }

    /** Returns the greatest number given so far. */
    OptionalLong newest(Numbered kind) {
        return number(kind.newest(), "newest");
    }

    private OptionalLong number(String sql, String column) {
        Optional<Long> number =
                query(sql).map((row, _) -> number(row, column)).findOne().flatMap(found -> found);
        return number.map(OptionalLong::of).orElse(OptionalLong.empty());
    }

    private Query page(Numbered kind, long after, int max) {
        return query(kind.page()).bind("after", after).bind("max", max);
    }

    private Query query(String sql) {
        return handle.createQuery(sql).bind("run", run);
    }

    private static Instant time(ResultSet row, String column) throws SQLException {
        return Instant.ofEpochMilli(row.getLong(column));
    }

    private static Optional<Long> number(ResultSet row, String column) throws SQLException {
        long number = row.getLong(column);
        return row.wasNull() ? Optional.empty() : Optional.of(number);
    }
}
