package dev.perdure.training;

import static org.assertj.core.api.Assertions.assertThat;

import dev.perdure.registry.Decision;
import dev.perdure.registry.Fact;
import dev.perdure.registry.HostExposure;
import dev.perdure.registry.Incident;
import dev.perdure.registry.Lease;
import dev.perdure.registry.Recovery;
import dev.perdure.registry.Registries;
import dev.perdure.registry.Registry;
import dev.perdure.registry.RegistryException;
import dev.perdure.registry.Run;
import dev.perdure.reliability.FailureCount;
import dev.perdure.reliability.FaultKind;
import dev.perdure.reliability.Strategy;
import dev.perdure.reliability.SuccessRates;
import dev.perdure.supervision.Precedents;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What runs leave in a real registry, and what the next one learns from it. */
class LessonsTest {
    private static final Instant NOW = Instant.parse("2026-03-01T12:00:00Z");
    private static final Strategy RESTART = new Strategy.RestartWorker();
    private static final Strategy BACK = new Strategy.RollBack(2);

    @TempDir
    Path folder;

    private Registry registry;

    @BeforeEach
    void open() throws RegistryException {
        registry = Registries.sqlite(folder.resolve("registry.db"));
    }

    @AfterEach
    void close() {
        registry.close();
    }

    private Lease run(String name) throws RegistryException {
        registry.register(new Run(name, NOW, "c0ffee", "beef", "0.1.0"));
        return registry.acquire(name, "supervisor", Duration.ofSeconds(10), NOW);
    }

    /** A fault that was met with a strategy, as a supervisor records it. */
    private void tried(Lease lease, long number, String kind, String strategy, boolean helped, double seconds)
            throws RegistryException {
        Duration took = Duration.ofMillis(Math.round(seconds * 1e3));
        registry.write(
                lease,
                List.of(
                        Incident.open(number, NOW, "worker-killed", "w0", "SIGKILL"),
                        new Decision(number, number, NOW, "a process died", List.of(), strategy, "cheapest"),
                        new Recovery(number, kind, strategy, helped, took)));
    }

    @Test
    void aRegistryInWhichNothingHappenedTeachesNothing() throws RegistryException {
        run("quiet");
        assertThat(Lessons.read(registry)).isEqualTo(Precedents.none());
    }

    @Test
    void countsRatesAndTimesAreThoseOfAllRunsTogether() throws RegistryException {
        Lease first = run("first");
        tried(first, 1, "PROCESS_DEATH", RESTART.key(), true, 4);
        tried(first, 2, "PROCESS_DEATH", RESTART.key(), false, 60);
        tried(first, 3, "HANG", RESTART.key(), true, 9);
        Lease second = run("second");
        tried(second, 1, "PROCESS_DEATH", RESTART.key(), true, 2);
        tried(second, 2, "SILENT_CORRUPTION", BACK.key(), false, 30);

        Precedents learned = Lessons.read(registry);

        assertThat(learned.causes())
                .isEqualTo(Map.of(FaultKind.PROCESS_DEATH, 3, FaultKind.HANG, 1, FaultKind.SILENT_CORRUPTION, 1));
        SuccessRates rates = SuccessRates.standard()
                .after(RESTART, FaultKind.PROCESS_DEATH, 2, 1)
                .after(RESTART, FaultKind.HANG, 1, 0)
                .after(BACK, FaultKind.SILENT_CORRUPTION, 0, 1);
        assertThat(learned.rates()).isEqualTo(rates);
        assertThat(learned.seconds())
                .as("the mean of what helped; what never did has none")
                .isEqualTo(Map.of(RESTART.key(), (4.0 + 9 + 2) / 3));
    }

    @Test
    void whatAnotherBuildWroteIsPassedOver() throws RegistryException {
        Lease lease = run("newer");
        tried(lease, 1, "GREMLINS", RESTART.key(), true, 4);
        tried(lease, 2, "PROCESS_DEATH", "pray", true, 4);
        assertThat(Lessons.read(registry)).isEqualTo(Precedents.none());
    }

    @Test
    void hostsAreThoseOfAllRunsHoweverManyPagesTheyFill() throws RegistryException {
        int hosts = 1_003;
        Lease first = run("first");
        List<Fact> exposures = new ArrayList<>();
        for (int host = 0; host < hosts; host++) {
            exposures.add(new HostExposure("host-%04d".formatted(host), host % 3, Duration.ofMinutes(30)));
        }
        registry.write(first, exposures);
        registry.write(run("second"), new HostExposure("host-0001", 4, Duration.ofHours(1)));

        Map<String, FailureCount> records = Lessons.read(registry).fleet().records();

        assertThat(records)
                .hasSize(hosts)
                .containsEntry("host-0001", new FailureCount(5, 1.5))
                .containsEntry("host-1002", new FailureCount(0, 0.5));
    }

    @Test
    void aHostThatFailedBeforeItServedForATimeThatCanBeMeasuredIsCountedAllTheSame() throws RegistryException {
        registry.write(run("brief"), new HostExposure("here", 2, Duration.ZERO));
        assertThat(Lessons.read(registry).fleet().records()).containsEntry("here", new FailureCount(2, 1 / 3.6e6));
    }
}
