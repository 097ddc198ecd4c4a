package dev.perdure.cli;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;

/** SIGKILL to the process itself: nothing runs after it, no hook, no finally. */
@SuppressWarnings("restricted")
final class SelfKill {
    private static final int SIGKILL = 9;
    private static final MethodHandle KILL = Linker.nativeLinker()
            .downcallHandle(
                    Linker.nativeLinker().defaultLookup().findOrThrow("kill"),
                    FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, ValueLayout.JAVA_INT));

    private SelfKill() {}

    static void now() {
        try {
            int answer = (int) KILL.invokeExact((int) ProcessHandle.current().pid(), SIGKILL);
            throw new AssertionError("survived SIGKILL: " + answer);
        } catch (Throwable e) {
            throw new AssertionError(e);
        }
    }
}
