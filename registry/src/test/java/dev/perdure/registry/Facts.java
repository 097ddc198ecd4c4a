package dev.perdure.registry;

import dev.perdure.registry.Decision.Alternative;
import dev.perdure.registry.Generation.Member;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.OptionalLong;

/** Examples. */
final class Facts {
    static final String RUN = "digits";
    static final Instant NOW = Instant.parse("2026-03-01T12:00:00.123456789Z");
    static final Duration TTL = Duration.ofSeconds(10);

    private Facts() {}

    static Run run(String id) {
        return new Run(id, NOW, "c0ffee", "beef", "0.1.0");
    }

    /** Returns a lease of a run that is registered if it was not. */
    static Lease lease(Registry registry, String run) throws RegistryException {
        registry.register(run(run));
        return registry.acquire(run, "supervisor", TTL, NOW);
    }

    static Generation generation(long number, long epoch) {
        var members = List.of(new Member("w1", "a", 4242, 0, 3), new Member("w0", "b", 4243, 3, 4));
        return new Generation(number, epoch, 17, members, NOW, "w2 was lost");
    }

    static Incident incident(long number) {
        return Incident.open(number, NOW.plusSeconds(number), "worker lost", "w2", "{\"exit\": 137}");
    }

    static Decision decision(long number, long incident) {
        var alternatives = List.of(
                new Alternative("restart the worker", 1.25, 0.9), new Alternative("stop", Double.POSITIVE_INFINITY, 0));
        return new Decision(number, incident, NOW, "exit 137", alternatives, "restart the worker", "cheapest");
    }

    static Recovery recovery(long decision) {
        return new Recovery(decision, "worker lost", "restart the worker", true, Duration.ofMillis(140));
    }

    static WorkerProcess worker(String token) {
        return WorkerProcess.starting("w0", token, "a");
    }

    /** Returns a fact of every kind. */
    static List<Fact> ofEveryKind(Lease lease) {
        return List.of(
                generation(3, lease.epoch()),
                new Progress(16),
                incident(7),
                decision(2, 7),
                recovery(2),
                new HostExposure("a", 1, Duration.ofMinutes(3)),
                worker("t1"),
                new WorkerProcess(
                        "w1", "t2", "b", OptionalLong.of(99), java.util.Optional.of(NOW), WorkerProcess.State.RUNNING));
    }
}
