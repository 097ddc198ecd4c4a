package dev.perdure.registry;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Set;
import java.util.TreeSet;
import javax.sql.DataSource;

/**
 * Brings the tables to the version that this build knows. The version is read first, and Flyway called only when there is
 * something to do: loading it takes a fifth of a second.
 */
final class Schema {
    /** The number of the last migration in {@code perdure-registry/}. */
    static final int SUPPORTED = 1;

    private static final String HISTORY = "flyway_schema_history";

    private Schema() {}

    /**
     * Does it, or does nothing.
     *
     * @throws RegistryUnusableException if the tables are of a newer version, or of something else
     */
    static void bringUpToDate(DataSource connections, String registry) throws RegistryException, SQLException {
        int found = version(connections, registry);
        if (found > SUPPORTED) {
            throw new RegistryUnusableException(
                    ("registry %s: schema version %d (expected: at most %d). A newer Perdure has written it: use that one, or"
                                    + " another registry.")
                            .formatted(registry, found, SUPPORTED),
                    null);
        }
        if (found < SUPPORTED) {
            Migration.run(connections);
        }
    }

    /** Returns the version of the tables, 0 if there are none. */
    static int version(DataSource connections, String registry) throws RegistryException, SQLException {
        try (Connection connection = connections.getConnection()) {
            checkSchemaExists(connection, registry);
            Set<String> tables = tables(connection);
            if (tables.contains(HISTORY)) {
                return lastMigration(connection);
            }
            if (!tables.isEmpty()) {
                throw new RegistryUnusableException(
                        ("registry %s: tables %s (expected: none, or those of a registry). Give the registry a file or schema"
                                        + " of its own: for PostgreSQL, append ?currentSchema=NAME to its URL.")
                                .formatted(registry, tables),
                        null);
            }
            return 0;
        }
    }

    /** PostgreSQL does not mind the name of a schema that does not exist, and says that there is none. SQLite has no schemas. */
    private static void checkSchemaExists(Connection connection, String registry)
            throws RegistryUnusableException, SQLException {
        boolean hasSchemas = connection.getMetaData().supportsSchemasInTableDefinitions();
        if (hasSchemas && connection.getSchema() == null) {
            throw new RegistryUnusableException(
                    ("registry %s: no schema (expected: one that exists). Create it on the server (create schema NAME), or"
                                    + " mend currentSchema in the URL.")
                            .formatted(registry),
                    null);
        }
    }

    private static Set<String> tables(Connection connection) throws SQLException {
        var names = new TreeSet<String>();
        String[] kinds = {"TABLE"};
        try (ResultSet tables = connection.getMetaData().getTables(null, connection.getSchema(), "%", kinds)) {
            while (tables.next()) {
                names.add(tables.getString("TABLE_NAME"));
            }
        }
        return names;
    }

    private static int lastMigration(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet last = statement.executeQuery("select max(cast(version as integer)) from " + HISTORY)) {
            return last.next() ? last.getInt(1) : 0;
        }
    }
}
