package dev.perdure.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The demonstration, as a script runs it: it shows both halves, ends by itself, and leaves no process. */
class DemoTest {
    @TempDir
    Path folder;

    @Tag("soak")
    @Test
    void trainsAndServesThroughFailuresAndEndsByItself() throws Exception {
        Path output = folder.resolve("output");
        String home = Path.of("").toAbsolutePath().resolve("..").toString();
        var program = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow",
                "-Dperdure.home=" + home,
                Perdure.class.getName(),
                "demo",
                "--epochs",
                "2"));
        Process demo = Jvm.withClassPath(new ProcessBuilder(program))
                .directory(folder.toFile())
                .redirectInput(new File("/dev/null"))
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        try {
            assertThat(demo.waitFor(10, TimeUnit.MINUTES))
                    .as("it ends by itself")
                    .isTrue();
        } finally {
            List<ProcessHandle> left = demo.descendants().toList();
            left.forEach(ProcessHandle::destroyForcibly);
            demo.destroyForcibly();
        }
        String said = Files.readString(output);
        assertThat(demo.exitValue()).as(said).isZero();
        assertThat(said)
                .contains("Bit for bit the same.", ">>> kill -9", ">>> kill -STOP", "   0 failed", "   0 wrong");
        assertThat(processesOf(folder)).isEmpty();
    }

    private static List<String> processesOf(Path folder) {
        return ProcessHandle.allProcesses()
                .flatMap(process -> process.info().commandLine().stream())
                .filter(line -> line.contains(folder.toString()))
                .toList();
    }
}
