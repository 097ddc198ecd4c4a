package dev.perdure.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.perdure.registry.Decision.Alternative;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** What a registry keeps, in every database it may live in. */
@ParameterizedClass
@EnumSource
class RegistryContractTest {
    private final Backend backend;

    @TempDir
    Path folder;

    private String url;
    private Registry registry;

    RegistryContractTest(Backend backend) {
        this.backend = backend;
    }

    @BeforeEach
    void open() throws RegistryException {
        url = backend.freshUrl(folder);
        registry = Registries.open(url);
    }

    @AfterEach
    void close() {
        if (registry != null) { // there was no server
            registry.close();
        }
    }

    private void reopen() throws RegistryException {
        registry.close();
        registry = Registries.open(url);
    }

    @Test
    void keepsARunAsItWasBegun() throws RegistryException {
        assertThat(registry.run(Facts.RUN)).isEmpty();
        assertThat(registry.register(Facts.run(Facts.RUN))).isTrue();
        var later = new Run(Facts.RUN, Facts.NOW.plusSeconds(9), "c0ffee", "beef", "0.1.0");
        assertThat(registry.register(later)).isFalse();
        reopen();
        assertThat(registry.run(Facts.RUN)).contains(Facts.run(Facts.RUN));
    }

    @Test
    void refusesARunOfTheSameNameWithAnotherConfigurationAndNamesBoth() throws RegistryException {
        registry.register(Facts.run(Facts.RUN));
        for (Run other : List.of(
                new Run(Facts.RUN, Facts.NOW, "other", "beef", "0.1.0"),
                new Run(Facts.RUN, Facts.NOW, "c0ffee", "other", "0.1.0"),
                new Run(Facts.RUN, Facts.NOW, "c0ffee", "beef", "other"))) {
            assertThatExceptionOfType(RegistryConflictException.class)
                    .isThrownBy(() -> registry.register(other))
                    .withMessageContainingAll("other", "c0ffee", "beef", "0.1.0");
        }
        assertThat(registry.run(Facts.RUN)).contains(Facts.run(Facts.RUN));
    }

    @Test
    void listsRunsOldestFirstInPages() throws RegistryException {
        var runs = new ArrayList<Run>();
        for (int i = 0; i < 7; i++) {
            runs.add(new Run("run" + (7 - i), Facts.NOW.plusSeconds(i / 2), "c", "r", "b"));
        }
        for (Run run :
                List.of(runs.get(4), runs.get(0), runs.get(6), runs.get(1), runs.get(3), runs.get(5), runs.get(2))) {
            registry.register(run);
        }
        var listed = new ArrayList<Run>();
        List<Run> page = registry.runs(Optional.empty(), 2);
        while (!page.isEmpty()) {
            assertThat(page).hasSizeLessThanOrEqualTo(2);
            listed.addAll(page);
            page = registry.runs(Optional.of(page.getLast()), 2);
        }
        assertThat(listed)
                .containsExactly(
                        runs.get(1), runs.get(0), runs.get(3), runs.get(2), runs.get(5), runs.get(4), runs.get(6));
    }

    @Test
    void everyFactComesBackAsItWasWritten() throws RegistryException {
        Lease lease = Facts.lease(registry, Facts.RUN);
        List<Fact> facts = Facts.ofEveryKind(lease);
        registry.write(lease, facts);
        reopen();
        assertHolds(facts);
        assertThat(registry.recoveryStatistics())
                .containsExactly(new RecoveryStatistics(
                        "worker lost", "restart the worker", 1, 1, Duration.ofMillis(140), Duration.ZERO));
        assertThat(registry.lease(Facts.RUN)).contains(lease);
    }

    private void assertHolds(List<Fact> facts) throws RegistryException {
        Standing standing = registry.standing(Facts.RUN);
        assertThat(standing)
                .isEqualTo(new Standing(
                        Optional.of((Generation) facts.get(0)),
                        OptionalLong.of(16),
                        OptionalLong.of(7),
                        OptionalLong.of(2),
                        List.of((Incident) facts.get(2)),
                        List.of((WorkerProcess) facts.get(6), (WorkerProcess) facts.get(7)),
                        List.of((HostExposure) facts.get(5))));
        assertThat(registry.generations(Facts.RUN, -1, 10)).containsExactly((Generation) facts.get(0));
        assertThat(registry.incidents(Facts.RUN, -1, 10)).containsExactly((Incident) facts.get(2));
        assertThat(registry.decisions(Facts.RUN, -1, 10)).containsExactly((Decision) facts.get(3));
    }

    @Test
    void writingAgainChangesNothing() throws RegistryException {
        Lease lease = Facts.lease(registry, Facts.RUN);
        List<Fact> facts = Facts.ofEveryKind(lease);
        registry.write(lease, facts);
        registry.write(lease, facts);
        for (Fact fact : facts) {
            registry.write(lease, fact);
        }
        assertHolds(facts);
        assertThat(registry.recoveryStatistics())
                .first()
                .extracting(RecoveryStatistics::tries)
                .isEqualTo(1L);
    }

    @Test
    void aNewRunStandsAtNothing() throws RegistryException {
        Facts.lease(registry, Facts.RUN);
        assertThat(registry.standing(Facts.RUN))
                .isEqualTo(new Standing(
                        Optional.empty(),
                        OptionalLong.empty(),
                        OptionalLong.empty(),
                        OptionalLong.empty(),
                        List.of(),
                        List.of(),
                        List.of()));
        assertThat(registry.generations(Facts.RUN, -1, 1)).isEmpty();
        assertThat(registry.recoveryStatistics()).isEmpty();
        assertThat(registry.hosts("", 1)).isEmpty();
    }

    @Test
    void refusesAGenerationThatGoesBackOrDiffers() throws RegistryException {
        Lease lease = Facts.lease(registry, Facts.RUN);
        registry.write(lease, List.of(Facts.generation(3, 1), Facts.generation(5, 1)));
        refuses(lease, Facts.generation(4, 1), "generation 4 (expected: > 5");
        refuses(lease, new Generation(5, 1, 18, List.of(), Facts.NOW, ""), "generation 5 is written already");
        registry.write(lease, Facts.generation(3, 1)); // the same again
        assertThat(registry.generations(Facts.RUN, -1, 10))
                .containsExactly(Facts.generation(3, 1), Facts.generation(5, 1));
    }

    @Test
    void refusesIncidentsAndDecisionsThatGoBackOrDiffer() throws RegistryException {
        Lease lease = Facts.lease(registry, Facts.RUN);
        Decision other = new Decision(4, 9, Facts.NOW, "", List.of(), "stop", "");
        registry.write(lease, List.of(Facts.incident(4).failed(), Facts.decision(4, 4), Facts.recovery(4)));
        refuses(lease, Facts.incident(3), "incident 3 (expected: > 4");
        refuses(lease, Facts.incident(4), "incident 4 is written already");
        refuses(lease, Facts.decision(3, 4), "decision 3 (expected: > 4");
        refuses(lease, other, "decision 4 is written already");
        var otherRecovery = new Recovery(4, "worker lost", "restart the worker", false, Duration.ofMillis(140));
        refuses(lease, otherRecovery, "the recovery of decision 4 is written already");
    }

    private void refuses(Lease lease, Fact fact, String why) {
        assertThatExceptionOfType(RegistryConflictException.class)
                .isThrownBy(() -> registry.write(lease, fact))
                .withMessageContainingAll(Facts.RUN, why);
    }

    @Test
    void refusesAGenerationOfAnotherEpochThanTheLease() throws RegistryException {
        Lease lease = Facts.lease(registry, Facts.RUN);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> registry.write(lease, Facts.generation(1, 2)))
                .withMessageContaining("epoch 2 (expected: 1");
        assertThat(registry.standing(Facts.RUN).generation()).isEmpty();
    }

    @Test
    void progressOnlyGrows() throws RegistryException {
        Lease lease = Facts.lease(registry, Facts.RUN);
        registry.write(lease, List.of(new Progress(0)));
        assertThat(registry.standing(Facts.RUN).appliedStep()).hasValue(0);
        registry.write(lease, List.of(new Progress(Long.MAX_VALUE), new Progress(8)));
        assertThat(registry.standing(Facts.RUN).appliedStep()).hasValue(Long.MAX_VALUE);
    }

    @Test
    void anIncidentIsCompletedWhileItIsOpenAndStaysOnceItEnded() throws RegistryException {
        Lease lease = Facts.lease(registry, Facts.RUN);
        registry.write(lease, List.of(Facts.incident(1), Facts.incident(2)));
        Incident decided = Facts.incident(1).withDetected(Duration.ofMillis(18)).withAction("restart", "cheapest");
        registry.write(lease, decided);
        assertThat(registry.standing(Facts.RUN).openIncidents()).containsExactly(decided, Facts.incident(2));
        Incident ended = decided.succeeded(Duration.ofMillis(140));
        registry.write(lease, ended);
        refuses(lease, decided.failed(), "incident 1 is written already");
        assertThat(registry.standing(Facts.RUN).openIncidents()).containsExactly(Facts.incident(2));
        assertThat(registry.incidents(Facts.RUN, -1, 10)).containsExactly(ended, Facts.incident(2));
    }

    @Test
    void writesAllFactsOrNone() throws RegistryException {
        Lease lease = Facts.lease(registry, Facts.RUN);
        registry.write(lease, Facts.generation(9, 1));
        Standing before = registry.standing(Facts.RUN);
        var facts = new ArrayList<>(Facts.ofEveryKind(lease).subList(1, 8));
        facts.add(Facts.generation(8, 1));
        assertThatExceptionOfType(RegistryConflictException.class).isThrownBy(() -> registry.write(lease, facts));
        assertThat(registry.standing(Facts.RUN)).isEqualTo(before);
    }

    @Test
    void aStaleSupervisorCanWriteNoFactOfAnyKind() throws RegistryException {
        Lease stale = Facts.lease(registry, Facts.RUN);
        Lease newest = registry.acquire(Facts.RUN, "successor", Facts.TTL, stale.expires());
        for (Fact fact : Facts.ofEveryKind(stale)) {
            assertThatExceptionOfType(FencedException.class)
                    .isThrownBy(() -> registry.write(stale, fact))
                    .withMessageContainingAll("epoch 1", "expected: 2", "successor")
                    .satisfies(e -> assertThat(e.epoch()).isEqualTo(1))
                    .satisfies(e -> assertThat(e.newest()).isEqualTo(2));
        }
        assertThat(registry.standing(Facts.RUN).generation()).isEmpty();
        assertThat(registry.recoveryStatistics()).isEmpty();
        registry.write(newest, Facts.ofEveryKind(newest));
    }

    @Test
    void aReleasedLeaseWritesNothingAndIsNotShown() throws RegistryException {
        Lease lease = Facts.lease(registry, Facts.RUN);
        registry.release(lease);
        registry.release(lease);
        assertThat(registry.lease(Facts.RUN)).isEmpty();
        assertThatExceptionOfType(FencedException.class)
                .isThrownBy(() -> registry.write(lease, new Progress(1)))
                .withMessageContaining("was released");
        assertThatExceptionOfType(FencedException.class)
                .isThrownBy(() -> registry.renew(lease, Facts.TTL, Facts.NOW))
                .withMessageContaining("was released");
        assertThat(registry.standing(Facts.RUN).appliedStep()).isEmpty();
    }

    @Test
    void saysThatARunIsNotRegistered() {
        Lease foreign = new Lease("nobody", "supervisor", 1, Facts.NOW);
        assertThatExceptionOfType(RegistryConflictException.class)
                .isThrownBy(() -> registry.acquire("nobody", "supervisor", Facts.TTL, Facts.NOW))
                .withMessageContaining("nobody is not registered");
        assertThatExceptionOfType(RegistryConflictException.class)
                .isThrownBy(() -> registry.write(foreign, new Progress(1)));
        assertThatExceptionOfType(RegistryConflictException.class).isThrownBy(() -> registry.standing("nobody"));
    }

    @Test
    void listsEverythingInOrderAndInPages() throws RegistryException {
        Lease lease = Facts.lease(registry, Facts.RUN);
        var facts = new ArrayList<Fact>();
        for (int i = 0; i < 50; i += 2) {
            facts.addAll(List.of(Facts.generation(i, 1), Facts.incident(i), Facts.decision(i, i)));
        }
        registry.write(lease, facts);
        assertThat(registry.generations(Facts.RUN, 10, 3))
                .extracting(Generation::number)
                .containsExactly(12L, 14L, 16L);
        assertThat(registry.incidents(Facts.RUN, 45, 5))
                .extracting(Incident::number)
                .containsExactly(46L, 48L);
        assertThat(registry.decisions(Facts.RUN, -1, 2)).containsExactly(Facts.decision(0, 0), Facts.decision(2, 2));
        assertThat(registry.incidents(Facts.RUN, 48, 5)).isEmpty();
        assertThatIllegalArgumentException()
                .isThrownBy(() -> registry.incidents(Facts.RUN, 0, 0))
                .withMessage("max: 0 (expected: >= 1)");
    }

    @Test
    void learnsFromTheRecoveriesOfAllRuns() throws RegistryException {
        for (String run : List.of("first", "second")) {
            Lease lease = Facts.lease(registry, run);
            registry.write(
                    lease,
                    List.of(
                            new Recovery(1, "hang", "restart", true, Duration.ofMillis(100)),
                            new Recovery(2, "hang", "restart", false, Duration.ofMillis(900)),
                            new Recovery(3, "hang", "rollback", true, Duration.ofMillis(5_000))));
        }
        assertThat(registry.recoveryStatistics())
                .containsExactly(
                        new RecoveryStatistics(
                                "hang", "restart", 4, 2, Duration.ofMillis(200), Duration.ofMillis(1_800)),
                        new RecoveryStatistics("hang", "rollback", 2, 2, Duration.ofSeconds(10), Duration.ZERO));
    }

    @Test
    void remembersHowHostsDidInAllRuns() throws RegistryException {
        Lease first = Facts.lease(registry, "first");
        Lease second = Facts.lease(registry, "second");
        registry.write(first, new HostExposure("a", 1, Duration.ofMinutes(5)));
        registry.write(first, new HostExposure("a", 3, Duration.ofMinutes(7)));
        registry.write(first, new HostExposure("a", 2, Duration.ofMinutes(6))); // late: changes nothing
        registry.write(
                second,
                List.of(new HostExposure("a", 1, Duration.ofMinutes(1)), new HostExposure("b", 0, Duration.ZERO)));
        var a = new HostStatistics("a", 2, 4, Duration.ofMinutes(8));
        var b = new HostStatistics("b", 1, 0, Duration.ZERO);
        assertThat(registry.hosts("", 10)).containsExactly(a, b);
        assertThat(registry.hosts("", 1)).containsExactly(a);
        assertThat(registry.hosts("a", 10)).containsExactly(b);
        assertThat(registry.standing("first").hosts()).containsExactly(new HostExposure("a", 3, Duration.ofMinutes(7)));
    }

    @Test
    void aProcessIsRememberedUntilItEndedAlsoWhenItsWorkerHasANewOne() throws RegistryException {
        Lease lease = Facts.lease(registry, Facts.RUN);
        WorkerProcess old = Facts.worker("t1");
        registry.write(lease, old);
        registry.write(lease, old.running(77, Facts.NOW));
        registry.write(lease, Facts.worker("t2"));
        assertThat(registry.standing(Facts.RUN).workers())
                .containsExactly(old.running(77, Facts.NOW), Facts.worker("t2"));
        registry.write(lease, old.running(77, Facts.NOW).ended());
        registry.write(lease, old.running(77, Facts.NOW)); // late: it stays ended
        assertThat(registry.standing(Facts.RUN).workers()).containsExactly(Facts.worker("t2"));
    }

    @Test
    void anyTextAndNumberComesBack() throws RegistryException {
        Lease lease = Facts.lease(registry, Facts.RUN);
        for (int seed = 0; seed < 40; seed++) {
            var random = new Random(seed);
            Incident incident = Incident.open(seed, Facts.NOW, "kind", text(random), text(random))
                    .withAction(text(random), text(random))
                    .succeeded(Duration.ofMillis(random.nextLong() >>> 1));
            var alternatives = List.of(new Alternative("a'b\"c;--", random.nextDouble() * 1e300, random.nextDouble()));
            var decision = new Decision(seed, seed, Facts.NOW, text(random), alternatives, "é世🙂", text(random));
            registry.write(lease, List.of(incident, decision));
            assertThat(registry.incidents(Facts.RUN, seed - 1, 1))
                    .as("seed %d", seed)
                    .containsExactly(incident);
            assertThat(registry.decisions(Facts.RUN, seed - 1, 1))
                    .as("seed %d", seed)
                    .containsExactly(decision);
        }
    }

    /** Any characters at all, NUL and halves of pairs included, sometimes too many. */
    private static String text(Random random) {
        int length = random.nextInt(8) == 0 ? Checks.TEXT_MAX - 1 + random.nextInt(3) : random.nextInt(40);
        var text = new StringBuilder();
        for (int i = 0; i < length; i++) {
            text.append((char) (random.nextBoolean() ? random.nextInt(128) : random.nextInt(0x10000)));
        }
        return text.toString();
    }

    @Test
    void oneRunDoesNotSeeAnother() throws RegistryException {
        Lease first = Facts.lease(registry, "first");
        Facts.lease(registry, "second");
        registry.write(first, Facts.ofEveryKind(first));
        assertThat(registry.standing("second").generation()).isEmpty();
        assertThat(registry.standing("second").workers()).isEmpty();
        assertThat(registry.incidents("second", -1, 10)).isEmpty();
    }

    @Test
    void manyThreadsWriteAndReadAtOnce() throws Exception {
        var runs = List.of("a", "b", "c", "d");
        var leases = new ArrayList<Lease>();
        for (String run : runs) {
            leases.add(Facts.lease(registry, run));
        }
        Concurrently.run(leases.size(), thread -> {
            for (int i = 0; i < 30; i++) {
                registry.write(leases.get(thread), List.of(Facts.generation(i, 1), new Progress(i)));
                assertThat(registry.standing(runs.get(thread)).appliedStep()).hasValue(i);
            }
        });
        for (String run : runs) {
            assertThat(registry.generations(run, -1, 100)).hasSize(30);
        }
    }
}
