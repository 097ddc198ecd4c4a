package dev.perdure.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** One supervisor at a time, in every database. */
@ParameterizedClass
@EnumSource
class LeaseContractTest {
    private static final String RUN = Facts.RUN;
    private static final Instant NOW = Instant.parse("2026-03-01T12:00:00Z");
    private static final Duration TTL = Duration.ofSeconds(10);

    private final Backend backend;

    @TempDir
    Path folder;

    private String url;
    private Registry registry;

    LeaseContractTest(Backend backend) {
        this.backend = backend;
    }

    @BeforeEach
    void open() throws RegistryException {
        url = backend.freshUrl(folder);
        registry = Registries.open(url);
        registry.register(Facts.run(RUN));
    }

    @AfterEach
    void close() {
        if (registry != null) { // there was no server
            registry.close();
        }
    }

    @Test
    void isGivenToTheFirstWhoAsksAndRefusedToOthersUntilItExpires() throws RegistryException {
        Lease lease = registry.acquire(RUN, "a", TTL, NOW);
        assertThat(lease).isEqualTo(new Lease(RUN, "a", 1, NOW.plus(TTL)));
        Instant last = NOW.plus(TTL).minusMillis(1);
        assertThatExceptionOfType(LeaseHeldException.class)
                .isThrownBy(() -> registry.acquire(RUN, "b", TTL, last))
                .withMessageContainingAll("held by a", NOW.plus(TTL).toString())
                .satisfies(e -> assertThat(e.lease()).isEqualTo(lease));
        assertThat(registry.lease(RUN)).contains(lease);
        assertThat(registry.acquire(RUN, "b", TTL, NOW.plus(TTL)).epoch()).isEqualTo(2);
    }

    @Test
    void isFreeAtOnceWhenReleased() throws RegistryException {
        registry.release(registry.acquire(RUN, "a", TTL, NOW));
        assertThat(registry.acquire(RUN, "b", TTL, NOW)).isEqualTo(new Lease(RUN, "b", 2, NOW.plus(TTL)));
    }

    @Test
    void isGivenToItsOwnHolderAnewAndFencesTheEpochBefore() throws RegistryException {
        Lease before = registry.acquire(RUN, "a", TTL, NOW);
        Lease again = registry.acquire(RUN, "a", TTL, NOW);
        assertThat(again.epoch()).isEqualTo(2);
        assertThatExceptionOfType(FencedException.class).isThrownBy(() -> registry.write(before, new Progress(1)));
        registry.write(again, new Progress(1));
    }

    @Test
    void isProlongedAndNeverShortened() throws RegistryException {
        Lease lease = registry.acquire(RUN, "a", TTL, NOW);
        Lease later = registry.renew(lease, TTL, NOW.plusSeconds(4));
        assertThat(later).isEqualTo(new Lease(RUN, "a", 1, NOW.plusSeconds(14)));
        assertThat(registry.renew(later, TTL, NOW.minusSeconds(100)).expires()).isEqualTo(NOW.plusSeconds(14));
        assertThatExceptionOfType(LeaseHeldException.class)
                .isThrownBy(() -> registry.acquire(RUN, "b", TTL, NOW.plusSeconds(12)));
    }

    @Test
    void isProlongedAfterItExpiredOnlyIfNobodyTookIt() throws RegistryException {
        Lease lease = registry.acquire(RUN, "a", TTL, NOW);
        Lease late = registry.renew(lease, TTL, NOW.plusSeconds(60));
        assertThat(late.expires()).isEqualTo(NOW.plusSeconds(70));
        registry.acquire(RUN, "b", TTL, NOW.plusSeconds(70));
        assertThatExceptionOfType(FencedException.class)
                .isThrownBy(() -> registry.renew(late, TTL, NOW.plusSeconds(60)))
                .withMessageContainingAll("epoch 1", "expected: 2", "\"b\"");
    }

    @Test
    void isNotTakenFromItsHolderByTheReleaseOfAnOlderOne() throws RegistryException {
        Lease old = registry.acquire(RUN, "a", TTL, NOW);
        Lease newest = registry.acquire(RUN, "b", TTL, NOW.plus(TTL));
        registry.release(old);
        assertThat(registry.lease(RUN)).contains(newest);
        registry.write(newest, new Progress(1));
    }

    @Test
    void lastsAtLeastAsLongAsPromisedAlsoInFractionsOfAMillisecond() throws RegistryException {
        Instant fraction = NOW.plusNanos(900_000);
        registry.acquire(RUN, "a", Duration.ofMillis(1), fraction);
        assertThatExceptionOfType(LeaseHeldException.class)
                .isThrownBy(() -> registry.acquire(RUN, "b", TTL, fraction.plusNanos(999_999)));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> registry.acquire(RUN, "a", Duration.ZERO, NOW))
                .withMessage("ttl (ms): 0 (expected: >= 1)");
    }

    @Test
    void isGivenToExactlyOneOfManyThatAskAtOnce() throws Exception {
        try (Registry other = Registries.open(url)) {
            for (int round = 0; round < 5; round++) {
                Instant now = NOW.plus(TTL.multipliedBy(round));
                List<Lease> given = Collections.synchronizedList(new ArrayList<>());
                int begun = round;
                Concurrently.run(8, thread -> {
                    try {
                        Registry asked = thread % 2 == 0 ? registry : other;
                        given.add(asked.acquire(RUN, "holder" + thread + "-" + begun, TTL, now));
                    } catch (LeaseHeldException e) {
                        assertThat(e.lease().epoch()).isEqualTo(begun + 1);
                    }
                });
                assertThat(given).hasSize(1).first().extracting(Lease::epoch).isEqualTo(round + 1L);
            }
        }
    }

    @Test
    void supervisorsThatOustEachOtherLeaveAnUnbrokenHistory() throws Exception {
        var acknowledged = Collections.synchronizedList(new ArrayList<Generation>());
        try (Registry other = Registries.open(url)) {
            Concurrently.run(4, thread -> {
                Rival rival = new Rival(thread % 2 == 0 ? registry : other, "rival" + thread);
                acknowledged.addAll(rival.act(25));
            });
        }
        Rival.assertHistoryHolds(registry, acknowledged);
    }

    @Test
    void processesThatOustEachOtherLeaveAnUnbrokenHistory() throws Exception {
        var acknowledged = new ArrayList<Generation>();
        var rivals = new ArrayList<ChildJvm>();
        try {
            for (int i = 0; i < 2; i++) {
                rivals.add(ChildJvm.start(folder, Rival.class, url, "process" + i, "60"));
            }
            for (ChildJvm rival : rivals) {
                rival.line(); // ready
            }
            rivals.forEach(rival -> rival.say("go"));
            for (ChildJvm rival : rivals) {
                rival.rest().forEach(line -> acknowledged.add(Rival.parse(line)));
                assertThat(rival.exitCode()).isZero();
            }
        } finally {
            rivals.forEach(ChildJvm::kill);
        }
        Rival.assertHistoryHolds(registry, acknowledged);
    }
}
