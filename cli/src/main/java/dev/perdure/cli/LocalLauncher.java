package dev.perdure.cli;

import dev.perdure.supervision.WorkerId;
import dev.perdure.training.RunConfig;
import dev.perdure.training.RunFolder;
import dev.perdure.training.WorkerLauncher;
import java.io.File;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** Starts workers as JVMs on this machine, with this process's class path. */
final class LocalLauncher implements WorkerLauncher {
    private final RunConfig config;
    private final List<String> program;

    LocalLauncher(RunConfig config, List<String> program) {
        this.config = config;
        this.program = List.copyOf(program);
    }

    /** Returns the launcher of {@code perdure worker}. */
    static LocalLauncher of(RunConfig config, boolean changedDataAllowed) {
        return of(config, changedDataAllowed ? List.of("worker", "--allow-changed-data") : List.of("worker"));
    }

    /** Returns the launcher of a command with options. */
    static LocalLauncher of(RunConfig config, List<String> command) {
        var program = new ArrayList<>(Jvm.perdure(command.getFirst()));
        program.addAll(command.subList(1, command.size()));
        return new LocalLauncher(config, program);
    }

    /** Starts a worker that has no pipe to this process, and so outlives it. */
    @Override
    public Process start(RunFolder folder, WorkerId worker, Duration pause) throws IOException {
        var flags = new ArrayList<>(Jvm.ENGINE_FLAGS);
        flags.addAll(options());
        flags.add("-XX:ErrorFile=" + folder.path().toAbsolutePath().resolve("hs_err_pid%p.log"));
        flags.addAll(Jvm.archive("worker.aot", worker.name().equals("w0-1")));
        var arguments = new ArrayList<>(program);
        arguments.addAll(List.of("--id", worker.name(), folder.path().toString()));
        return process(config, pause, flags, arguments)
                .redirectInput(ProcessBuilder.Redirect.from(new File("/dev/null")))
                .redirectOutput(ProcessBuilder.Redirect.appendTo(folder.log().toFile()))
                .redirectError(ProcessBuilder.Redirect.appendTo(folder.log().toFile()))
                .start();
    }

    /** What a person wants workers' JVMs to be given besides: {@code PERDURE_WORKER_OPTS}, separated by spaces. */
    private static List<String> options() {
        return Stream.of(System.getenv().getOrDefault("PERDURE_WORKER_OPTS", "").split("\\s+"))
                .filter(option -> !option.isEmpty())
                .toList();
    }

    /** Returns how to start a program that trains as a worker does, for whoever is no worker. */
    static ProcessBuilder process(RunConfig config, List<String> program) {
        return process(config, Duration.ZERO, Jvm.ENGINE_FLAGS, program);
    }

    private static ProcessBuilder process(RunConfig config, Duration pause, List<String> flags, List<String> program) {
        return Jvm.withNativeThreads(new ProcessBuilder(Jvm.untouched(pause, flags, program)), config.threads());
    }
}
