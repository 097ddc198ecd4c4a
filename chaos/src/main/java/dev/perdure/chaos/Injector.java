package dev.perdure.chaos;

import dev.perdure.chaos.Agenda.Entry;
import dev.perdure.chaos.ChaosFolder.Present;
import dev.perdure.checkpoint.CheckpointInfo;
import dev.perdure.checkpoint.Checkpoints;
import dev.perdure.store.LocalObjectStore;
import dev.perdure.training.RunFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Does to processes and files from outside what an agenda says. What lasts is done on threads of its own, and undone. */
final class Injector implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Injector.class);
    private static final Duration CYCLE = Duration.ofMillis(100);

    private final RunFolder run;
    private final ChaosFolder folder;
    private final Supplier<ProcessHandle> supervisor;
    private final ExecutorService lasting = Executors.newVirtualThreadPerTaskExecutor();
    private final ConcurrentLinkedQueue<Future<?>> going = new ConcurrentLinkedQueue<>();
    private final Set<String> killed = new HashSet<>();

    Injector(RunFolder run, ChaosFolder folder, Supplier<ProcessHandle> supervisor) {
        this.run = run;
        this.folder = folder;
        this.supervisor = supervisor;
    }

    /** Lets a fault happen, unless there is nobody whom it could befall. */
    void fire(Entry entry) throws IOException {
        switch (entry.fault()) {
            case Fault.OfWorkers fault -> {
                List<Present> victims = victims(entry);
                String names =
                        String.join(" ", victims.stream().map(Present::worker).toList());
                if (!victims.isEmpty() && folder.claim(entry.id(), names, "from outside")) {
                    victims.forEach(victim -> harm(fault, victim));
                }
            }
            case Fault.OfRun fault -> harm(fault, entry);
            case Fault.Inside _, Fault.OfData _ -> throw new AssertionError(entry);
        }
    }

    /** Nobody is killed twice: who was takes a moment to be gone, and would be counted for two. */
    private List<Present> victims(Entry entry) throws IOException {
        List<Present> living = folder.allPresent().stream()
                .filter(it -> !killed.contains(it.worker()))
                .toList();
        if (living.isEmpty()) {
            return List.of();
        }
        int first = (int) Long.remainderUnsigned(entry.draw(), living.size());
        return switch (entry.who()) {
            case Who.All _ -> living;
            case Who.Random _ -> List.of(living.get(first));
            case Who.Two _ ->
                living.size() < 2 ? List.of() : List.of(living.get(first), living.get((first + 1) % living.size()));
            case Who.Rank(int rank) ->
                living.stream()
                        .filter(it -> it.rank().orElse(-1) == rank)
                        .limit(1)
                        .toList();
            case Who.Slot(int slot) ->
                living.stream()
                        .filter(it -> it.worker().startsWith("w" + slot + "-"))
                        .limit(1)
                        .toList();
        };
    }

    private void harm(Fault.OfWorkers fault, Present victim) {
        if (fault instanceof Fault.Kill) {
            killed.add(victim.worker());
        }
        ProcessHandle.of(victim.pid()).ifPresent(process -> harm(fault, process));
    }

    private void harm(Fault.OfWorkers fault, ProcessHandle victim) {
        switch (fault) {
            case Fault.Kill _ -> victim.destroyForcibly();
            case Fault.Stop _ -> Signals.stop(victim);
            case Fault.Pause(var length) -> pause(victim, length);
            case Fault.SlowCpu(var length, double share) -> go(() -> slow(victim, length, share));
        }
    }

    private void pause(ProcessHandle victim, Duration length) {
        Signals.stop(victim);
        go(() -> {
            try {
                Thread.sleep(length);
            } finally {
                Signals.go(victim);
            }
        });
    }

    private static void slow(ProcessHandle victim, Duration length, double share) throws InterruptedException {
        long end = System.nanoTime() + length.toNanos();
        try {
            while (System.nanoTime() - end < 0 && victim.isAlive()) {
                Signals.stop(victim);
                Thread.sleep(Duration.ofNanos(Math.round(CYCLE.toNanos() * (1 - share))));
                Signals.go(victim);
                Thread.sleep(Duration.ofNanos(Math.round(CYCLE.toNanos() * share)));
            }
        } finally {
            Signals.go(victim);
        }
    }

    private void harm(Fault.OfRun fault, Entry entry) throws IOException {
        switch (fault) {
            case Fault.KillSupervisor _ -> {
                if (folder.claim(entry.id(), "the supervisor", "from outside")) {
                    supervisor.get().destroyForcibly();
                }
            }
            case Fault.PauseSupervisor(var length) -> {
                if (folder.claim(entry.id(), "the supervisor", "from outside")) {
                    pause(supervisor.get(), length);
                }
            }
            case Fault.ClockJump(var jump, var length) -> {
                if (folder.claim(entry.id(), "the supervisor", "by %d s".formatted(jump.toSeconds()))) {
                    folder.setClockOff(jump);
                    go(() -> {
                        try {
                            Thread.sleep(length);
                        } finally {
                            folder.setClockOff(Duration.ZERO);
                        }
                    });
                }
            }
            case Fault.LockRegistry(var length) -> {
                if (folder.claim(entry.id(), "the registry", "an exclusive lock on its database")) {
                    go(() -> lockRegistry(length));
                }
            }
            case Fault.CorruptCheckpoint _ -> corruptCheckpoint(entry);
        }
    }

    private void lockRegistry(Duration length) throws SQLException, InterruptedException {
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + run.registry());
                Statement statement = connection.createStatement()) {
            statement.execute("pragma busy_timeout = 10000");
            statement.execute("begin exclusive");
            Thread.sleep(length);
            statement.execute("rollback");
        }
    }

    /** Everybody is stopped first, so that no newer checkpoint comes in between. */
    private void corruptCheckpoint(Entry entry) throws IOException {
        List<ProcessHandle> workers = new ArrayList<>();
        folder.allPresent().forEach(it -> ProcessHandle.of(it.pid()).ifPresent(workers::add));
        workers.forEach(Signals::stop);
        try {
            Optional<Path> object = newestObject();
            if (object.isPresent()
                    && folder.claim(
                            entry.id(), "all", "a bit of " + object.get().getFileName())) {
                flip(object.get());
                workers.forEach(ProcessHandle::destroyForcibly);
            }
        } finally {
            workers.forEach(Signals::go);
        }
    }

    private Optional<Path> newestObject() throws IOException {
        if (!Files.exists(run.checkpoints())) {
            return Optional.empty();
        }
        Checkpoints checkpoints = Checkpoints.open(new LocalObjectStore(run.checkpoints()));
        Optional<CheckpointInfo> newest = checkpoints.latest();
        return newest.isEmpty()
                ? Optional.empty()
                : Optional.of(run.checkpoints()
                        .resolve(checkpoints
                                .manifest(newest.get().name())
                                .objects()
                                .getFirst()
                                .path()));
    }

    static void flip(Path file) throws IOException {
        byte[] bytes = Files.readAllBytes(file);
        bytes[bytes.length - 3] ^= 0x10;
        Files.write(file, bytes);
    }

    /** Something that takes a while. */
    private interface Lasting {
        void run() throws IOException, SQLException, InterruptedException;
    }

    private void go(Lasting what) {
        going.removeIf(Future::isDone);
        going.add(lasting.submit(() -> {
            try {
                what.run();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            } catch (IOException | SQLException e) {
                LOG.warn("a fault could not be let happen or undone", e);
            }
        }));
    }

    /** Returns whether something is being done that has not been undone yet. */
    boolean isBusy() {
        return going.stream().anyMatch(it -> !it.isDone());
    }

    /** Undoes what lasts. */
    @Override
    public void close() {
        lasting.shutdownNow();
        lasting.close();
    }
}
