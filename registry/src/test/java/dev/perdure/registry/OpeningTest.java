package dev.perdure.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.perdure.core.BadSettingException;
import dev.perdure.testkit.PostgresServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import javax.sql.DataSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What may be found where a registry should be. */
class OpeningTest {
    private static final Duration BRIEF = Duration.ofMillis(300);

    @TempDir
    Path folder;

    @ParameterizedTest
    @EnumSource
    void refusesARegistryOfANewerVersionAndLeavesItAsItIs(Backend backend) throws Exception {
        String url = backend.freshUrl(folder);
        Registries.open(url).close();
        execute(url, "update flyway_schema_history set version = '2'");
        assertThatExceptionOfType(RegistryUnusableException.class)
                .isThrownBy(() -> Registries.open(url))
                .withMessageContainingAll("schema version 2 (expected: at most 1)", "newer Perdure");
        execute(url, "update flyway_schema_history set version = '1'");
        Registries.open(url).close();
    }

    @ParameterizedTest
    @EnumSource
    void refusesADatabaseThatHoldsSomethingElse(Backend backend) throws Exception {
        String url = backend.freshUrl(folder);
        execute(url, "create table customers (name text)");
        assertThatExceptionOfType(RegistryUnusableException.class)
                .isThrownBy(() -> Registries.open(url))
                .withMessageContainingAll("tables [customers]", "expected: none");
    }

    @ParameterizedTest
    @EnumSource
    void manyMayOpenANewOneAtOnce(Backend backend) throws Exception {
        String url = backend.freshUrl(folder);
        Concurrently.run(3, thread -> {
            try (Registry registry = Registries.open(url, Duration.ofSeconds(60))) {
                registry.register(Facts.run("run" + thread));
            }
        });
        try (Registry registry = Registries.open(url)) {
            assertThat(registry.runs(Optional.empty(), 10)).hasSize(3);
        }
    }

    @Test
    void theVersionItKnowsIsThatOfTheNewestMigration() throws Exception {
        Path migrations = Path.of(OpeningTest.class
                .getResource("/perdure-registry/V1__facts_of_supervision.sql")
                .toURI());
        try (var files = Files.list(migrations.getParent())) {
            assertThat(files.map(file -> file.getFileName().toString().replaceAll("V(\\d+)__.*", "$1")))
                    .contains(String.valueOf(Schema.SUPPORTED))
                    .hasSize(Schema.SUPPORTED);
        }
    }

    @Test
    void saysThatAFileIsNoDatabase() throws IOException {
        Path file = Files.writeString(folder.resolve("registry.db"), "training: {epochs: 3}\n".repeat(100));
        assertThatExceptionOfType(RegistryUnusableException.class)
                .isThrownBy(() -> Registries.sqlite(file))
                .withMessageContainingAll(file.toString(), "no SQLite database", "Move it away");
        assertThat(file).hasContent("training: {epochs: 3}\n".repeat(100));
    }

    /** Garbage over most of a file: it is noticed and named, or what is read is still true. */
    @Test
    void saysThatAFileIsDamaged() throws Exception {
        int noticed = 0;
        for (int seed = 0; seed < 12; seed++) {
            Path file = folder.resolve("damaged" + seed + ".db");
            Standing whole = filled(file);
            damage(file, new Random(seed));
            try (Registry registry = Registries.sqlite(file)) {
                assertThat(registry.standing(Facts.RUN)).as("seed %d", seed).isEqualTo(whole);
            } catch (RegistryUnusableException e) {
                assertThat(e).hasMessageContainingAll(file.toString(), "damaged");
                noticed++;
            }
        }
        assertThat(noticed).isGreaterThan(6);
    }

    private static Standing filled(Path file) throws RegistryException {
        try (Registry registry = Registries.sqlite(file)) {
            Lease lease = Facts.lease(registry, Facts.RUN);
            registry.write(lease, Facts.ofEveryKind(lease));
            return registry.standing(Facts.RUN);
        }
    }

    private static void damage(Path file, Random random) throws IOException {
        byte[] bytes = Files.readAllBytes(file);
        for (int page = random.nextInt(2); page < bytes.length / 4096; page++) {
            for (int i = 0; i < 512; i++) {
                bytes[page * 4096 + i] = (byte) random.nextInt();
            }
        }
        Files.write(file, bytes);
    }

    @Test
    void saysThatAPathIsNoFile() {
        assertThatExceptionOfType(RegistryUnusableException.class)
                .isThrownBy(() -> Registries.sqlite(folder))
                .withMessageContainingAll(folder.toString(), "not to be opened");
    }

    @Test
    void saysThatAFolderCannotBeMade() throws IOException {
        Path file = Files.createFile(folder.resolve("file"));
        assertThatExceptionOfType(RegistryUnusableException.class)
                .isThrownBy(() -> Registries.sqlite(file.resolve("registry.db")))
                .withMessageContaining("its folder cannot be made");
    }

    @Test
    void makesTheFolderOfANewRegistry() throws RegistryException {
        Path file = folder.resolve("a/b/registry.db");
        Registries.sqlite(file).close();
        assertThat(file).exists();
    }

    @Test
    void saysThatItIsLockedWhenItStaysSoAndGoesOnOnceItIsNot() throws Exception {
        Path file = folder.resolve("registry.db");
        try (Registry registry = Registries.open("sqlite:" + file, BRIEF)) {
            Lease lease = Facts.lease(registry, Facts.RUN);
            try (Connection other = DriverManager.getConnection("jdbc:sqlite:" + file);
                    Statement statement = other.createStatement()) {
                statement.execute("begin immediate");
                assertThatExceptionOfType(RegistryUnavailableException.class)
                        .isThrownBy(() -> registry.write(lease, new Progress(5)))
                        .withMessageContainingAll(file.toString(), "locked by another process", "within 300 ms");
                assertThat(registry.standing(Facts.RUN).appliedStep()).isEmpty(); // readers go on
                statement.execute("rollback");
            }
            registry.write(lease, new Progress(5));
            assertThat(registry.standing(Facts.RUN).appliedStep()).hasValue(5);
        }
    }

    @Test
    void waitsOutALockThatIsGivenBackInTime() throws Exception {
        Path file = folder.resolve("registry.db");
        try (Registry registry = Registries.open("sqlite:" + file, Duration.ofSeconds(60))) {
            Lease lease = Facts.lease(registry, Facts.RUN);
            try (Connection other = DriverManager.getConnection("jdbc:sqlite:" + file);
                    Statement statement = other.createStatement()) {
                statement.execute("begin immediate");
                Thread writer = Thread.startVirtualThread(() -> writeOrFail(registry, lease));
                assertThat(writer.join(Duration.ofMillis(100))).isFalse(); // it waits
                statement.execute("rollback");
                writer.join();
            }
            assertThat(registry.standing(Facts.RUN).appliedStep()).hasValue(5);
        }
    }

    private static void writeOrFail(Registry registry, Lease lease) {
        try {
            registry.write(lease, new Progress(5));
        } catch (RegistryException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void sqliteSyncsEveryCommit() throws SQLException {
        DataSource connections =
                RegistryUrl.parse("sqlite:" + folder.resolve("registry.db")).connections(BRIEF);
        try (Connection connection = connections.getConnection();
                Statement statement = connection.createStatement()) {
            assertThat(value(statement, "pragma journal_mode")).isEqualTo("wal");
            assertThat(value(statement, "pragma synchronous")).isEqualTo("2"); // FULL
        }
    }

    @Test
    void postgresSyncsEveryCommitAlsoWhereItIsSetNotTo() throws Exception {
        PostgresServer server = PostgresServer.shared();
        assertThat(server.isDurable()).isTrue();
        String url = server.freshUrl() + "&options=-c%20synchronous_commit=off";
        try (Connection connection = RegistryUrl.parse(url).connections(BRIEF).getConnection();
                Statement statement = connection.createStatement()) {
            assertThat(value(statement, "select current_setting('synchronous_commit')"))
                    .isEqualTo("off");
        }
        try (Database database = Database.open(RegistryUrl.parse(url), BRIEF)) {
            String setting = database.read(handle -> handle.createQuery("select current_setting('synchronous_commit')")
                    .mapTo(String.class)
                    .one());
            assertThat(setting).isEqualTo("on");
        }
    }

    private static String value(Statement statement, String sql) throws SQLException {
        try (ResultSet row = statement.executeQuery(sql)) {
            row.next();
            return row.getString(1);
        }
    }

    @Test
    void saysThatNoServerAnswers() throws IOException {
        int port;
        try (var unused = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = unused.getLocalPort();
        }
        assertThatExceptionOfType(RegistryUnavailableException.class)
                .isThrownBy(() -> Registries.open("postgresql://me:secret@127.0.0.1:" + port + "/perdure", BRIEF))
                .withMessageContainingAll("127.0.0.1:" + port, "within 300 ms", "Look after the server")
                .satisfies(e -> assertThat(e.getMessage()).doesNotContain("secret"));
    }

    /** A server that is stopped, or behind a network that swallows everything. */
    @Test
    void saysThatAServerAcceptsAndSaysNothing() throws IOException {
        try (var silent = new ServerSocket(0, 10, InetAddress.getLoopbackAddress())) {
            assertThatExceptionOfType(RegistryUnavailableException.class)
                    .isThrownBy(() ->
                            Registries.open("postgresql://127.0.0.1:" + silent.getLocalPort() + "/perdure", BRIEF));
        }
    }

    @Test
    void saysThatThereIsNoSuchDatabaseOrSchema() {
        String url = PostgresServer.shared().url();
        assertThatExceptionOfType(RegistryUnusableException.class)
                .isThrownBy(() -> Registries.open(url.replaceAll("postgres$", "nowhere")))
                .withMessageContainingAll("nowhere", "Mend the URL");
        assertThatExceptionOfType(RegistryUnusableException.class)
                .isThrownBy(() -> Registries.open(url + "?currentSchema=nowhere"))
                .withMessageContainingAll("schema", "create schema");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "mysql://me:secret@host/db",
                "registry.db",
                "",
                "sqlite:",
                "sqlite::memory:",
                "jdbc:sqlite:file:x?mode=memory",
                "jdbc:sqlite:x.db?synchronous=off",
                "postgresql://me:secret@host",
                "postgresql:///db",
                "jdbc:postgresql://me:secret@host:port/db"
            })
    void saysWhatAUrlLooksLikeAndShowsNoPassword(String url) {
        assertThatExceptionOfType(BadSettingException.class)
                .isThrownBy(() -> Registries.open(url, BRIEF))
                .withMessageContainingAll("registry: \"", "expected: sqlite:PATH or postgresql://")
                .satisfies(e -> assertThat(e.getMessage()).doesNotContain("secret"));
    }

    @Test
    void readsUserAndPasswordFromTheUrl() {
        for (String prefix : List.of("postgresql://", "postgres://", "jdbc:postgresql://")) {
            var url = (RegistryUrl.Postgres) RegistryUrl.parse(prefix + "me:p%40ss+w@host:5433/db?ssl=true");
            assertThat(url.user()).contains("me");
            assertThat(url.password()).contains("p@ss+w");
            assertThat(url.place()).isEqualTo("host:5433/db?ssl=true");
            assertThat(url).hasToString("postgresql://host:5433/db");
        }
    }

    @Test
    void aClosedRegistryAnswersNothing() throws RegistryException {
        Registry registry = Registries.sqlite(folder.resolve("registry.db"));
        registry.close();
        registry.close();
        assertThatIllegalStateException()
                .isThrownBy(() -> registry.run(Facts.RUN))
                .withMessageContaining("closed");
    }

    private static void execute(String url, String sql) throws SQLException {
        try (Connection connection = RegistryUrl.parse(url)
                        .connections(Duration.ofSeconds(5))
                        .getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }
}
