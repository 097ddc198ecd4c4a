package dev.perdure.chaos;

import dev.perdure.core.Settings;
import dev.perdure.training.Phase;
import java.time.Duration;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/** The kinds of fault that a training may meet, with what a plan may say of each and what each really does. */
public final class Kinds {
    private static final Map<String, Kind<Fault>> ALL = new LinkedHashMap<>();

    private Kinds() {}

    static {
        add("kill", "", "SIGKILL from outside.", _ -> new Fault.Kill());
        add("pause", "seconds: 3", "SIGSTOP, and SIGCONT later.", s -> new Fault.Pause(Kind.seconds(s, "seconds", 3)));
        add("stop", "", "SIGSTOP for good.", _ -> new Fault.Stop());
        add(
                "slow-cpu",
                "seconds: 3, share: 0.2",
                "SIGSTOP and SIGCONT ten times a second, so that it runs for that share of the time.",
                s -> new Fault.SlowCpu(Kind.seconds(s, "seconds", 3), s.real("share", 0.2, 0.01, 0.99)));
        add(
                "kill-at-phase",
                "phase: apply",
                "SIGKILL by its own hand as the phase begins. phase: every is one kill for each phase that a step has.",
                s -> new Fault.KillAtPhase(phase(s, Phase.APPLY)));
        add(
                "kill-while-joining",
                "",
                "A worker kills itself; the one started in its place kills itself when it first meets the others.",
                _ -> new Fault.KillWhileJoining());
        add(
                "kill-while-copying",
                "",
                "A worker kills itself; the one that then sends its state to a joiner kills itself in the middle of it.",
                _ -> new Fault.KillWhileCopying());
        add(
                "kill-while-saving",
                "",
                "The leader kills itself at a write to the checkpoint store.",
                _ -> new Fault.KillWhileSaving());
        add(
                "exit",
                "code: 1",
                "The process ends itself with this exit code, at once.",
                s -> new Fault.Exit(s.integer("code", 1, 0, 255)));
        add(
                "out-of-memory",
                "",
                "Asks for an array larger than any heap; the JVM aborts, as at every OutOfMemoryError of a worker.",
                _ -> new Fault.OutOfMemory());
        add("native-crash", "", "strlen(8) in native code: a real SIGSEGV.", _ -> new Fault.NativeCrash());
        add("abort", "", "abort() in native code: a real SIGABRT.", _ -> new Fault.Abort());
        add(
                "hang",
                "phase: gradient",
                "The stepping thread waits for ever as the phase begins; heartbeats go on. Phases: data, gradient, exchange,"
                        + " apply, book, save, evaluate.",
                s -> new Fault.Hang(phase(s, Phase.GRADIENT)));
        add(
                "slow-network",
                "seconds: 3, delay-millis: 20",
                "Inside the worker: everything it exchanges with others is held back so long.",
                s -> new Fault.SlowNetwork(Kind.seconds(s, "seconds", 3), Kind.millis(s, "delay-millis", 20)));
        add(
                "cut-network",
                "seconds: 3",
                "Inside the worker: for so long nothing leaves it and nothing arrives, neither others' nor the supervisor's.",
                s -> new Fault.CutNetwork(Kind.seconds(s, "seconds", 3)));
        add(
                "full-disk",
                "writes: 2",
                "Inside the leader: so many writes of checkpoints fail with 'No space left on device'.",
                s -> new Fault.FullDisk(s.integer("writes", 2, 1, 10_000)));
        add(
                "read-only-disk",
                "writes: 2",
                "Inside the leader: so many writes of checkpoints fail with 'Read-only file system'.",
                s -> new Fault.ReadOnlyDisk(s.integer("writes", 2, 1, 10_000)));
        add(
                "slow-disk",
                "writes: 4, delay-millis: 200",
                "Inside the leader: so many writes of checkpoints take so much longer.",
                s -> new Fault.SlowDisk(s.integer("writes", 4, 1, 10_000), Kind.millis(s, "delay-millis", 200)));
        add(
                "corrupt-checkpoint",
                "",
                "A bit of the newest checkpoint is flipped on the disk, and all workers are killed.",
                _ -> new Fault.CorruptCheckpoint());
        add(
                "corrupt-record",
                "",
                "A record of a copy of the data is made unreadable, before both trainings.",
                _ -> new Fault.CorruptRecord());
        add(
                "nan-record",
                "",
                "A number of a copy of the data becomes NaN, before both trainings. Tables only.",
                _ -> new Fault.NanRecord());
        add("nan-in-batch", "", "One number of one batch becomes NaN in one worker.", _ -> new Fault.NanInBatch());
        add(
                "flip-bit-in-weights",
                "",
                "One bit of the weights flips in one worker, between two steps.",
                _ -> new Fault.FlipBitInWeights());
        add(
                "flip-bit-in-gradient",
                "",
                "One bit of a gradient flips in one worker, before it is exchanged.",
                _ -> new Fault.FlipBitInGradient());
        add(
                "clock-jump",
                "jump-seconds: 3600, seconds: 3",
                "The wall clock that the supervisor reads is set forward, or back, for a while.",
                s -> new Fault.ClockJump(
                        Duration.ofSeconds(s.whole("jump-seconds", 3600, -1_000_000_000, 1_000_000_000)),
                        Kind.seconds(s, "seconds", 3)));
        add(
                "kill-supervisor",
                "",
                "SIGKILL to the supervisor; a successor is started.",
                _ -> new Fault.KillSupervisor());
        add(
                "pause-supervisor",
                "seconds: 3",
                "SIGSTOP to the supervisor, and SIGCONT later.",
                s -> new Fault.PauseSupervisor(Kind.seconds(s, "seconds", 3)));
        add(
                "lock-registry",
                "seconds: 3",
                "Another process holds an exclusive lock on the registry's database.",
                s -> new Fault.LockRegistry(Kind.seconds(s, "seconds", 3)));
    }

    private static void add(String name, String parameters, String does, Function<Settings, Fault> read) {
        ALL.put(name, new Kind<>(name, parameters, does, read));
    }

    /** Returns all kinds, in the order in which people are told of them. */
    public static List<Kind<Fault>> all() {
        return List.copyOf(ALL.values());
    }

    static Optional<Kind<Fault>> named(String name) {
        return Optional.ofNullable(ALL.get(name));
    }

    static List<String> names() {
        return List.copyOf(ALL.keySet());
    }

    private static Phase phase(Settings settings, Phase fallback) {
        var names = new LinkedHashMap<String, Phase>();
        Arrays.stream(Phase.values())
                .forEach(
                        phase -> names.put(phase.name().toLowerCase(Locale.ROOT).replace('_', '-'), phase));
        return settings.choice("phase", names, Optional.of(fallback));
    }
}
