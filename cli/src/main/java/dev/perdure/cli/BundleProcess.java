package dev.perdure.cli;

import java.io.File;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** Has {@code perdure bundle} make a bundle in a process of its own: none of the engines may take this one with it. */
final class BundleProcess {
    private BundleProcess() {}

    /**
     * Returns when it is made.
     *
     * @param arguments of the command
     * @param say is given each line that it prints
     * @throws IOException if it is not made, with what the command said last
     */
    static void make(List<String> arguments, Consumer<String> say) throws IOException, InterruptedException {
        var flags = new ArrayList<>(Jvm.ENGINE_FLAGS);
        flags.addAll(Jvm.archive("perdure.aot", false));
        var program = new ArrayList<>(List.of(Perdure.class.getName(), "bundle"));
        program.addAll(arguments);
        Process process = Jvm.withClassPath(Jvm.withNativeThreads(new ProcessBuilder(Jvm.untouched(flags, program)), 1))
                .redirectInput(ProcessBuilder.Redirect.from(new File("/dev/null")))
                .redirectErrorStream(true)
                .start();
        String last = "";
        try (var lines = process.inputReader()) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                last = line;
                say.accept(line);
            }
        }
        if (process.waitFor() != 0) {
            throw new IOException("no bundle was made (exit code %d): %s".formatted(process.exitValue(), last));
        }
    }
}
