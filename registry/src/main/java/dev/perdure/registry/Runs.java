package dev.perdure.registry;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.mapper.RowMapper;

/** The runs as they were begun. */
final class Runs {
    private static final String INSERT =
            "insert into runs (run, created, configuration, recipe, build, epoch, holder, expires, held)"
                    + " values (:run, :created, :configuration, :recipe, :build, 0, '', 0, 0)"
                    + " on conflict (run) do nothing";
    private static final String SELECT = "select run, created, configuration, recipe, build from runs";
    private static final RowMapper<Run> RUN = (row, _) -> new Run(
            row.getString("run"),
            Instant.ofEpochMilli(row.getLong("created")),
            row.getString("configuration"),
            row.getString("recipe"),
            row.getString("build"));

    private final Handle handle;

    Runs(Handle handle) {
        this.handle = handle;
    }

    boolean register(Run run) throws RegistryConflictException {
        boolean isNew = handle.createUpdate(INSERT)
                        .bind("run", run.id())
                        .bind("created", run.created().toEpochMilli())
                        .bind("configuration", run.configuration())
                        .bind("recipe", run.recipe())
                        .bind("build", run.build())
                        .execute()
                == 1;
        Run stored = find(run.id()).orElseThrow();
        if (!run.isSameAs(stored)) {
            throw RegistryConflictException.otherRun(run, stored);
        }
        return isNew;
    }

    Optional<Run> find(String run) {
        return handle.createQuery(SELECT + " where run = :run")
                .bind("run", run)
                .map(RUN)
                .findOne();
    }

    List<Run> page(Optional<Run> after, int max) {
        return handle.createQuery(SELECT + " where (created, run) > (:created, :run) order by created, run limit :max")
                .bind("created", after.map(run -> run.created().toEpochMilli()).orElse(Long.MIN_VALUE))
                .bind("run", after.map(Run::id).orElse(""))
                .bind("max", max)
                .map(RUN)
                .list();
    }
}
