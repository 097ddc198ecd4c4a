package dev.perdure.chaos;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.Locale;

/** What the C library can do to a process: signals to others, and the ends that only native code can bring about. */
@SuppressWarnings("restricted")
public final class Signals {
    private static final boolean MAC =
            System.getProperty("os.name", "").toLowerCase(Locale.ROOT).contains("mac");
    private static final int SIGKILL = 9;
    private static final int SIGSTOP = MAC ? 17 : 19;
    private static final int SIGCONT = MAC ? 19 : 18;
    private static final Linker LINKER = Linker.nativeLinker();
    private static final MethodHandle KILL = LINKER.downcallHandle(
            LINKER.defaultLookup().findOrThrow("kill"),
            FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, ValueLayout.JAVA_INT));

    private Signals() {}

    /** Has a process stand still until it is told to go on; does nothing to one that is gone. */
    public static void stop(ProcessHandle process) {
        send(process, SIGSTOP);
    }

    /** Lets a process go on that stands still; does nothing to others. */
    public static void go(ProcessHandle process) {
        send(process, SIGCONT);
    }

    private static void send(ProcessHandle process, int signal) {
        if (process.isAlive()) {
            signal((int) process.pid(), signal);
        }
    }

    private static void signal(int pid, int signal) {
        try {
            int answer = (int) KILL.invokeExact(pid, signal);
            assert answer <= 0;
        } catch (Throwable e) {
            throw new IllegalStateException("kill(%d, %d)".formatted(pid, signal), e);
        }
    }

    /** Ends this very process: nothing runs after it, no hook, no finally. */
    static void killSelf() {
        signal((int) ProcessHandle.current().pid(), SIGKILL);
        throw new AssertionError("survived SIGKILL");
    }

    /** Reads where nothing is, in native code. */
    static void crash() {
        try {
            MethodHandle length = LINKER.downcallHandle(
                    LINKER.defaultLookup().findOrThrow("strlen"),
                    FunctionDescriptor.of(ValueLayout.JAVA_LONG, ValueLayout.ADDRESS));
            long read = (long) length.invokeExact(MemorySegment.ofAddress(8));
            throw new AssertionError("survived reading " + read + " bytes at address 8");
        } catch (Throwable e) {
            throw new AssertionError(e);
        }
    }

    static void abort() {
        try {
            LINKER.downcallHandle(LINKER.defaultLookup().findOrThrow("abort"), FunctionDescriptor.ofVoid())
                    .invokeExact();
        } catch (Throwable e) {
            throw new AssertionError(e);
        }
        throw new AssertionError("survived SIGABRT");
    }
}
