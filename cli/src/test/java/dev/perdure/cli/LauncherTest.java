package dev.perdure.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the launcher script says before there is any Java. */
class LauncherTest {
    @TempDir
    Path folder;

    @Test
    void saysHowToGetAJdkWhenThereIsNone() throws Exception {
        Path old = jdk("old", "17.0.15");

        String said = launch(2, Map.of("JAVA_HOME", old.toString(), "PERDURE_JDKS", ""));

        assertThat(said)
                .contains("no JDK 25 was found", "JAVA_HOME: " + old, "java on the path: none", "https://adoptium.net");
        assertThat(said.lines()).hasSizeLessThanOrEqualTo(3);
    }

    @Test
    void findsAJdkInTheUsualFoldersWhenJavaHomeIsAnotherOne() throws Exception {
        Path old = jdk("old", "17.0.15");
        Path right = jdk("right", "25.0.3");

        String said = launch(7, Map.of("JAVA_HOME", old.toString(), "PERDURE_JDKS", folder + "/none " + right));

        assertThat(said).contains("started from " + right);
    }

    /** A folder that looks like a JDK; its java says where it is and ends. */
    private Path jdk(String name, String version) throws IOException {
        Path home = Files.createDirectories(folder.resolve(name));
        Files.createDirectories(home.resolve("bin"));
        Files.writeString(home.resolve("release"), "JAVA_VERSION=\"%s\"\n".formatted(version));
        for (String program : new String[] {"java", "javac"}) {
            Path file = home.resolve("bin").resolve(program);
            Files.writeString(file, "#!/bin/sh\necho started from %s\nexit 7\n".formatted(home));
            assertThat(file.toFile().setExecutable(true)).isTrue();
        }
        return home;
    }

    /** Runs a copy of the script, beside a build that looks finished, with nothing but the system's tools on the path. */
    private String launch(int expected, Map<String, String> environment) throws Exception {
        Path root = Files.createDirectories(folder.resolve("root"));
        Path dist = Files.createDirectories(root.resolve("cli/target/dist"));
        Files.copy(Path.of("..", "perdure"), root.resolve("perdure"));
        Files.writeString(dist.resolve("classpath"), "none.jar");
        Files.writeString(dist.resolve("built"), "");
        Path tools = Files.createDirectories(folder.resolve("tools"));
        for (String tool : new String[] {"sh", "dirname", "readlink", "grep", "find", "head", "cat"}) {
            Files.createSymbolicLink(tools.resolve(tool), where(tool));
        }
        Path output = folder.resolve("output");
        var builder = new ProcessBuilder(
                        where("sh").toString(), root.resolve("perdure").toString())
                .redirectErrorStream(true)
                .redirectOutput(output.toFile());
        builder.environment().clear();
        builder.environment().put("PATH", tools.toString());
        builder.environment().put("HOME", folder.toString());
        builder.environment().putAll(environment);
        assertThat(builder.start().waitFor()).as(() -> read(output)).isEqualTo(expected);
        return read(output);
    }

    private static Path where(String tool) {
        return Path.of("/usr/bin", tool).toFile().exists() ? Path.of("/usr/bin", tool) : Path.of("/bin", tool);
    }

    private static String read(Path file) {
        try {
            return Files.readString(file, UTF_8);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }
}
