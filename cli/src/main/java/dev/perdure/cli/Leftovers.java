package dev.perdure.cli;

import java.io.IOException;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Work that gets what others leave of the processors, and a tenth of a busy one: for a program that starts beside others that
 * answer. Linux has a niceness for every thread, which new threads take over from whoever starts them, and which nobody without
 * rights can take back. So what is to be done meekly is done on threads of its own, and whoever is to answer is started by
 * others. Elsewhere the work is done all the same.
 */
final class Leftovers {
    /** The least that lets anybody else who wakes up run at once (measured: 5 does not), which still gets on. */
    static final int NICENESS = 10;

    private static final Logger LOG = LoggerFactory.getLogger(Leftovers.class);
    private static final Path TASKS = Path.of("/proc/self/task");
    private static final int PROCESS = 0; // PRIO_PROCESS of sys/resource.h, which is a thread here
    private static final int SELF = 0;

    private Leftovers() {}

    /** Begins some work on a thread of its own. Whatever threads that starts are meek too. */
    static <T> Future<T> begin(Callable<T> work) {
        var task = new FutureTask<T>(() -> {
            yieldFrom(SELF);
            return work.call();
        });
        Thread.ofPlatform().daemon().name("leftovers").start(task);
        return task;
    }

    /** Waits for work's end, and has its failure as if it had been done here. */
    static <T> T ended(Future<T> work) throws Exception {
        try {
            return work.get();
        } catch (ExecutionException e) {
            throw e.getCause() instanceof Exception known ? known : e;
        }
    }

    /** Has the compilers of this JVM compile meekly from now on. */
    static void compile() {
        try (DirectoryStream<Path> threads = Files.newDirectoryStream(TASKS)) {
            for (Path thread : threads) {
                if (Files.readString(thread.resolve("comm")).matches("C[12] Compiler.*\\R?")) {
                    yieldFrom(Integer.parseInt(thread.getFileName().toString()));
                }
            }
        } catch (IOException e) {
            LOG.debug("compilers are as urgent as all else: {}", e.toString());
        }
    }

    @SuppressWarnings("restricted")
    private static void yieldFrom(int thread) {
        if (!Files.exists(TASKS)) {
            return; // where niceness is that of a whole process
        }
        try {
            Linker linker = Linker.nativeLinker();
            MethodHandle set = linker.downcallHandle(
                    linker.defaultLookup().findOrThrow("setpriority"),
                    FunctionDescriptor.of(
                            ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, ValueLayout.JAVA_INT));
            int failed = (int) set.invokeExact(PROCESS, thread, NICENESS);
            LOG.debug("thread {} has niceness {}: {}", thread, NICENESS, failed == 0);
        } catch (Throwable e) {
            LOG.debug("thread {} is as urgent as all else: {}", thread, e.toString());
        }
    }
}
