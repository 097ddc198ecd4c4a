package dev.perdure.cli;

import dev.perdure.training.RunConfig;
import dev.perdure.training.RunFolder;
import dev.perdure.training.TrainerLauncher;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Starts trainers as JVMs on this machine, with this process's class path. */
final class LocalTrainerLauncher implements TrainerLauncher {
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

    LocalTrainerLauncher(RunConfig config, List<String> program) {
        this.config = config;
        this.program = List.copyOf(program);
    }

    /** Returns the launcher of {@code perdure trainer}. */
    static LocalTrainerLauncher of(RunConfig config, boolean changedDataAllowed) {
        var program = new ArrayList<String>(archive());
        program.addAll(List.of("-cp", System.getProperty("java.class.path"), Perdure.class.getName(), "trainer"));
        if (changedDataAllowed) {
            program.add("--allow-changed-data");
        }
        return new LocalTrainerLauncher(config, program);
    }

    /** Uses, or when asked to makes, the archive of classes that lets a trainer start faster. */
    private static List<String> archive() {
        Optional<Path> dist =
                Optional.ofNullable(System.getProperty("perdure.dist")).map(Path::of);
        if (dist.isEmpty()) {
            return List.of();
        }
        Path archive = dist.get().resolve("trainer.aot");
        if (System.getenv("PERDURE_AOT_RECORD") != null) {
            return List.of("-XX:AOTCacheOutput=" + archive);
        }
        return Files.exists(archive) ? List.of("-XX:AOTCache=" + archive, "-Xlog:aot=off", "-Xlog:cds=off") : List.of();
    }

    @Override
    public Process start(RunFolder folder) throws IOException {
        var command = new ArrayList<String>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(JVM_FLAGS);
        command.add("-XX:ErrorFile=" + folder.path().toAbsolutePath().resolve("hs_err_pid%p.log"));
        command.addAll(program);
        command.add(folder.path().toString());
        var builder = new ProcessBuilder(command);
        builder.environment().put("OPENBLAS_NUM_THREADS", "1");
        builder.environment().put("OMP_NUM_THREADS", Integer.toString(config.threads()));
        builder.environment().putIfAbsent("OMP_WAIT_POLICY", "passive"); // spinning threads starve a busy machine
        builder.redirectError(
                ProcessBuilder.Redirect.appendTo(new File(folder.log().toString())));
        return builder.start();
    }
}
