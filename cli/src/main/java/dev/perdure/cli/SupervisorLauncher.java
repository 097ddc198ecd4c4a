package dev.perdure.cli;

import dev.perdure.training.Predecessor;
import dev.perdure.training.RunFolder;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Starts the processes that supervise a run. */
interface SupervisorLauncher {

    /**
     * Starts one. It says {@link FrontLine}s on its standard output and listens to its standard input.
     *
     * @param predecessor whose place it takes, if it takes one's
     */
    Process start(Optional<Predecessor> predecessor) throws IOException;

    /** Returns the launcher of {@code perdure supervise} on a folder, with some options. */
    static SupervisorLauncher of(RunFolder folder, List<String> options) {
        return predecessor -> {
            List<String> flags = new ArrayList<>(List.of(
                    "-XX:+UseSerialGC",
                    "-XX:TieredStopAtLevel=1",
                    "--enable-native-access=ALL-UNNAMED",
                    "--sun-misc-unsafe-memory-access=allow",
                    "-Dperdure.log.level=INFO"));
            String dist = System.getProperty("perdure.dist");
            if (dist != null) {
                flags.add("-Dperdure.dist=" + dist);
            }
            flags.addAll(Jvm.archive("supervisor.aot", predecessor.isEmpty()));
            List<String> program = new ArrayList<>(Jvm.perdure("supervise"));
            program.addAll(options);
            predecessor.ifPresent(gone -> program.addAll(List.of(
                    "--predecessor",
                    gone.evidence(),
                    "--last-sign",
                    Long.toString(gone.lastSign().toEpochMilli()),
                    "--noticed",
                    Long.toString(gone.noticed().toEpochMilli()))));
            program.add(folder.path().toString());
            return new ProcessBuilder(Jvm.untouched(flags, program))
                    .redirectError(ProcessBuilder.Redirect.appendTo(folder.log().toFile()))
                    .start();
        };
    }
}
