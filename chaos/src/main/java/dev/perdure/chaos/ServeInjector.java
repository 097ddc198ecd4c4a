package dev.perdure.chaos;

import dev.perdure.chaos.ServePlan.Entry;
import dev.perdure.chaos.ServedTarget.End;
import dev.perdure.chaos.ServedTarget.Ended;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import java.util.stream.IntStream;

/** Does what an entry says, as far as it is not done inside a replica, and returns when that is over. */
final class ServeInjector {
    private static final Duration POISONED_WITHIN = Duration.ofSeconds(20);

    private final ServedTarget target;
    private final ChaosFolder folder;
    private final double perSecond;
    private final BadClients clients;
    private final Consumer<String> refused;

    /**
     * @param perSecond what is asked anyhow
     * @param refused told when a bad client was turned away
     */
    ServeInjector(ServedTarget target, ChaosFolder folder, double perSecond, Consumer<String> refused) {
        this.target = target;
        this.folder = folder;
        this.perSecond = perSecond;
        this.refused = refused;
        this.clients = new BadClients(target.http(), target.path(), target.body());
    }

    /** Returns what was wrong with what came of it, where that is known at once; empty for nothing. */
    String fire(Entry entry) throws IOException, InterruptedException {
        return switch (entry.fault()) {
            case ServeFault.OfReplica fault -> {
                ProcessHandle victim = victim(entry);
                folder.claim(entry.id(), Long.toString(victim.pid()), "from outside");
                harm(fault, victim);
                yield "";
            }
            case ServeFault.Inside _ -> {
                folder.setTurn(entry.id());
                yield "";
            }
            case ServeFault.AtLoad _ -> {
                folder.setTurn(entry.id());
                victim(entry).destroyForcibly();
                yield "";
            }
            case ServeFault.OfFront fault -> {
                harm(fault, entry);
                yield "";
            }
            case ServeFault.HostCutOff(var lasts) -> {
                folder.claim(entry.id(), "host", "packets vanish");
                cutOff(lasts);
                yield "";
            }
            case ServeFault.BigModel(int megabytes) -> {
                folder.claim(entry.id(), "all", "from outside");
                target.addModel(megabytes);
                yield "";
            }
            case ServeFault.OfClients fault -> {
                folder.claim(entry.id(), "clients", "from outside");
                yield ask(fault, entry);
            }
        };
    }

    private ProcessHandle victim(Entry entry) throws IOException {
        return drawn(target.replicas(), entry);
    }

    private static ProcessHandle drawn(List<ProcessHandle> living, Entry entry) {
        return living.get((int) Long.remainderUnsigned(entry.draw(), living.size()));
    }

    private static void harm(ServeFault.OfReplica fault, ProcessHandle victim) throws InterruptedException {
        switch (fault) {
            case ServeFault.Kill _ -> victim.destroyForcibly();
            case ServeFault.Terminate _ -> victim.destroy();
            case ServeFault.Stop _ -> Signals.stop(victim);
            case ServeFault.Pause(var lasts) -> {
                Signals.stop(victim);
                try {
                    Thread.sleep(lasts);
                } finally {
                    Signals.go(victim);
                }
            }
        }
    }

    private void harm(ServeFault.OfFront fault, Entry entry) throws IOException, InterruptedException {
        switch (fault) {
            case ServeFault.KillGateway _ -> {
                ProcessHandle victim = drawn(target.gateways(), entry);
                folder.claim(entry.id(), Long.toString(victim.pid()), "from outside");
                victim.destroyForcibly();
            }
            case ServeFault.ClockJump(var by, var lasts) -> {
                folder.claim(entry.id(), "gateways", "by %d s".formatted(by.toSeconds()));
                folder.setClockOff(by);
                try {
                    Thread.sleep(lasts);
                } finally {
                    folder.setClockOff(Duration.ZERO);
                }
            }
            case ServeFault.KillParent(var alone) -> {
                ProcessHandle victim = target.parent();
                folder.claim(entry.id(), Long.toString(victim.pid()), "from outside");
                victim.destroyForcibly();
                Thread.sleep(alone);
                target.startParent();
            }
        }
    }

    private void cutOff(Duration lasts) throws IOException, InterruptedException {
        target.cutOff();
        try {
            Thread.sleep(lasts);
        } finally {
            target.mend();
        }
    }

    /** Undoes what is not over by itself. */
    void undo(Entry entry) throws IOException {
        if (entry.fault() instanceof ServeFault.OfModels) {
            target.removeModel();
        }
    }

    private String ask(ServeFault.OfClients fault, Entry entry) throws IOException, InterruptedException {
        return switch (fault) {
            case ServeFault.Poison _ -> poisoned(target.askOnce(ReplicaSaboteur.POISON + entry.id()));
            case ServeFault.Overload(int times, var lasts) -> overloaded(times, lasts);
            case ServeFault.SlowWriters(int connections, var lasts) ->
                at(connections, () -> clients.writeSlowly(lasts));
            case ServeFault.SlowReaders(int connections, var lasts) ->
                at(connections, () -> clients.readNothing(lasts));
            case ServeFault.OversizedBodies _ -> told(clients.sendTooMuch(), "too large a body was turned away");
            case ServeFault.MalformedBodies(int bodies) ->
                told(clients.sendMalformed(bodies, entry.draw()), "bodies that are none were turned away");
        };
    }

    private String told(String problem, String words) {
        if (problem.isEmpty()) {
            refused.accept(words);
        }
        return problem;
    }

    private static String poisoned(Ended ended) {
        boolean isRight = (ended.end() == End.FAILED || ended.end() == End.DEGRADED)
                && ended.millis() < POISONED_WITHIN.toMillis();
        return isRight
                ? ""
                : "the poison itself was %s after %.0f ms (expected: refused, or answered by a lower tier)"
                        .formatted(ended.end(), ended.millis());
    }

    /** Some may be refused, but no answer may be wrong. */
    private String overloaded(int times, Duration lasts) throws InterruptedException {
        List<Ended> wrong = new CopyOnWriteArrayList<>();
        target.askMore(times * perSecond, lasts, ended -> {
            if (ended.end() == End.WRONG) {
                wrong.add(ended);
            }
        });
        return wrong.isEmpty()
                ? ""
                : "%d wrong answers, such as %s"
                        .formatted(wrong.size(), wrong.getFirst().words());
    }

    /** What a client does. */
    private interface Doing {
        void run() throws IOException;
    }

    private static String at(int connections, Doing doing) throws InterruptedException {
        List<Thread> clients = IntStream.range(0, connections)
                .mapToObj(_ -> Thread.ofVirtual().name("client").start(() -> turnedAway(doing)))
                .toList();
        for (Thread client : clients) {
            client.join();
        }
        return "";
    }

    private static void turnedAway(Doing doing) {
        try {
            doing.run();
        } catch (IOException _) {
            // as it may be
        }
    }
}
