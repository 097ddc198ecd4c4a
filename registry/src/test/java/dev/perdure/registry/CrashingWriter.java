package dev.perdure.registry;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/** Writes facts for ever, and says after each that it is stored. Also a program of its own. */
final class CrashingWriter {
    private CrashingWriter() {}

    /** Returns the facts of one write: none of them may be there without the others. */
    static List<Fact> facts(long number, long epoch) {
        return List.of(
                new Generation(
                        number, epoch, number, Facts.generation(number, epoch).members(), Facts.NOW, "crash"),
                new Progress(number),
                Facts.incident(number).succeeded(Duration.ofMillis(number)),
                Facts.decision(number, number),
                Facts.recovery(number));
    }

    /** Everything up to a number is there, whole and in order; of what follows, whole writes only. */
    static void assertHolds(Registry registry, long acknowledged) throws RegistryException {
        List<Generation> generations = registry.generations(Facts.RUN, -1, 1_000_000);
        assertThat((long) generations.size()).isGreaterThan(acknowledged);
        for (int i = 0; i < generations.size(); i++) {
            assertThat(generations.get(i).number()).isEqualTo(i);
            assertThat(generations.get(i).members()).hasSize(2);
        }
        long last = generations.size() - 1L;
        assertThat(registry.incidents(Facts.RUN, -1, 1_000_000)).hasSize(generations.size());
        assertThat(registry.decisions(Facts.RUN, last - 1, 10)).containsExactly(Facts.decision(last, last));
        assertThat(registry.recoveryStatistics())
                .first()
                .extracting(RecoveryStatistics::tries)
                .isEqualTo(last + 1);
        assertThat(registry.standing(Facts.RUN).appliedStep()).hasValue(last);
    }

    public static void main(String[] args) throws Exception {
        Registry registry = Registries.sqlite(Path.of(args[0]));
        registry.register(Facts.run(Facts.RUN));
        var before = registry.lease(Facts.RUN).map(Lease::expires).orElse(Facts.NOW);
        Lease lease =
                registry.acquire(Facts.RUN, "writer" + ProcessHandle.current().pid(), Facts.TTL, before);
        long next = registry.standing(Facts.RUN)
                        .generation()
                        .map(Generation::number)
                        .orElse(-1L)
                + 1;
        while (true) {
            registry.write(lease, facts(next, lease.epoch()));
            System.out.print("written " + next + "\n");
            System.out.flush();
            next++;
        }
    }
}
