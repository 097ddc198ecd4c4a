package dev.perdure.cli;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Commands that start Java programs on this machine, with this process's class path. */
final class Jvm {
    /**
     * Flags of processes that hold an engine. Serial collection, and an optimizing compiler for what is hot many times over,
     * leave the cores to the engine: a start costs a second of processor time less. JavaCPP's own memory limits, which compare
     * resident memory with the heap's size, are off.
     */
    static final List<String> ENGINE_FLAGS = List.of(
            "-XX:+UseSerialGC",
            "-XX:Tier4InvocationThreshold=50000",
            "-XX:Tier4MinInvocationThreshold=6000",
            "-XX:Tier4CompileThreshold=150000",
            "-XX:Tier4BackEdgeThreshold=400000",
            "-XX:+CrashOnOutOfMemoryError",
            "--enable-native-access=ALL-UNNAMED",
            "--sun-misc-unsafe-memory-access=allow",
            "-Dperdure.log.level=INFO",
            "-Dorg.bytedeco.javacpp.maxPhysicalBytes=0",
            "-Dorg.bytedeco.javacpp.maxBytes=0");

    private Jvm() {}

    /** Returns the command for a program that no keystroke reaches. */
    static List<String> untouched(List<String> flags, List<String> program) {
        return untouched(Duration.ZERO, flags, program);
    }

    /**
     * Returns the command for a program that no keystroke reaches, and that lies still for so long first. A person's Ctrl-C and
     * the end of a terminal go to every process that began there; only the first is to act on it.
     */
    static List<String> untouched(Duration pause, List<String> flags, List<String> program) {
        String asleep = pause.isZero() ? "" : "sleep %d.%03d; ".formatted(pause.toSeconds(), pause.toMillisPart());
        var command = new ArrayList<>(List.of("/bin/sh", "-c", "trap '' INT HUP; " + asleep + "exec \"$0\" \"$@\""));
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(flags);
        command.addAll(program);
        return command;
    }

    /** Has native libraries take so many threads, and none that spins, which would starve a busy machine. */
    static ProcessBuilder withNativeThreads(ProcessBuilder builder, int threads) {
        builder.environment().put("OPENBLAS_NUM_THREADS", "1");
        builder.environment().put("OMP_NUM_THREADS", Integer.toString(threads));
        builder.environment().putIfAbsent("OMP_WAIT_POLICY", "passive");
        return builder;
    }

    /**
     * Gives a program this process's class path by its environment. ONNX Runtime takes a process down whose command line is
     * longer than 4 KiB, so no process that loads it may have the class path there.
     */
    static ProcessBuilder withClassPath(ProcessBuilder builder) {
        builder.environment().put("CLASSPATH", System.getProperty("java.class.path"));
        return builder;
    }

    /** Returns {@code perdure COMMAND} as a program of this class path. */
    static List<String> perdure(String command) {
        return List.of("-cp", System.getProperty("java.class.path"), Perdure.class.getName(), command);
    }

    /** Uses, or when asked to makes, the archive of classes that lets a process start faster. */
    static List<String> archive(String name, boolean mayMake) {
        Optional<Path> dist =
                Optional.ofNullable(System.getProperty("perdure.dist")).map(Path::of);
        if (dist.isEmpty()) {
            return List.of();
        }
        Path archive = dist.get().resolve(name);
        if (isRecording()) {
            return mayMake ? List.of("-XX:AOTCacheOutput=" + archive) : List.of();
        }
        return Files.exists(archive) ? List.of("-XX:AOTCache=" + archive, "-Xlog:aot=off", "-Xlog:cds=off") : List.of();
    }

    /** Returns whether processes make archives when they end, which takes them some seconds. */
    static boolean isRecording() {
        return System.getenv("PERDURE_AOT_RECORD") != null;
    }
}
