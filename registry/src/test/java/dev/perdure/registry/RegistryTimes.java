package dev.perdure.registry;

import java.io.PrintStream;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

/**
 * Measures opening and committing. Argument: a URL, or the path of an SQLite file. Run it twice, in JVMs of
 * their own: the first makes the registry, the second opens it.
 */
final class RegistryTimes {
    private static final int COMMITS = 3_000;
    private static final PrintStream OUT = System.out;

    private RegistryTimes() {}

    public static void main(String[] args) throws RegistryException {
        long begin = System.nanoTime();
        try (Registry registry =
                args[0].contains(":") ? Registries.open(args[0]) : Registries.sqlite(Path.of(args[0]))) {
            OUT.printf("open                  %8.1f ms%n", millisSince(begin));
            Lease lease = lease(registry);
            OUT.printf("open and first lease  %8.1f ms%n", millisSince(begin));
            long next = registry.standing(Facts.RUN)
                    .generation()
                    .map(g -> g.number() + 1)
                    .orElse(0L);
            OUT.printf("and first standing    %8.1f ms%n", millisSince(begin));
            report("progress", registry, lease, next, false);
            report("generation, incident, decision, recovery, progress", registry, lease, next, true);
        }
    }

    private static Lease lease(Registry registry) throws RegistryException {
        registry.register(Facts.run(Facts.RUN));
        return registry.acquire(Facts.RUN, "times", Facts.TTL, Facts.NOW);
    }

    private static void report(String what, Registry registry, Lease lease, long next, boolean all)
            throws RegistryException {
        double[] millis = new double[COMMITS];
        for (int i = 0; i < COMMITS; i++) {
            List<Fact> facts = all ? CrashingWriter.facts(next + i, lease.epoch()) : List.of(new Progress(next + i));
            long begin = System.nanoTime();
            registry.write(lease, facts);
            millis[i] = millisSince(begin);
        }
        Arrays.sort(millis, 0, COMMITS);
        OUT.printf(
                "durable commit: median %.3f ms, p99 %.3f ms, max %.1f ms, of %d (%s)%n",
                millis[COMMITS / 2], millis[COMMITS * 99 / 100], millis[COMMITS - 1], COMMITS, what);
    }

    private static double millisSince(long begin) {
        return (System.nanoTime() - begin) / 1e6;
    }
}
