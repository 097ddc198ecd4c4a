package dev.perdure.torch;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static org.bytedeco.pytorch.global.torch.get_cpu_capability;
import static org.bytedeco.pytorch.global.torch.get_num_threads;
import static org.bytedeco.pytorch.global.torch.globalContext;
import static org.bytedeco.pytorch.global.torch.setGraphExecutorOptimize;
import static org.bytedeco.pytorch.global.torch.set_num_threads;
import static org.bytedeco.pytorch.global.torch.show_config;

import dev.perdure.core.BadSettingException;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.util.List;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.bytedeco.javacpp.Loader;
import org.bytedeco.pytorch.Context;

/** The native library: found, loaded and set up once a process, in the way that gives the same bits every time. */
final class Libtorch {
    private static final int M_TRIM_THRESHOLD = -1; // malloc.h
    private static final int M_MMAP_THRESHOLD = -3;

    /** The most that glibc takes. */
    private static final int MMAP_THRESHOLD_BYTES = 32 << 20;

    private static final Pattern VERSION = Pattern.compile("TORCH_VERSION=([^,\\s]+)");

    /** Empty until it is loaded. */
    private static volatile String build = "";

    private Libtorch() {}

    /**
     * Loads and sets up libtorch unless that has been done.
     *
     * @return {@code libtorch 2.10.0 (linux-x86_64, AVX512, OpenBLAS, channels-last)}
     * @throws BadSettingException if there is no libtorch for this platform, or it does not load
     */
    static String load() {
        if (build.isEmpty()) {
            loadOnce();
        }
        return build;
    }

    private static synchronized void loadOnce() {
        if (!build.isEmpty()) {
            return;
        }
        // JavaCPP otherwise holds the process's memory against a multiple of -Xmx, and throws.
        System.getProperties().putIfAbsent("org.bytedeco.javacpp.maxPhysicalBytes", "0");
        System.getProperties().putIfAbsent("org.bytedeco.javacpp.maxBytes", "0");
        String platform = Loader.getPlatform();
        ClassLoader resources = Libtorch.class.getClassLoader();
        Natives.problem(platform, name -> resources.getResource(name) != null).ifPresent(problem -> {
            throw new BadSettingException(problem);
        });
        try {
            setUp();
            build = "libtorch %s (%s, %s, OpenBLAS)"
                    .formatted(version(), platform, get_cpu_capability().getString());
        } catch (LinkageError e) {
            throw new BadSettingException(Natives.unloadable(platform, e));
        }
    }

    private static String version() {
        Matcher matcher = VERSION.matcher(show_config().getString());
        return matcher.find() ? matcher.group(1) : "unknown";
    }

    /** Deterministic algorithms only; no library with a thread pool of its own. */
    private static void setUp() {
        Context context = globalContext();
        context.setDeterministicAlgorithms(true, false);
        context.setDeterministicFillUninitializedMemory(false);
        context.setDeterministicMkldnn(true);
        context.setUserEnabledNNPACK(false);
        singleThreadedBlas();
        keepFreedMemory();
    }

    /** OpenBLAS's pool fights with that of libtorch: two threads are then slower than one. */
    private static void singleThreadedBlas() {
        SymbolLookup.loaderLookup()
                .find("openblas_set_num_threads")
                .ifPresent(function -> call(function, FunctionDescriptor.ofVoid(JAVA_INT), 1));
    }

    /**
     * Lets the C library's allocator keep what a pass frees for the next one. By itself it gives large blocks back to the
     * system, and every pass pays for the pages anew, which took a third of a training step. Other allocators than that of
     * glibc have no such switch.
     */
    private static void keepFreedMemory() {
        Linker.nativeLinker().defaultLookup().find("mallopt").ifPresent(function -> {
            FunctionDescriptor mallopt = FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT);
            call(function, mallopt, M_MMAP_THRESHOLD, MMAP_THRESHOLD_BYTES);
            call(function, mallopt, M_TRIM_THRESHOLD, Integer.MAX_VALUE);
        });
    }

    @SuppressWarnings("restricted") // nothing else reaches a function of a C library
    private static void call(MemorySegment function, FunctionDescriptor type, Object... arguments) {
        try {
            Linker.nativeLinker().downcallHandle(function, type).invokeWithArguments(arguments);
        } catch (Throwable e) {
            throw new IllegalStateException("a function of the C libraries does not answer", e);
        }
    }

    /**
     * Prepares the calling thread: libtorch keeps the number of threads and how TorchScript is run, and the processor the
     * treatment of subnormal numbers (which are kept here, as IEEE 754 has them), for each thread.
     */
    static void enter(int threads) {
        if (get_num_threads() != threads) {
            set_num_threads(threads);
        }
        // The profiling executor rewrites a graph after its first runs, and with it the bits.
        setGraphExecutorOptimize(false);
        Context.setFlushDenormal(false);
    }

    /**
     * Computes something that runs what a person wrote.
     *
     * @throws BadSettingException if libtorch refuses, saying {@code where} and why in one line
     */
    static <T> T ask(String where, Supplier<T> question) {
        try {
            return question.get();
        } catch (RuntimeException e) {
            if (e instanceof BadSettingException bad) {
                throw bad;
            }
            throw new BadSettingException("%s: %s".formatted(where, oneLine(e)));
        }
    }

    /** libtorch's messages end in a native stack trace; TorchScript's begin with one of its own. */
    static String oneLine(Throwable error) {
        String message = error.getMessage() == null ? "" : error.getMessage();
        List<String> lines = message.lines()
                .map(String::strip)
                .filter(line -> !line.isEmpty())
                .toList();
        return lines.stream()
                .filter(line -> line.startsWith("RuntimeError: "))
                .findFirst()
                .or(() -> lines.stream().findFirst())
                .orElse(error.getClass().getSimpleName());
    }
}
