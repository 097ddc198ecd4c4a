package dev.perdure.cli;

import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;

/** Starts {@code perdure} as a process that no keystroke reaches. */
final class Unattended {
    private Unattended() {}

    /**
     * Starts it.
     *
     * @param by is given the command, and returns the one that is run
     * @param arguments of {@code perdure}
     * @param said where both its outputs are added
     */
    static Process start(UnaryOperator<List<String>> by, List<String> arguments, Path said) throws IOException {
        var flags = new ArrayList<>(
                List.of("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "--enable-native-access=ALL-UNNAMED"));
        String dist = System.getProperty("perdure.dist");
        if (dist != null) {
            flags.add("-Dperdure.dist=" + dist);
        }
        flags.addAll(Jvm.archive("perdure.aot", false));
        var program = new ArrayList<>(List.of(Perdure.class.getName()));
        program.addAll(arguments);
        return Jvm.withClassPath(new ProcessBuilder(by.apply(Jvm.untouched(flags, program))))
                .redirectInput(ProcessBuilder.Redirect.from(new File("/dev/null")))
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(said.toFile()))
                .start();
    }
}
