package dev.perdure.registry;

import java.time.Duration;
import java.util.List;
import org.jdbi.v3.core.Handle;

/** What all runs together teach. */
final class Learned {
    private static final String RECOVERIES = "select kind, strategy, count(*) as tries, sum(succeeded) as successes,"
            + " sum(case when succeeded = 1 then millis else 0 end) as success_millis,"
            + " sum(case when succeeded = 1 then 0 else millis end) as failure_millis"
            + " from recoveries group by kind, strategy order by kind, strategy";
    private static final String HOSTS = "select host, count(*) as runs, sum(failures) as failures,"
            + " sum(exposure_millis) as exposure from host_exposures where host > :after"
            + " group by host order by host limit :max";

    private final Handle handle;

    Learned(Handle handle) {
        this.handle = handle;
    }

    List<RecoveryStatistics> recoveries() {
        return handle.createQuery(RECOVERIES)
                .map((row, _) -> new RecoveryStatistics(
                        row.getString("kind"),
                        row.getString("strategy"),
                        row.getLong("tries"),
                        row.getLong("successes"),
                        Duration.ofMillis(row.getLong("success_millis")),
                        Duration.ofMillis(row.getLong("failure_millis"))))
                .list();
    }

    List<HostStatistics> hosts(String after, int max) {
        return handle.createQuery(HOSTS)
                .bind("after", after)
                .bind("max", max)
                .map((row, _) -> new HostStatistics(
                        row.getString("host"),
                        row.getLong("runs"),
                        row.getLong("failures"),
                        Duration.ofMillis(row.getLong("exposure"))))
                .list();
    }
}
