package dev.perdure.cli;

import static dev.perdure.cli.Shell.perdure;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.perdure.registry.Registries;
import dev.perdure.training.ExitCode;
import dev.perdure.training.RunReport;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A registry that cannot be used is said so once, with what to do; the run is what it was, and goes on once it is mended. */
class RegistryTroubleTest {
    private static final String SHORT = "training.epochs=1";

    @TempDir
    Path folder;

    private SmallRun small = new SmallRun(Path.of(""));
    private Path run = Path.of("");

    @BeforeEach
    void prepare() throws Exception {
        small = SmallRun.in(folder);
        run = folder.resolve("run");
    }

    private static void execute(Path database, String sql) throws SQLException {
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + database);
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    @Test
    void aRegistryOfANewerVersionIsRefusedWithBothVersionsAndTheRunGoesOnWithItsOwn() throws Exception {
        Path registry = folder.resolve("shared.db");
        Registries.sqlite(registry).close();
        execute(registry, "update flyway_schema_history set version = '7'");

        String said = perdure("train", small.config(), "--run", run, "--set", SHORT, "--registry", "sqlite:" + registry)
                .refusedOnce(ExitCode.STORE_FAILED);
        assertThat(said)
                .contains(
                        registry.toString(),
                        "schema version 7 (expected: at most 1)",
                        "newer Perdure",
                        "another registry");
        assertThat(perdure("resume", run).refusedOnce(ExitCode.STORE_FAILED)).contains("schema version 7");

        execute(registry, "update flyway_schema_history set version = '1'");
        perdure("resume", run).fine();
        assertThat(RunReport.read(run.resolve("report.json")).finished()).isTrue();
    }

    @Test
    void aFileThatIsNoDatabaseIsRefusedAndKeptAsItWas() throws Exception {
        Path notes = Files.writeString(folder.resolve("notes.txt"), "not to be lost\n".repeat(500));

        assertThat(perdure("train", small.config(), "--run", run, "--set", SHORT, "--registry", "sqlite:" + notes)
                        .refusedOnce(ExitCode.STORE_FAILED))
                .contains(notes.toString(), "no SQLite database", "Move it away");
        assertThat(notes).hasContent("not to be lost\n".repeat(500));
    }

    @Test
    void aServerThatDoesNotAnswerIsNamedWithinSeconds() throws Exception {
        int port;
        try (var unused = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = unused.getLocalPort();
        }
        String url = "postgresql://trainer@127.0.0.1:%d/facts".formatted(port);
        long began = System.nanoTime();
        assertThat(perdure("train", small.config(), "--run", run, "--set", SHORT, "--registry", url)
                        .refusedOnce(ExitCode.STORE_FAILED))
                .contains("127.0.0.1:" + port, "within 5000 ms", "Look after the server");
        assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(Duration.ofSeconds(60));
        assertThat(run.resolve("metrics.jsonl")).doesNotExist();
    }

    @Tag("soak")
    @Test
    void aRegistryThatIsLockedWhenTheRunBeginsIsWaitedFor() throws Exception {
        Path registry = folder.resolve("shared.db");
        Registries.sqlite(registry).close();
        try (Connection other = DriverManager.getConnection("jdbc:sqlite:" + registry);
                Statement statement = other.createStatement()) {
            statement.execute("begin immediate");
            Process train = Shell.start(
                    folder.resolve("train.log"),
                    "train",
                    small.config(),
                    "--run",
                    run,
                    "--set",
                    SHORT,
                    "--registry",
                    "sqlite:" + registry);
            await().during(Duration.ofSeconds(4)) // the supervisor is up after one or two, and waits
                    .atMost(Duration.ofSeconds(8))
                    .until(() -> train.isAlive() && !Files.exists(run.resolve("metrics.jsonl")));
            statement.execute("rollback");
            assertThat(train.waitFor())
                    .as(Files.readString(folder.resolve("train.log")))
                    .isZero();
        }
        assertThat(RunReport.read(run.resolve("report.json")).incidents()).isEmpty();
    }
}
