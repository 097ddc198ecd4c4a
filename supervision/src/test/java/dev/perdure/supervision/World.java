package dev.perdure.supervision;

import dev.perdure.core.Backoff;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.function.BiFunction;
import java.util.function.Supplier;

/**
 * A whole run under one seed: clock, network, processes, registry, checkpoints, and what goes wrong with them. Nothing in
 * it depends on anything but the seed.
 */
final class World {
    static final String BUILD = "build";
    static final String CONFIGURATION = "configuration";
    static final int MICROBATCHES = 8;
    static final int SLOTS_MAX = 7;
    private static final long SECOND = 1_000_000_000L;
    private static final long FAULTS_END = 4 * SECOND;
    private static final long LIVENESS = 300 * SECOND;
    private static final int NOTES_MAX = 400;

    private record Item(long at, long order, Runnable what) {}

    /** What is durable. */
    static final class Registry {
        long epoch = 1;
        long lockedUntil;
        int doubts;
        Facts facts;
        final Set<Generation> generations = new HashSet<>();
        final Set<WorkerId> launched = new HashSet<>();
        final Set<String> incidents = new HashSet<>();

        Registry(Facts facts) {
            this.facts = facts;
        }

        void append(List<Fact> more) {
            for (Fact fact : more) {
                facts = facts.with(fact);
                if (fact instanceof Fact.Formed formed) {
                    generations.add(formed.generation());
                }
                if (fact instanceof Fact.Happened happened) {
                    incidents.add(happened.incident().kind());
                }
                if (fact instanceof Fact.Believed believed
                        && believed.trusted().notAfter().isPresent()) {
                    doubts++;
                }
                if (fact instanceof Fact.Launched one) {
                    launched.add(one.worker());
                }
            }
        }
    }

    final SplittableRandom random;
    final Registry registry;
    final Budgets budgets;
    final Map<WorkerId, SimWorker> processes = new LinkedHashMap<>();
    final List<SimGroup> groups = new ArrayList<>();
    final long steps;
    final double crashPerMessage;
    final double crashPerCommand;
    final double duplicates;
    long now;
    long nextConnection = 1;
    /** What is on disk: the bits of states, by position. */
    final TreeMap<Long, Long> checkpoints = new TreeMap<>();
    /** Counts writers of checkpoints: what one of before still writes does not count. */
    int writer;
    /** Whether states were harmed. */
    boolean corrupted;
    /** Whether nothing else happens to workers but that their numbers are wrong. */
    final boolean isNumeric;
    /** How often members' gradients are computed again, in steps. */
    final long checkEvery;
    /** Whether a harmed state became everybody's before anybody could compare it: nobody can know then. */
    boolean isBeyondFinding;

    int faults;
    int superseded;

    private final PriorityQueue<Item> queue =
            new PriorityQueue<>((a, b) -> a.at != b.at ? Long.compare(a.at, b.at) : Long.compare(a.order, b.order));
    private final List<Invariant> invariants = Invariant.all();
    private final BiFunction<Run, World, SimShell.Machine> machines;
    private final boolean keepsNotes;
    private final Deque<String> notes = new ArrayDeque<>();
    private final Set<WorkerId> dying = new HashSet<>();
    private final boolean isTight;
    private SimShell shell;
    private long order;
    private long nextPid = 100;
    private Optional<Outcome> outcome = Optional.empty();
    private final List<Long> right = new ArrayList<>(List.of(0L));
    private boolean hasCulprit;
    private boolean hasUnfoundFlip;
    private int flipped;

    World(long seed, BiFunction<Run, World, SimShell.Machine> machines, boolean keepsNotes) {
        random = new SplittableRandom(seed);
        this.machines = machines;
        this.keepsNotes = keepsNotes;
        isNumeric = seed % 5 == 3;
        checkEvery = isNumeric ? 1 + 4 * (seed / 5 % 2) : Long.MAX_VALUE;
        int workers = (isNumeric ? 2 : 1) + random.nextInt(4);
        int spares = random.nextInt(3) == 0 ? 1 : 0;
        registry = new Registry(Facts.none(new Targets(workers, spares, MICROBATCHES)));
        steps = 10L + random.nextInt(120);
        isTight = random.nextInt(10) == 0 && !isNumeric;
        budgets = isTight ? budgets(4, 3) : budgets(100_000, 100_000);
        boolean calm = random.nextInt(3) == 0;
        crashPerMessage = calm || isNumeric ? 0 : random.nextDouble() * 0.02;
        crashPerCommand = calm || random.nextBoolean() ? 0 : random.nextDouble() * 0.02;
        duplicates = random.nextBoolean() ? 0 : 0.1;
        shell = new SimShell(this, 1, machines.apply(run(), this));
        int planned = random.nextInt(12);
        for (int i = 0; i < planned; i++) {
            in(random.nextLong(FAULTS_END), isNumeric ? this::numericFault : this::fault);
        }
    }

    private static Budgets budgets(int restarts, int failures) {
        return new Budgets(
                restarts,
                100_000,
                Duration.ofSeconds(60),
                Budgets.recovery(failures),
                failures,
                failures,
                failures * 10,
                new Backoff(Integer.MAX_VALUE, Duration.ofMillis(100), Duration.ofSeconds(1)));
    }

    private Run run() {
        var patience = new Patience(
                Duration.ofMillis(50),
                Duration.ofMillis(100),
                Duration.ofSeconds(3),
                Duration.ofMillis(50),
                Duration.ofSeconds(1),
                Duration.ofMillis(200),
                Duration.ofSeconds(5),
                Duration.ofSeconds(1),
                Duration.ofSeconds(1),
                Duration.ofSeconds(1),
                Duration.ofSeconds(1),
                Duration.ofSeconds(100));
        var bounds = Suspicion.Bounds.of(
                Duration.ofMillis(300), Duration.ofMillis(1_000), Duration.ofSeconds(1), Duration.ofSeconds(4));
        return new Run(BUILD, CONFIGURATION, 2 * steps, "place", patience, budgets, Suspicion.within(bounds));
    }

    /** Lets the run take its course; every event is followed by a look at the invariants. */
    Outcome run(long seed) {
        try {
            while (outcome.isEmpty()) {
                Item next = queue.remove();
                now = next.at;
                if (now > LIVENESS) {
                    throw new AssertionError("the run does not end");
                }
                next.what.run();
                groups.removeIf(SimGroup::isOver);
                invariants.forEach(invariant -> invariant.after(this));
            }
            judge(outcome.get());
            return outcome.get();
        } catch (AssertionError | RuntimeException failure) {
            throw new AssertionError(
                    "seed %d: %s at %d ms. Repeat it: ./mvnw -pl supervision -am test -Dtest=SimulationTest -Dsurefire.failIfNoSpecifiedTests=false -Dseed=%d%s"
                            .formatted(seed, failure.getMessage(), now / 1_000_000, seed, story()),
                    failure);
        }
    }

    private String story() {
        return keepsNotes ? "\n" + String.join("\n", notes) : "";
    }

    private void judge(Outcome end) {
        boolean ended = switch (end) {
            case Outcome.Completed completed ->
                completed.weightsSha256().equals(steps + ":" + rightAt(steps))
                        || (isNumeric ? isBeyondFinding : corrupted);
            case Outcome.Spent _ -> isTight;
            case Outcome.Stopped _,
                    Outcome.Failed _,
                    Outcome.Diverged _,
                    Outcome.RegistryLost _,
                    Outcome.Superseded _ -> false;
        };
        if (!ended) {
            throw new AssertionError("the run ended with " + end);
        }
    }

    void note(Supplier<String> what) {
        if (keepsNotes) {
            notes.addLast(now / 1_000 + " us " + what.get());
            if (notes.size() > NOTES_MAX) {
                notes.removeFirst();
            }
        }
    }

    void saw(Observation seen) {
        superseded += seen instanceof Observation.Finished finished && finished.outcome() instanceof Outcome.Superseded
                ? 1
                : 0;
        note(seen::toString);
        invariants.forEach(invariant -> invariant.saw(seen, this));
    }

    void in(long delay, Runnable what) {
        queue.add(new Item(now + delay, order++, what));
    }

    /** Returns a time in nanoseconds, drawn between two in milliseconds. */
    long millis(int from, int to) {
        return 1_000_000L * from + random.nextLong(1_000_000L * (to - from));
    }

    boolean isFaultDue(double chance) {
        return chance > 0 && now < FAULTS_END && random.nextDouble() < chance;
    }

    SimWorker mustFind(Map<WorkerId, SimWorker> where, WorkerId worker) {
        return Optional.ofNullable(where.get(worker)).orElseThrow();
    }

    SimGroup group(Generation generation) {
        for (SimGroup group : groups) {
            if (group.generation.equals(generation)) {
                return group;
            }
        }
        var group = new SimGroup(this, generation);
        groups.add(group);
        return group;
    }

    Optional<SimShell> listening() {
        return shell.listens() ? Optional.of(shell) : Optional.empty();
    }

    boolean isOutdated(SimShell other) {
        return other.epoch != shell.epoch && shell.listens();
    }

    void publish(int by, long position, long bits) {
        if (by == writer) {
            checkpoints.put(position, bits);
        }
    }

    /** Whoever leads next finds no checkpoint of a later position. */
    void withdrawAfter(long position) {
        writer++;
        checkpoints.tailMap(position, false).clear();
    }

    /** Returns a microbatch's gradient: any function of weights, step and microbatch. */
    static long gradient(long bits, long step, long microbatch) {
        return new SplittableRandom(bits * 31 + step * MICROBATCHES + microbatch).nextLong();
    }

    /** Returns the state's bits after so many steps of a run that nothing happened to. */
    long rightAt(long step) {
        while (right.size() <= step) {
            long before = right.getLast();
            long sum = 0;
            for (int microbatch = 0; microbatch < MICROBATCHES; microbatch++) {
                sum += gradient(before, right.size() - 1, microbatch);
            }
            right.add(before + sum);
        }
        return right.get(Math.toIntExact(step));
    }

    /** A doubt is durable: from here on nobody may forget it. */
    void doubted() {
        hasUnfoundFlip = false;
    }

    /** A group's members stand together, perhaps all in the same wrong place. */
    void formed(List<SimWorker> members) {
        long bits = members.getFirst().bits;
        isBeyondFinding |= hasUnfoundFlip
                && bits != rightAt(members.getFirst().steps)
                && members.stream().allMatch(member -> member.bits == bits);
    }

    void launch(SimShell by, WorkerId worker, Duration pause) {
        if (isFaultDue(0.05)) {
            by.tell(new Event.NotStarted(worker, "no memory"), millis(0, 20));
            return;
        }
        var process = new SimWorker(this, worker, nextPid++, pause.toNanos());
        processes.put(worker, process);
        by.tell(new Event.Started(worker, process.pid), millis(0, 20));
    }

    /** A signal needs a moment, and more when the process is deep in the kernel. */
    void kill(WorkerId worker) {
        in(isFaultDue(0.05) ? millis(100, 3_000) : millis(0, 20), () -> {
            SimWorker process = processes.get(worker);
            if (process == null) {
                shell.tell(new Event.Exited(worker, 137), millis(0, 5));
            } else {
                process.die(137);
            }
        });
    }

    void exited(SimWorker worker, int exit) {
        note(() -> "%s exits with %d".formatted(worker.id, exit));
        processes.remove(worker.id);
        in(millis(0, 20), () -> shell.tell(new Event.Exited(worker.id, exit), 0));
    }

    void finished(Outcome end) {
        if (!(end instanceof Outcome.Superseded)) {
            outcome = Optional.of(end);
        }
    }

    /** Somebody starts a supervisor again. */
    void succeed() {
        in(millis(10, 1_500), () -> {
            registry.epoch++;
            note(() -> "epoch %d begins with %s".formatted(registry.epoch, registry.facts));
            shell = new SimShell(this, registry.epoch, machines.apply(run(), this));
        });
    }

    private Optional<SimWorker> anyWorker() {
        List<SimWorker> all = List.copyOf(processes.values());
        return all.isEmpty() ? Optional.empty() : Optional.of(all.get(random.nextInt(all.size())));
    }

    private void fault() {
        faults++;
        int kind = random.nextInt(15);
        note(() -> "fault of kind " + kind);
        switch (kind) {
            case 0, 1 -> anyWorker().ifPresent(worker -> worker.die(139));
            case 2 -> List.copyOf(processes.values()).forEach(worker -> worker.die(137));
            case 3 -> anyWorker().ifPresent(worker -> worker.stop(millis(50, 5_000)));
            case 4 -> anyWorker().ifPresent(worker -> worker.stop(1_000 * SECOND));
            case 5 -> anyWorker().ifPresent(worker -> worker.hangs = true);
            case 6 -> anyWorker().ifPresent(worker -> worker.cut(millis(50, 3_000)));
            case 7 -> anyWorker().ifPresent(worker -> worker.disconnect("reset"));
            case 8, 9 -> {
                if (shell.alive) {
                    shell.crash();
                }
            }
            case 10 -> freeze();
            case 11 -> registry.lockedUntil = now + millis(10, 2_000);
            case 12 -> shell.tell(new Event.Resize(1 + random.nextInt(SLOTS_MAX - 1), random.nextInt(2)), 0);
            case 13 -> {
                if (random.nextInt(3) == 0) {
                    corrupted = true;
                    anyWorker().ifPresent(worker -> worker.bits = random.nextLong());
                }
            }
            case 14 -> anyWorker().ifPresent(worker -> worker.deaf = true);
            default -> throw new AssertionError(kind);
        }
    }

    /** A bit flips in one member's weights, or its arithmetic is wrong once or from now on; supervisors fail beside that. */
    private void numericFault() {
        faults++;
        int kind = random.nextInt(6);
        note(() -> "numeric fault of kind " + kind);
        switch (kind) {
            case 0, 1 ->
                anyStepping(2).ifPresent(worker -> {
                    if (!hasCulprit) {
                        corrupted = true;
                        int bit = random.nextInt(64);
                        flipped =
                                hasUnfoundFlip && bit == flipped ? (bit + 1) % 64 : bit; // nobody finds the same in two
                        hasUnfoundFlip = true;
                        worker.bits ^= 1L << flipped;
                        worker.group.map(SimGroup::members).ifPresent(this::formed); // or the same bit in all of them
                    }
                });
            case 2, 3 ->
                anyStepping(3).ifPresent(worker -> {
                    if (!hasCulprit && !corrupted) {
                        corrupted = true;
                        hasCulprit = true;
                        worker.isMiscomputing = true;
                        worker.miscomputesOnce = checkEvery == 1 && random.nextBoolean();
                    }
                });
            case 4 -> {
                if (shell.alive) {
                    shell.crash();
                }
            }
            case 5 -> registry.lockedUntil = now + millis(10, 500);
            default -> throw new AssertionError(kind);
        }
    }

    /** Returns a member of a group of so many that computes, while all of them are there. */
    private Optional<SimWorker> anyStepping(int members) {
        List<SimWorker> all = groups.stream()
                .filter(group -> group.canCommit() && group.generation.shares().size() >= members)
                .flatMap(group -> group.computing().stream())
                .toList();
        return all.isEmpty() ? Optional.empty() : Optional.of(all.get(random.nextInt(all.size())));
    }

    /** The supervisor is stopped, taken for dead, and comes back to find a successor. */
    private void freeze() {
        if (shell.listens()) {
            shell.freeze(millis(200, 4_000));
            if (random.nextBoolean()) {
                succeed();
            }
        }
    }
}
