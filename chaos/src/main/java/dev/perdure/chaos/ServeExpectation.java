package dev.perdure.chaos;

import java.time.Duration;
import java.util.Set;

/**
 * What a gateway ought to make of a fault.
 *
 * @param findings any of which names it rightly
 * @param isRequired whether it must be noticed: what does no harm need not be
 * @param isReplaced whether a process is lost by it, so that another takes its place
 */
record ServeExpectation(Set<String> findings, boolean isRequired, boolean isReplaced) {
    private static final Set<String> GONE = Set.of("exited", "disconnected");
    private static final Set<String> HELD_UP = Set.of("silent", "stuck");
    private static final Set<String> CUT_OFF = Set.of("silent", "stuck", "disconnected");
    private static final Set<String> DIFFERENT = Set.of("golden-wrong", "outvoted");
    private static final Set<String> NOT_FINITE = Set.of("not-finite", "golden-wrong", "outvoted");
    private static final Set<String> NOT_THERE = Set.of("exited", "not-started", "never-ready");
    private static final Duration SHORT = Duration.ofMillis(1_500);

    /** @param patience so many times as long as usual a replica may be silent */
    static ServeExpectation of(ServeFault fault, double patience) {
        return switch (fault) {
            case ServeFault.Kill _,
                    ServeFault.Terminate _,
                    ServeFault.OutOfMemory _,
                    ServeFault.NativeCrash _,
                    ServeFault.CloseSockets _ -> lost(GONE);
            case ServeFault.Stop _, ServeFault.Hang _ -> lost(HELD_UP);
            case ServeFault.Pause(var lasts) ->
                new ServeExpectation(HELD_UP, lasts.toNanos() >= patience * SHORT.toNanos(), false);
            case ServeFault.Exceptions _ -> new ServeExpectation(Set.of("failing"), false, false);
            case ServeFault.Slow _ -> new ServeExpectation(Set.of("slow", "stuck"), false, false);
            case ServeFault.NanWeights _ -> lost(NOT_FINITE);
            case ServeFault.FlipWeights _ -> lost(DIFFERENT);
            case ServeFault.CorruptModel _, ServeFault.TruncateModel _ -> lost(NOT_THERE);
            case ServeFault.SlowLoad _ -> new ServeExpectation(Set.of(), false, true);
            case ServeFault.FullDisk _ -> lost(NOT_THERE);
            case ServeFault.KillGateway _ -> lost(Set.of(Told.GATEWAY_GONE));
            case ServeFault.KillParent _ -> lost(Set.of(Told.TAKEN_OVER));
            case ServeFault.HostCutOff(var lasts) -> {
                boolean isLong = lasts.toNanos() >= patience * SHORT.toNanos();
                yield new ServeExpectation(CUT_OFF, isLong, isLong);
            }
            case ServeFault.BigModel _ -> new ServeExpectation(Set.of(Told.LOADED), true, false);
            case ServeFault.Poison _ -> lost(Set.of(Told.QUARANTINED));
            case ServeFault.ClockJump _, ServeFault.Overload _, ServeFault.SlowWriters _, ServeFault.SlowReaders _ ->
                new ServeExpectation(Set.of(), false, false);
            case ServeFault.OversizedBodies _, ServeFault.MalformedBodies _ ->
                new ServeExpectation(Set.of(Told.REFUSED), true, false);
        };
    }

    /** Returns whether a client may see its connection end, and has to ask again. */
    static boolean mayBreakConnections(ServeFault fault) {
        return fault instanceof ServeFault.KillGateway;
    }

    private static ServeExpectation lost(Set<String> findings) {
        return new ServeExpectation(findings, true, true);
    }
}
