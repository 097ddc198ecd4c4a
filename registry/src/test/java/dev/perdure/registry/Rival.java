package dev.perdure.registry;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;

/** A supervisor that respects no lease: its clock says that every other has expired. Also a program of its own. */
final class Rival {
    private static final Instant LONG_AGO = Instant.EPOCH;
    private static final int FEW = 3;

    private final Registry registry;
    private final String name;

    Rival(Registry registry, String name) {
        this.registry = registry;
        this.name = name;
    }

    /**
     * Acts so many times, and goes on until a few of its generations are stored: how often one rival ousts another
     * before it has written is up to the machine, and the last of them has no rival. Returns what it was told is stored.
     */
    List<Generation> act(int turns) throws RegistryException {
        var acknowledged = new ArrayList<Generation>();
        for (int turn = 0; turn < turns || acknowledged.size() < FEW; turn++) {
            actAtOnce(turn).ifPresent(acknowledged::add);
        }
        return acknowledged;
    }

    /** Takes the lease by force, then writes the next generation; returns the one that it was told is stored. */
    private Optional<Generation> actAtOnce(int turn) throws RegistryException {
        Lease lease = takeByForce();
        try {
            long next = registry.standing(Facts.RUN)
                            .generation()
                            .map(Generation::number)
                            .orElse(0L)
                    + 1;
            var generation = new Generation(next, lease.epoch(), turn, List.of(), LONG_AGO, name);
            registry.write(lease, List.of(generation, new Progress(next)));
            return Optional.of(generation);
        } catch (FencedException e) {
            assertThat(e.newest()).isGreaterThan(e.epoch());
            return Optional.empty();
        }
    }

    private Lease takeByForce() throws RegistryException {
        Instant now = LONG_AGO;
        while (true) {
            try {
                return registry.acquire(Facts.RUN, name, Duration.ofMillis(1), now);
            } catch (LeaseHeldException e) {
                now = e.lease().expires();
            }
        }
    }

    /** What was acknowledged is there; numbers grow, epochs never fall, and each epoch had one holder. */
    static void assertHistoryHolds(Registry registry, List<Generation> acknowledged) throws RegistryException {
        List<Generation> stored = registry.generations(Facts.RUN, -1, 10_000);
        assertThat(stored).hasSizeGreaterThanOrEqualTo(2 * FEW).containsExactlyInAnyOrderElementsOf(acknowledged);
        assertThat(stored).isSortedAccordingTo(Comparator.comparingLong(Generation::epoch));
        var holders = new TreeMap<Long, String>();
        for (Generation generation : stored) {
            String before = holders.putIfAbsent(generation.epoch(), generation.reason());
            assertThat(before)
                    .as("another holder of epoch %d", generation.epoch())
                    .isIn(null, generation.reason());
        }
        assertThat(registry.standing(Facts.RUN).appliedStep())
                .hasValue(stored.getLast().number());
    }

    static Generation parse(String line) {
        String[] words = line.split(" ");
        return new Generation(
                Long.parseLong(words[0]),
                Long.parseLong(words[1]),
                Long.parseLong(words[2]),
                List.of(),
                LONG_AGO,
                words[3]);
    }

    /** Arguments: URL, name, turns. Says when it is ready, waits for a line, prints what was acknowledged. */
    public static void main(String[] args) throws Exception {
        try (Registry registry = Registries.open(args[0])) {
            var rival = new Rival(registry, args[1]);
            System.out.println("ready");
            if (System.in.read() < 0) {
                return;
            }
            for (Generation g : rival.act(Integer.parseInt(args[2]))) {
                System.out.printf("%d %d %d %s%n", g.number(), g.epoch(), g.firstStep(), args[1]);
            }
        }
    }
}
