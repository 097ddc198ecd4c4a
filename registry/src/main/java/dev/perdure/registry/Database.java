package dev.perdure.registry;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import javax.sql.DataSource;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.jspecify.annotations.Nullable;

/** A database that is ready for use: connections, transactions, and patience with both. */
final class Database implements AutoCloseable {
    /** A server may be set to answer before a commit is on its disk; then these sessions are not. */
    private static final String DURABLE_COMMITS =
            "select set_config('synchronous_commit', 'on', false) where current_setting('synchronous_commit') = 'off'";

    private final HikariDataSource pool;
    private final Jdbi jdbi;
    private final Patience patience;

    private Database(HikariDataSource pool, Patience patience) {
        this.pool = pool;
        this.jdbi = Jdbi.create(pool);
        this.patience = patience;
    }

    /** Connects and brings the tables up to date. */
    static Database open(RegistryUrl url, Duration longest) throws RegistryException {
        makeFolder(url);
        var patience = new Patience(url.shown(), longest);
        DataSource connections = url.connections(longest);
        patience.ask(() -> {
            Schema.bringUpToDate(connections, url.shown());
            return null;
        });
        return new Database(pool(url, connections, longest), patience);
    }

    private static void makeFolder(RegistryUrl url) throws RegistryUnusableException {
        if (url instanceof RegistryUrl.Sqlite sqlite && sqlite.file().getParent() != null) {
            try {
                Files.createDirectories(sqlite.file().getParent());
            } catch (IOException e) {
                throw new RegistryUnusableException(
                        "registry %s: its folder cannot be made: %s (expected: a path where this user may create files)."
                                .formatted(sqlite.shown(), e),
                        e);
            }
        }
    }

    private static HikariDataSource pool(RegistryUrl url, DataSource connections, Duration longest) {
        var config = new HikariConfig();
        config.setPoolName("registry");
        config.setDataSource(connections);
        config.setMaximumPoolSize(url.connectionsMax());
        config.setMinimumIdle(1);
        config.setConnectionTimeout(Math.max(250, longest.toMillis()));
        config.setValidationTimeout(Math.max(250, longest.toMillis()));
        config.setInitializationFailTimeout(-1);
        switch (url) {
            case RegistryUrl.Sqlite _ -> config.setMaxLifetime(0);
            case RegistryUrl.Postgres _ -> {
                config.setTransactionIsolation("TRANSACTION_READ_COMMITTED");
                config.setConnectionInitSql(DURABLE_COMMITS);
            }
        }
        return new HikariDataSource(config);
    }

    /** Something done with a connection. It may be done again when it failed. */
    interface Work<T extends @Nullable Object> {
        T run(Handle handle) throws RegistryException;
    }

    /** Reads outside of any transaction: each statement sees what was committed when it began. */
    <T extends @Nullable Object> T read(Work<T> work) throws RegistryException {
        checkOpen();
        return patience.ask(() -> jdbi.<T, RegistryException>withHandle(work::run));
    }

    /** Writes everything or nothing. */
    <T extends @Nullable Object> T write(Work<T> work) throws RegistryException {
        checkOpen();
        return patience.ask(() -> jdbi.<T, RegistryException>inTransaction(work::run));
    }

    private void checkOpen() {
        if (pool.isClosed()) {
            throw new IllegalStateException("the registry is closed (expected: open). Open it again.");
        }
    }

    @Override
    public void close() {
        pool.close();
    }
}
