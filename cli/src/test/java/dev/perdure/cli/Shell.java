package dev.perdure.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.perdure.training.ExitCode;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;

/** Runs {@code perdure} as a person would: in this process with its output caught, or as a process of its own. */
final class Shell {
    private Shell() {}

    /** What came of a command. */
    record Said(int exitCode, String out, String err) {
        /** Asserts that it went well, and returns what it printed. */
        String fine() {
            assertThat(exitCode).as(err + out).isEqualTo(ExitCode.OK.code());
            assertThat(err).isEmpty();
            return out;
        }

        /** Asserts that it refused with messages for people, and returns them. */
        String refused(ExitCode expected) {
            assertThat(exitCode).as(err + out).isEqualTo(expected.code());
            assertThat(err).startsWith("perdure: ");
            assertThat(err + out)
                    .doesNotContain("\tat ", "Exception", "dev.perdure", "fault in Perdure", "null", "Optional[");
            return err;
        }

        /** Asserts that it refused with one message, and returns it. */
        String refusedOnce(ExitCode expected) {
            assertThat(refused(expected)).containsOnlyOnce("perdure: ");
            return err;
        }
    }

    static Said perdure(Object... arguments) {
        PrintStream out = System.out;
        PrintStream err = System.err;
        var outBytes = new ByteArrayOutputStream();
        var errBytes = new ByteArrayOutputStream();
        try {
            System.setOut(new PrintStream(outBytes, true, UTF_8));
            System.setErr(new PrintStream(errBytes, true, UTF_8));
            int exitCode = Perdure.run(words(arguments).toArray(String[]::new));
            return new Said(exitCode, outBytes.toString(UTF_8), errBytes.toString(UTF_8));
        } finally {
            System.setOut(out);
            System.setErr(err);
        }
    }

    /** Starts a process; what it prints goes to a file, both streams together. */
    static Process start(Path output, Object... arguments) throws IOException {
        return start(output, UnaryOperator.identity(), arguments);
    }

    /** The same by another command, which is given the usual one; what it prints is added to the file. */
    static Process start(Path output, UnaryOperator<List<String>> by, Object... arguments) throws IOException {
        var command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1"));
        Archives.inUse().ifPresent(dist -> command.add("-Dperdure.dist=" + dist));
        command.addAll(Jvm.archive("perdure.aot", false));
        command.addAll(Jvm.perdure(words(arguments).getFirst()));
        command.addAll(words(arguments).subList(1, arguments.length));
        return new ProcessBuilder(by.apply(command))
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(output.toFile()))
                .start();
    }

    private static List<String> words(Object... arguments) {
        return java.util.Arrays.stream(arguments).map(Object::toString).toList();
    }
}
