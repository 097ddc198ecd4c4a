package dev.perdure.registry;

import java.sql.SQLTransientException;
import javax.sql.DataSource;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.FlywayException;

/** Runs the migrations. A class of its own, so that Flyway is loaded only when it is needed. */
final class Migration {
    private Migration() {}

    /**
     * Runs those that are missing, each in a transaction of its own. Processes that do so at once stand in each other's way
     * on SQLite, where Flyway has no lock: one of them gets through, and the others find nothing left to do when they try
     * again.
     *
     * @throws SQLTransientException if it did not work this time
     */
    static void run(DataSource connections) throws SQLTransientException {
        try {
            Flyway.configure(Migration.class.getClassLoader())
                    .dataSource(connections)
                    .locations("classpath:perdure-registry")
                    .load()
                    .migrate();
        } catch (FlywayException e) {
            throw new SQLTransientException("its tables could not be made: " + e.getMessage(), e);
        }
    }
}
