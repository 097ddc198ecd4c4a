package dev.perdure.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.perdure.testkit.PostgresServer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What was acknowledged is there, whoever is killed. */
class CrashTest {
    @TempDir
    Path folder;

    @Test
    void whatAKilledProcessWasToldIsStoredIsThere() throws Exception {
        killWriters(3, 1);
    }

    @Test
    @Tag("soak")
    void whatHundredKilledProcessesWereToldIsStoredIsThere() throws Exception {
        killWriters(100, 2);
    }

    private void killWriters(int kills, long seed) throws Exception {
        var random = new Random(seed);
        Path file = folder.resolve("registry.db");
        long acknowledged = -1;
        for (int kill = 0; kill < kills; kill++) {
            acknowledged = Math.max(acknowledged, lastTold(file, random));
            try (Registry registry = Registries.sqlite(file)) {
                CrashingWriter.assertHolds(registry, acknowledged);
            }
            assertThat(integrity(file)).as("kill %d of seed %d", kill, seed).isEqualTo("ok");
        }
    }

    /** Lets a writer work, kills it after some acknowledgements and a little more, and returns the last that it gave. */
    private long lastTold(Path file, Random random) throws Exception {
        ChildJvm writer = ChildJvm.start(folder, CrashingWriter.class, file.toString());
        try {
            String line = writer.line();
            for (int lines = random.nextInt(200); lines > 0; lines--) {
                line = writer.line();
            }
            for (int spin = random.nextInt(200_000); spin > 0; spin--) { // up to about a commit's time
                Thread.onSpinWait();
            }
            writer.kill();
            List<String> rest = writer.rest();
            return number(rest.isEmpty() ? line : rest.getLast());
        } finally {
            writer.kill();
            assertThat(writer.exitCode()).isEqualTo(137);
        }
    }

    private static long number(@Nullable String line) {
        assertThat(line).startsWith("written ");
        return line == null ? -1 : Long.parseLong(line.substring("written ".length()));
    }

    private static String integrity(Path file) throws SQLException {
        try (Connection connection = RegistryUrl.parse("sqlite:" + file)
                        .connections(Duration.ofSeconds(5))
                        .getConnection();
                Statement statement = connection.createStatement();
                ResultSet check = statement.executeQuery("pragma integrity_check")) {
            check.next();
            return check.getString(1);
        }
    }

    /** Kills PostgreSQL's postmaster and all its children with SIGKILL while somebody writes, and starts it again. */
    @Test
    void aWriterOutlivesAKilledServerAndLosesNothing() throws Exception {
        Path data = folder.resolve("postgres");
        String url = PostgresServer.shared().url(); // skipped where no server starts
        PostgresServer server = PostgresServer.start(Optional.of(data), 0);
        int port = server.port();
        var written = new AtomicLong(-1);
        try (Registry registry = Registries.open(server.url(), Duration.ofSeconds(60))) {
            assertThat(url).isNotEqualTo(server.url());
            Lease lease = Facts.lease(registry, Facts.RUN);
            Thread writer = Thread.ofPlatform().daemon().start(() -> writeUntilFenced(registry, lease, written));
            await().until(() -> written.get() > 50);
            killAll(data);
            long acknowledged = written.get();
            server.close();
            server = PostgresServer.start(Optional.of(data), port);
            await().atMost(Duration.ofSeconds(60))
                    .until(() -> written.get() > acknowledged + 50); // it has waited it out
            registry.acquire(Facts.RUN, "end", Facts.TTL, lease.expires());
            writer.join();
            CrashingWriter.assertHolds(registry, written.get());
        } finally {
            server.close();
        }
    }

    private static void writeUntilFenced(Registry registry, Lease lease, AtomicLong written) {
        try {
            for (long i = 0; ; i++) {
                registry.write(lease, CrashingWriter.facts(i, lease.epoch()));
                written.set(i);
            }
        } catch (FencedException e) {
            // That is the sign to end.
        } catch (RegistryException e) {
            throw new AssertionError(e);
        }
    }

    private static void killAll(Path data) throws Exception {
        long pid = Long.parseLong(
                Files.readAllLines(data.resolve("postmaster.pid")).getFirst());
        ProcessHandle postmaster = ProcessHandle.of(pid).orElseThrow();
        List<ProcessHandle> children = postmaster.descendants().toList();
        postmaster.destroyForcibly();
        children.forEach(ProcessHandle::destroyForcibly);
        postmaster.onExit().get();
        for (ProcessHandle child : children) {
            child.onExit().get();
        }
    }
}
