package dev.perdure.chaos;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.nio.file.StandardCopyOption.ATOMIC_MOVE;
import static java.nio.file.StandardCopyOption.REPLACE_EXISTING;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.Stream;

/**
 * What a campaign and the processes it abuses share.
 *
 * <pre>
 * plan.yaml   what is done
 * agenda      seed, number of workers and pause between repeated faults: with the plan, what every process reads its agenda from
 * fired/ID    made, exclusively, by whoever lets a fault happen, just before it does: it happens once in all lives
 * workers/ID  one for each worker process: pid, start, rank, members of its team
 * turn        whose turn it is among the faults that wait for each other
 * campaign    the process that carries it out, as far as others have to end with it
 * told        what gateways tell, a line each
 * used/N      of a gateway: pid, replicas in use
 * clock       by how many milliseconds the wall clock of the supervisor, or of gateways, is off
 * over        exists when nothing more will happen: steps are not held back any more
 * </pre>
 */
public record ChaosFolder(Path path) {

    /** A fault that happened. */
    record Fired(String id, Instant at, String who, String how) {}

    /**
     * A worker process that said it is there.
     *
     * @param rank in its team; absent before its first
     * @param members of its team; 0 before its first
     */
    record Present(String worker, long pid, OptionalInt rank, int members) {}

    private Path fired() {
        return path.resolve("fired");
    }

    private Path workers() {
        return path.resolve("workers");
    }

    private Path clockFile() {
        return path.resolve("clock");
    }

    Path over() {
        return path.resolve("over");
    }

    /** Lays out the folder of a campaign. */
    void create(String plan, long seed, int workers, Optional<Duration> every) throws IOException {
        Files.createDirectories(fired());
        Files.createDirectories(workers());
        Files.writeString(path.resolve("plan.yaml"), plan);
        Files.writeString(
                path.resolve("agenda"),
                "%d %d %d".formatted(seed, workers, every.map(Duration::toNanos).orElse(0L)));
    }

    /** Lays out the folder of a campaign against served models. */
    public void createForServing(String plan, long seed) throws IOException {
        create(plan, seed, 0, Optional.empty());
        Files.createDirectories(path.resolve("used"));
        Files.writeString(
                path.resolve("campaign"), Long.toString(ProcessHandle.current().pid()));
    }

    /** Returns the process that carries out a campaign against served models; nothing when it is gone. */
    public Optional<ProcessHandle> campaign() throws IOException {
        return ProcessHandle.of(Long.parseLong(Files.readString(path.resolve("campaign"))));
    }

    /** Returns the file of what gateways tell. */
    public Path told() {
        return path.resolve("told");
    }

    /** A gateway tells something, in one write. */
    public void tell(Told told) throws IOException {
        Files.writeString(told(), told.format() + "\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    }

    /** A gateway says how many replicas of the model that is asked it has in use. */
    public void use(int gateway, int replicas) throws IOException {
        Path draft = path.resolve(".used." + gateway);
        Files.writeString(draft, "%d %d".formatted(ProcessHandle.current().pid(), replicas));
        Files.move(draft, used(gateway), ATOMIC_MOVE, REPLACE_EXISTING);
    }

    /** Returns how many replicas a gateway has in use; 0 when it has not said so. */
    public int inUse(int gateway, long pid) throws IOException {
        try {
            String[] parts = Files.readString(used(gateway)).split(" ");
            return Long.parseLong(parts[0]) == pid ? Integer.parseInt(parts[1]) : 0;
        } catch (NoSuchFileException _) {
            return 0;
        }
    }

    private Path used(int gateway) {
        return path.resolve("used").resolve(Integer.toString(gateway));
    }

    /** Reads the plan of a campaign against served models, in any process. */
    public ServePlan servePlan() throws IOException {
        return ServePlan.read(path.resolve("plan.yaml"));
    }

    /** Reads the entries of a campaign against served models, in any process. */
    List<ServePlan.Entry> serveEntries() throws IOException {
        String[] numbers = Files.readString(path.resolve("agenda")).split(" ");
        return servePlan().entries(Long.parseLong(numbers[0]));
    }

    /** Reads the agenda, in any process. */
    Agenda agenda() throws IOException {
        String[] numbers = Files.readString(path.resolve("agenda")).split(" ");
        FaultPlan plan = FaultPlan.read(path.resolve("plan.yaml"));
        long every = Long.parseLong(numbers[2]);
        return Agenda.of(
                every == 0 ? plan : plan.every(Duration.ofNanos(every)),
                Long.parseLong(numbers[0]),
                Integer.parseInt(numbers[1]));
    }

    /** Returns whether the caller is the one to let a fault happen, now. */
    boolean claim(String id, String who, String how) {
        try {
            Path file = Files.createFile(fired().resolve(id));
            Files.writeString(file, "%s\t%s\t%s".formatted(Instant.now(), who, how), StandardOpenOption.WRITE);
            return true;
        } catch (FileAlreadyExistsException e) {
            return false;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Returns whether a fault has happened, or is about to. */
    public boolean isClaimed(String id) {
        return Files.exists(fired().resolve(id));
    }

    /** Returns what has happened so far, and is not among what is known by its id. */
    List<Fired> allFired(Set<String> known) throws IOException {
        List<Fired> all = new ArrayList<>();
        try (Stream<Path> files = Files.list(fired())) {
            for (Path file : files.sorted().toList()) {
                if (!known.contains(file.getFileName().toString())) {
                    fired(file).ifPresent(all::add);
                }
            }
        }
        return all;
    }

    private static Optional<Fired> fired(Path file) throws IOException {
        String[] parts = Files.readString(file).split("\t", 3);
        try {
            return parts.length < 3
                    ? Optional.empty() // just being written
                    : Optional.of(
                            new Fired(file.getFileName().toString(), Instant.parse(parts[0]), parts[1], parts[2]));
        } catch (DateTimeParseException e) {
            return Optional.empty();
        }
    }

    /** A worker process says that it is there, and where in its team. */
    void present(Present worker) {
        Path draft = path.resolve(".%s.%d".formatted(worker.worker(), worker.pid()));
        try {
            Files.writeString(
                    draft, "%d %d %d".formatted(worker.pid(), worker.rank().orElse(-1), worker.members()), UTF_8);
            Files.move(draft, workers().resolve(worker.worker()), ATOMIC_MOVE, REPLACE_EXISTING);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Returns all worker processes that ever said so, in order of their names, and forgets those that are gone. */
    List<Present> allPresent() throws IOException {
        List<Present> all = new ArrayList<>();
        try (Stream<Path> files = Files.list(workers())) {
            for (Path file : files.sorted().toList()) {
                String[] parts = Files.readString(file).split(" ");
                int rank = Integer.parseInt(parts[1]);
                var present = new Present(
                        file.getFileName().toString(),
                        Long.parseLong(parts[0]),
                        rank < 0 ? OptionalInt.empty() : OptionalInt.of(rank),
                        Integer.parseInt(parts[2]));
                if (ProcessHandle.of(present.pid())
                        .filter(ProcessHandle::isAlive)
                        .isPresent()) {
                    all.add(present);
                } else {
                    Files.delete(file);
                }
            }
        }
        return all;
    }

    /** Says whose turn it is: entries of one line of the plan, which are meant to happen together, have it together. */
    public void setTurn(String id) throws IOException {
        Path draft = path.resolve(".turn");
        Files.writeString(draft, lineOf(id));
        Files.move(draft, path.resolve("turn"), ATOMIC_MOVE, REPLACE_EXISTING);
    }

    boolean hasTurn(String id) {
        try {
            return Files.readString(path.resolve("turn")).equals(lineOf(id));
        } catch (NoSuchFileException e) {
            return false;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String lineOf(String id) {
        int rank = id.indexOf('.');
        return rank < 0 ? id : id.substring(0, rank);
    }

    /** Sets the wall clock that the supervisor, or gateways, read. */
    void setClockOff(Duration off) throws IOException {
        Path draft = path.resolve(".clock");
        Files.writeString(draft, Long.toString(off.toMillis()));
        Files.move(draft, clockFile(), ATOMIC_MOVE, REPLACE_EXISTING);
    }

    /** Returns the wall clock that the supervisor, or gateways, read. */
    public InstantSource clock() {
        return () -> Instant.now().plusMillis(clockOff());
    }

    private long clockOff() {
        try {
            return Long.parseLong(Files.readString(clockFile()));
        } catch (NoSuchFileException e) {
            return 0;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
