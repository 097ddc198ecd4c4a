package dev.perdure.chaos;

import java.time.Duration;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What a supervisor ought to make of a fault.
 *
 * @param kinds of incident, any of which names it rightly
 * @param isRequired whether it must be noticed: what is over soon, or does no harm, need not be
 */
public record Expectation(Set<String> kinds, boolean isRequired) {
    /** A worker is gone: its process's end and its connection's are told in either order. */
    private static final Set<String> GONE = Set.of("worker-killed", "connection-lost");

    private static final Set<String> SILENT = Set.of("worker-silent", "connection-lost");
    private static final Set<String> CUT_OFF =
            Set.of("worker-silent", "connection-lost", "group-broken", "group-stuck", "worker-not-ready");
    private static final Set<String> DIFFERENT =
            Set.of("state-differs", "states-differ", "gradient-differs", "gradients-differ", "numbers-wrong");
    /** A number that is none is met in the step, or, where microbatches are computed again, as a difference. */
    private static final Set<String> NOT_FINITE =
            Stream.concat(Stream.of("non-finite"), DIFFERENT.stream()).collect(Collectors.toUnmodifiableSet());

    private static final Duration SHORT = Duration.ofMillis(2_500);

    static Expectation of(Fault fault) {
        return switch (fault) {
            case Fault.Kill _,
                    Fault.KillAtPhase _,
                    Fault.KillWhileJoining _,
                    Fault.KillWhileCopying _,
                    Fault.KillWhileSaving _,
                    Fault.OutOfMemory _,
                    Fault.NativeCrash _,
                    Fault.Abort _ -> new Expectation(GONE, true);
            case Fault.Exit(int code) ->
                new Expectation(Set.of(code > 128 ? "worker-killed" : "worker-exited", "connection-lost"), true);
            case Fault.Stop _ -> new Expectation(SILENT, true);
            case Fault.Pause(var length) -> new Expectation(SILENT, isLong(length));
            case Fault.SlowCpu _ -> new Expectation(Set.of("worker-slow", "worker-silent"), false);
            case Fault.Hang(var phase) ->
                switch (phase) {
                    case MEET, COPY, EXCHANGE ->
                        new Expectation(Set.of("group-stuck", "group-broken", "worker-not-ready"), true);
                    case EVALUATE -> // all do it together, but who is behind may show
                        new Expectation(
                                Set.of("worker-stuck", "group-stuck", "group-broken", "worker-not-ready"), true);
                    default -> new Expectation(Set.of("worker-stuck"), true);
                };
            case Fault.SlowNetwork _ -> new Expectation(Set.of("worker-slow"), false);
            case Fault.CutNetwork(var length) -> new Expectation(CUT_OFF, isLong(length));
            case Fault.FullDisk _, Fault.ReadOnlyDisk _ -> new Expectation(Set.of("save-failed"), true);
            case Fault.SlowDisk _ -> new Expectation(Set.of("storage-slow"), false);
            case Fault.CorruptCheckpoint _ -> new Expectation(Set.of("checkpoint-damaged"), true);
            case Fault.CorruptRecord _, Fault.NanRecord _ -> new Expectation(Set.of("bad-record"), false);
            case Fault.NanInBatch _ -> new Expectation(NOT_FINITE, true);
            case Fault.FlipBitInWeights _, Fault.FlipBitInGradient _ -> new Expectation(DIFFERENT, true);
            case Fault.ClockJump _, Fault.PauseSupervisor _, Fault.LockRegistry _ -> new Expectation(Set.of(), false);
            case Fault.KillSupervisor _ -> new Expectation(Set.of("supervisor-killed"), true);
        };
    }

    private static boolean isLong(Duration length) {
        return length.compareTo(SHORT) >= 0;
    }
}
