package dev.perdure.replica;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * One life of a process of this machine: a number may be another's when its process has gone, but not with the same beginning.
 *
 * @param pid its number
 * @param began when it began: clock ticks since the machine did, which no setting of the clock changes; where there is no
 *     {@code /proc}, milliseconds of the clock
 */
public record ProcessId(long pid, long began) {
    private static final int FIELD_STATE = 0;
    private static final int FIELD_THREADS = 17;
    private static final int FIELD_BEGAN = 19;

    /** Returns the one of this number that lives; absent when none does. One that has ended and is not yet buried has ended. */
    public static Optional<ProcessId> of(long pid) {
        OptionalLong began = Files.isDirectory(Path.of("/proc/self")) ? ticks(pid) : millis(pid);
        return began.isPresent() ? Optional.of(new ProcessId(pid, began.getAsLong())) : Optional.empty();
    }

    /** Returns this very process. */
    public static ProcessId current() {
        return of(ProcessHandle.current().pid()).orElseThrow();
    }

    /** Returns whether it lives. */
    public boolean isAlive() {
        return of(pid).filter(this::equals).isPresent();
    }

    /** Returns the handle on it; absent when it has ended. */
    public Optional<ProcessHandle> handle() {
        return ProcessHandle.of(pid).filter(_ -> isAlive());
    }

    /**
     * The name of a program, in brackets, may have spaces and brackets itself. While other threads are about to end, their process
     * has its files and sockets yet, also when its first thread has ended.
     */
    private static OptionalLong ticks(long pid) {
        try {
            String stat = Files.readString(Path.of("/proc/" + pid + "/stat"), StandardCharsets.ISO_8859_1);
            String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
            boolean hasEnded = "ZX".contains(fields[FIELD_STATE]) && Integer.parseInt(fields[FIELD_THREADS]) <= 1;
            return hasEnded ? OptionalLong.empty() : OptionalLong.of(Long.parseLong(fields[FIELD_BEGAN]));
        } catch (IOException _) {
            return OptionalLong.empty();
        }
    }

    private static OptionalLong millis(long pid) {
        return ProcessHandle.of(pid)
                .filter(ProcessHandle::isAlive)
                .flatMap(handle -> handle.info().startInstant())
                .map(Instant::toEpochMilli)
                .map(OptionalLong::of)
                .orElse(OptionalLong.empty());
    }
}
