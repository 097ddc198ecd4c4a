package dev.perdure.registry;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** Leases never overlap, whatever supervisors do and whenever they do it. */
@ParameterizedClass
@EnumSource
class LeasePropertyTest {
    private static final int STEPS = 60;
    private static final int SUPERVISORS = 3;

    private final Backend backend;

    @TempDir
    Path folder;

    LeasePropertyTest(Backend backend) {
        this.backend = backend;
    }

    @Test
    void leasesNeverOverlapUnderAnyInterleaving() throws RegistryException {
        tryInterleavings(0, 20);
    }

    @Test
    @Tag("soak")
    void leasesNeverOverlapUnderManyInterleavings() throws RegistryException {
        tryInterleavings(20, 1_000);
    }

    private void tryInterleavings(int seedFirst, int seedEnd) throws RegistryException {
        try (Registry registry = Registries.open(backend.freshUrl(folder))) {
            for (int seed = seedFirst; seed < seedEnd; seed++) {
                String run = "seed" + seed;
                registry.register(Facts.run(run));
                // In every other run the supervisors' clocks disagree: then only the fence can protect.
                var world = new World(registry, run, new Random(seed), seed % 2 == 0 ? 0 : 30_000);
                for (int step = 0; step < STEPS; step++) {
                    world.step();
                }
            }
        }
    }

    private static final class Supervisor {
        final String name;
        final long clockAheadMillis;
        int incarnation;

        @Nullable
        Lease lease;

        Supervisor(String name, long clockAheadMillis) {
            this.name = name;
            this.clockAheadMillis = clockAheadMillis;
        }

        boolean believesItLeads(Instant now) {
            return lease != null && !lease.isExpired(now);
        }
    }

    /** What must be true, told by the history alone and not by what the registry says. */
    private static final class World {
        private final Registry registry;
        private final String run;
        private final Random random;
        private final boolean clocksAgree;
        private final List<Supervisor> supervisors = new ArrayList<>();
        private Instant now = Facts.NOW;
        private long newestEpoch;
        private boolean released = true;
        private long written = -1;

        World(Registry registry, String run, Random random, int skewMillis) {
            this.registry = registry;
            this.run = run;
            this.random = random;
            this.clocksAgree = skewMillis == 0;
            for (int i = 0; i < SUPERVISORS; i++) {
                supervisors.add(new Supervisor("s" + i, skewMillis == 0 ? 0 : random.nextInt(-skewMillis, skewMillis)));
            }
        }

        void step() throws RegistryException {
            now = now.plusNanos(random.nextLong(4_000_000_000L));
            Supervisor actor = supervisors.get(random.nextInt(SUPERVISORS));
            Instant itsNow = now.plusMillis(actor.clockAheadMillis);
            Lease lease = actor.lease;
            if (lease == null || random.nextInt(6) == 0) {
                acquire(actor, itsNow);
            } else {
                switch (random.nextInt(8)) {
                    case 0 -> release(actor, lease);
                    case 1 -> actor.lease = null; // it died; its next incarnation asks anew
                    case 2, 3, 4 -> renew(actor, lease, itsNow);
                    default -> write(actor, lease);
                }
            }
            if (clocksAgree) {
                assertThat(supervisors.stream().filter(s -> s.believesItLeads(now)))
                        .as("those who believe they lead %s at %s", run, now)
                        .hasSizeLessThanOrEqualTo(1);
            }
        }

        private void acquire(Supervisor actor, Instant itsNow) throws RegistryException {
            if (actor.lease == null) {
                actor.incarnation++;
            }
            try {
                Lease given = registry.acquire(run, actor.name + "#" + actor.incarnation, ttl(), itsNow);
                assertThat(given.epoch()).as(run).isEqualTo(newestEpoch + 1);
                newestEpoch = given.epoch();
                released = false;
                actor.lease = given;
            } catch (LeaseHeldException e) {
                assertThat(e.lease().isExpired(itsNow)).as(run).isFalse();
                assertThat(e.lease().epoch()).as(run).isEqualTo(newestEpoch);
                assertThat(released).as(run).isFalse();
            }
        }

        private Duration ttl() {
            return Duration.ofMillis(1 + random.nextInt(10_000));
        }

        private void release(Supervisor actor, Lease lease) throws RegistryException {
            registry.release(lease);
            released |= lease.epoch() == newestEpoch;
            actor.lease = null;
        }

        private void renew(Supervisor actor, Lease lease, Instant itsNow) throws RegistryException {
            try {
                Lease renewed = registry.renew(lease, ttl(), itsNow);
                assertIsNewest(lease);
                assertThat(renewed.expires()).as(run).isAfterOrEqualTo(lease.expires());
                actor.lease = renewed;
            } catch (FencedException e) {
                assertIsStale(lease, e);
                actor.lease = null;
            }
        }

        private void write(Supervisor actor, Lease lease) throws RegistryException {
            long next = written + 1;
            try {
                registry.write(lease, new Generation(next, lease.epoch(), 0, List.of(), now, actor.name));
                assertIsNewest(lease);
                written = next;
            } catch (FencedException e) {
                assertIsStale(lease, e);
                actor.lease = null;
            }
            Optional<Generation> newest = registry.standing(run).generation();
            assertThat(newest.map(Generation::number).orElse(-1L)).as(run).isEqualTo(written);
        }

        private void assertIsNewest(Lease lease) {
            assertThat(lease.epoch()).as(run).isEqualTo(newestEpoch);
            assertThat(released).as(run).isFalse();
        }

        private void assertIsStale(Lease lease, FencedException e) {
            assertThat(lease.epoch() < newestEpoch || released).as(run).isTrue();
            assertThat(e.newest()).as(run).isEqualTo(newestEpoch);
        }
    }
}
