package dev.perdure.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.stream.Stream;

/**
 * Has the processes that tests start use archives of loaded classes, as the launcher's do: a worker then costs two seconds of
 * processor time less, and a build starts hundreds of them, of replicas and of gateways. Archives are of jars alone, so folders of
 * classes become jars; those of tests come last. {@code -Dtest.archives=false} leaves them out, which is quicker for a single test
 * after a change.
 */
final class Archives {
    private static final Path DIST = Path.of("target", "test-dist").toAbsolutePath();
    private static final Path STAMP = DIST.resolve("made");
    private static final Path LOCK = DIST.resolveSibling("test-dist.lock");
    private static boolean used;

    private Archives() {}

    /** Makes them if they are missing or older than what they are of; every process that is started from here on uses them. */
    static synchronized void use() throws IOException, InterruptedException {
        if (used || !Boolean.parseBoolean(System.getProperty("test.archives", "false"))) {
            return;
        }
        used = true;
        List<Path> entries = Stream.of(System.getProperty("java.class.path").split(File.pathSeparator))
                .map(Path::of)
                .filter(Files::exists)
                .toList();
        Path tests = entries.stream()
                .filter(entry -> entry.endsWith("test-classes"))
                .findFirst()
                .orElseThrow();
        List<Path> programs =
                entries.stream().filter(entry -> !entry.equals(tests)).toList();
        String jars = made(programs);
        System.setProperty("java.class.path", jars + File.pathSeparator + tests);
        System.setProperty("perdure.dist", DIST.toString());
    }

    /** Returns the jars that they are of. Classes of tests run in several JVMs at once: the first makes them for all. */
    private static String made(List<Path> programs) throws IOException, InterruptedException {
        Files.createDirectories(DIST);
        try (var channel = FileChannel.open(LOCK, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                FileLock _ = channel.lock()) {
            boolean isNew = !Files.exists(STAMP) || newest(programs).compareTo(Files.getLastModifiedTime(STAMP)) > 0;
            String jars = join(jars(programs, isNew));
            if (isNew) {
                record(jars);
                Files.deleteIfExists(STAMP);
                Files.createFile(STAMP);
            }
            return jars;
        }
    }

    /** Returns the folder in which they lie, when they are used. */
    static Optional<String> inUse() {
        return Optional.ofNullable(System.getProperty("perdure.dist"));
    }

    private static String join(List<Path> entries) {
        return String.join(
                File.pathSeparator, entries.stream().map(Path::toString).toList());
    }

    private static FileTime newest(List<Path> entries) throws IOException {
        FileTime newest = FileTime.fromMillis(0);
        for (Path entry : entries) {
            try (Stream<Path> files = Files.walk(entry)) {
                for (Path file : files.toList()) {
                    FileTime time = Files.getLastModifiedTime(file);
                    newest = time.compareTo(newest) > 0 ? time : newest;
                }
            }
        }
        return newest;
    }

    private static List<Path> jars(List<Path> entries, boolean anew) throws IOException {
        List<Path> jars = new ArrayList<>();
        for (Path entry : entries) {
            if (Files.isRegularFile(entry)) {
                jars.add(entry);
                continue;
            }
            Path jar = DIST.resolve("classes-" + jars.size() + ".jar");
            if (anew) {
                pack(entry, jar);
            }
            jars.add(jar);
        }
        return jars;
    }

    private static void pack(Path folder, Path jar) throws IOException {
        try (OutputStream out = Files.newOutputStream(jar);
                var packed = new JarOutputStream(out);
                Stream<Path> files = Files.walk(folder)) {
            files.filter(Files::isRegularFile).sorted().forEach(file -> {
                try {
                    packed.putNextEntry(new JarEntry(folder.relativize(file).toString()));
                    Files.copy(file, packed);
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            });
        }
    }

    /**
     * Trains a little: perdure itself, its supervisor and the first of its workers make an archive each when they end. At the same
     * time a replica answers once and makes one, and then a gateway.
     */
    private static void record(String jars) throws IOException, InterruptedException {
        Path folder = Files.createTempDirectory("archives");
        Path config = SmallRun.write(folder);
        Path models = folder.resolve("models");
        Path bundle = new LinearModel("recorded", "1", 1).writePlain(models);
        Process training = start(
                jars,
                "perdure",
                Map.of("PERDURE_AOT_RECORD", "1"),
                "train %s --run %s --workers 2 --set supervision.stop-millis=120000"
                        .formatted(config, folder.resolve("run")));
        Process replica = start(
                jars,
                "replica",
                Map.of(),
                "replica --listen 127.0.0.1:0 --bundle %s --allow-unsigned --rehearse".formatted(bundle));
        assertEnds(replica, "replica");
        Process gateway = start(
                jars,
                "gateway",
                Map.of(),
                "serve %s --replicas 1 --allow-unsigned --http 127.0.0.1:0 --grpc 127.0.0.1:0 --rehearse"
                        .formatted(models));
        assertEnds(gateway, "gateway");
        assertEnds(training, "perdure");
    }

    private static Process start(String jars, String archive, Map<String, String> environment, String program)
            throws IOException {
        var command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC",
                "-XX:AOTCacheOutput=" + DIST.resolve(archive + ".aot"),
                "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow",
                "-Dperdure.dist=" + DIST,
                Perdure.class.getName()));
        command.addAll(List.of(program.split(" ")));
        var builder = new ProcessBuilder(command);
        builder.environment().put("CLASSPATH", jars); // ONNX Runtime bears no long command line
        builder.environment().putAll(environment);
        return builder.redirectErrorStream(true)
                .redirectOutput(log(archive).toFile())
                .start();
    }

    private static Path log(String archive) {
        return DIST.resolve(archive + ".log");
    }

    private static void assertEnds(Process process, String archive) throws IOException, InterruptedException {
        try {
            assertThat(process.waitFor(180, TimeUnit.SECONDS))
                    .as("the archive of %s is made", archive)
                    .isTrue();
            assertThat(process.exitValue()).as(Files.readString(log(archive))).isZero();
        } finally {
            process.destroyForcibly();
        }
    }
}
