package dev.perdure.cli;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.perdure.registry.Generation;
import dev.perdure.registry.Lease;
import dev.perdure.registry.Registries;
import dev.perdure.registry.Registry;
import dev.perdure.testkit.PostgresServer;
import dev.perdure.training.Incident;
import dev.perdure.training.ProgressFile;
import dev.perdure.training.RunFolder;
import dev.perdure.training.RunListener;
import dev.perdure.training.RunReport;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** {@code perdure standby}: another process waits beside a run, in either registry, and takes it over. */
@Tag("soak")
class StandbyTest {
    private static final int PATIENCE_SECONDS = 120;
    private static final String LONG = "training.epochs=40";

    @TempDir
    Path folder;

    private final List<Process> started = new ArrayList<>();
    private SmallRun small = new SmallRun(Path.of(""));
    private RunFolder run = new RunFolder(Path.of(""));

    /** Where the run's facts are. */
    enum Facts {
        SQLITE {
            @Override
            String url(Path folder) {
                return "sqlite:" + folder.resolve("shared.db");
            }
        },
        POSTGRES {
            @Override
            String url(Path folder) {
                return PostgresServer.shared().freshUrl();
            }
        };

        abstract String url(Path folder);
    }

    @BeforeEach
    void prepare() throws Exception {
        small = SmallRun.in(folder);
        run = small.folder("run");
    }

    @AfterEach
    void end() {
        for (Process process : started) {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly();
        }
    }

    private Process start(String name, Object... words) throws IOException {
        Process process = Shell.start(log(name), words);
        started.add(process);
        return process;
    }

    private Path log(String name) {
        return folder.resolve(name + ".log");
    }

    private ProcessHandle supervisorOf(Process front) {
        await().atMost(Duration.ofSeconds(PATIENCE_SECONDS))
                .until(() -> front.children().findAny().isPresent());
        return front.children().findAny().orElseThrow();
    }

    private void awaitStep(long step) throws IOException {
        await().atMost(Duration.ofSeconds(PATIENCE_SECONDS))
                .until(() -> Files.exists(run.progress()) && Files.size(run.progress()) > 0);
        try (ProgressFile progress = ProgressFile.open(run.progress())) {
            await().atMost(Duration.ofSeconds(PATIENCE_SECONDS)).until(() -> progress.step() >= step);
        }
    }

    private RunReport undisturbed() throws Exception {
        return small.train("undisturbed", List.of(), new RunListener() {}, LONG).report();
    }

    @ParameterizedTest
    @EnumSource
    void killedTheFrontAndItsSupervisorAreReplacedByTheStandbyAndNothingIsRedone(Facts facts) throws Exception {
        String url = facts.url(folder);
        Process front = start(
                "train",
                "train",
                small.config(),
                "--run",
                run.path(),
                "--workers",
                2,
                "--registry",
                url,
                "--set",
                LONG);
        awaitStep(10);
        ProcessHandle supervisor = supervisorOf(front);
        List<ProcessHandle> workers = supervisor.children().toList();
        Process standby = start("standby", "standby", run.path());
        ProcessHandle successor = supervisorOf(standby);
        try (Registry registry = Registries.open(url)) {
            String id = registry.runs(Optional.empty(), 2).getFirst().id();
            await().during(Duration.ofSeconds(3)) // it asks again and again
                    .atMost(Duration.ofSeconds(6))
                    .until(() -> registry.lease(id).map(Lease::epoch).equals(Optional.of(1L)));
            assertThat(front.isAlive()).as("still training").isTrue();

            front.destroyForcibly();
            supervisor.destroyForcibly();

            assertThat(standby.waitFor(PATIENCE_SECONDS, SECONDS)).isTrue();
            assertThat(standby.exitValue()).as(Files.readString(log("standby"))).isZero();
            assertOneAfterTheOther(registry, id);
        }
        assertThat(supervisor.isAlive() || successor.isAlive()).isFalse();
        assertThat(workers).hasSize(2).noneMatch(ProcessHandle::isAlive);
        RunReport report = RunReport.read(run.reportJson());
        assertThat(report.weightsSha256()).isEqualTo(undisturbed().weightsSha256());
        assertThat(report.samplesLost() + report.samplesRepeated()).isZero();
        assertThat(report.stepsRedone()).isZero();
        assertThat(report.incidents()).extracting(Incident::kind).containsExactly("supervisor-killed");
    }

    /** Every generation was decided by the newest supervisor there was, and nobody holds the lease any more. */
    private static void assertOneAfterTheOther(Registry registry, String id) throws IOException {
        List<Long> epochs = registry.generations(id, -1, 1_000).stream()
                .map(Generation::epoch)
                .toList();
        assertThat(epochs).isSorted().startsWith(1L).allMatch(epoch -> epoch <= 2);
        assertThat(registry.lease(id)).isEmpty();
        Lease next = registry.acquire(id, "test", Duration.ofSeconds(1), java.time.Instant.now());
        assertThat(next.epoch()).as("there were two before").isEqualTo(3);
        registry.release(next);
    }

    @ParameterizedTest
    @EnumSource
    void aRunThatEndsByItselfLeavesTheStandbyNothingToDo(Facts facts) throws Exception {
        String url = facts.url(folder);
        Process front = start("train", "train", small.config(), "--run", run.path(), "--registry", url, "--set", LONG);
        awaitStep(10);
        Process standby = start("standby", "standby", run.path());
        supervisorOf(standby);

        assertThat(front.waitFor(PATIENCE_SECONDS, SECONDS)).isTrue();
        assertThat(front.exitValue()).as(Files.readString(log("train"))).isZero();
        byte[] report = Files.readAllBytes(run.reportJson());
        assertThat(standby.waitFor(PATIENCE_SECONDS, SECONDS)).isTrue();
        assertThat(standby.exitValue()).as(Files.readString(log("standby"))).isZero();
        assertThat(Files.readAllBytes(run.reportJson())).isEqualTo(report);
    }
}
