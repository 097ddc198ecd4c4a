package dev.perdure.cli;

import dev.perdure.supervision.WorkerId;
import dev.perdure.training.RunConfig;
import dev.perdure.training.RunFolder;
import dev.perdure.training.TrainerLauncher;
import dev.perdure.training.WorkerLauncher;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Starts trainers and workers as JVMs on this machine, with this process's class path. */
final class LocalLauncher implements TrainerLauncher, WorkerLauncher {
    /**
     * Serial collection and a small compiler budget leave the cores to libtorch; JavaCPP's own memory limits, which compare
     * resident memory with the heap's size, are off.
     */
    private static final List<String> JVM_FLAGS = List.of(
            "-XX:+UseSerialGC",
            "-XX:+CrashOnOutOfMemoryError",
            "--enable-native-access=ALL-UNNAMED",
            "--sun-misc-unsafe-memory-access=allow",
            "-Dperdure.log.level=INFO",
            "-Dorg.bytedeco.javacpp.maxPhysicalBytes=0",
            "-Dorg.bytedeco.javacpp.maxBytes=0");

    private final RunConfig config;
    private final List<String> program;

    LocalLauncher(RunConfig config, List<String> program) {
        this.config = config;
        this.program = List.copyOf(program);
    }

    /** Returns the launcher of {@code perdure trainer}, or of {@code perdure worker}. */
    static LocalLauncher of(RunConfig config, String command, boolean changedDataAllowed) {
        return of(config, changedDataAllowed ? List.of(command, "--allow-changed-data") : List.of(command));
    }

    /** Returns the launcher of a command with options. */
    static LocalLauncher of(RunConfig config, List<String> command) {
        var program = new ArrayList<String>();
        program.addAll(List.of("-cp", System.getProperty("java.class.path"), Perdure.class.getName()));
        program.addAll(command);
        return new LocalLauncher(config, program);
    }

    /** Uses, or when asked to makes, the archive of classes that lets a process start faster. */
    private static List<String> archive(String name, boolean mayMake) {
        Optional<Path> dist =
                Optional.ofNullable(System.getProperty("perdure.dist")).map(Path::of);
        if (dist.isEmpty()) {
            return List.of();
        }
        Path archive = dist.get().resolve(name);
        if (System.getenv("PERDURE_AOT_RECORD") != null) {
            return mayMake ? List.of("-XX:AOTCacheOutput=" + archive) : List.of();
        }
        return Files.exists(archive) ? List.of("-XX:AOTCache=" + archive, "-Xlog:aot=off", "-Xlog:cds=off") : List.of();
    }

    @Override
    public Process start(RunFolder folder) throws IOException {
        return builder(folder, archive("trainer.aot", true), List.of()).start();
    }

    /** Starts a worker that has no pipe to this process, and so outlives it. */
    @Override
    public Process start(RunFolder folder, WorkerId worker) throws IOException {
        boolean isFirst = worker.name().equals("w0-1");
        return builder(folder, archive("worker.aot", isFirst), List.of("--id", worker.name()))
                .redirectInput(ProcessBuilder.Redirect.from(new File("/dev/null")))
                .redirectOutput(ProcessBuilder.Redirect.appendTo(folder.log().toFile()))
                .start();
    }

    private ProcessBuilder builder(RunFolder folder, List<String> archive, List<String> arguments) {
        var command = new ArrayList<String>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(JVM_FLAGS);
        command.add("-XX:ErrorFile=" + folder.path().toAbsolutePath().resolve("hs_err_pid%p.log"));
        command.addAll(archive);
        command.addAll(program);
        command.addAll(arguments);
        command.add(folder.path().toString());
        var builder = new ProcessBuilder(command);
        builder.environment().put("OPENBLAS_NUM_THREADS", "1");
        builder.environment().put("OMP_NUM_THREADS", Integer.toString(config.threads()));
        builder.environment().putIfAbsent("OMP_WAIT_POLICY", "passive"); // spinning threads starve a busy machine
        builder.redirectError(ProcessBuilder.Redirect.appendTo(folder.log().toFile()));
        return builder;
    }
}
