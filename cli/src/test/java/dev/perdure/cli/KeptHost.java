package dev.perdure.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.perdure.oip.OipAddress;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** {@code perdure host}, as a process of a test, with everything that it starts. */
final class KeptHost implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofMinutes(3);
    private static final Pattern READY = Pattern.compile("--hosts (\\S+:[0-9]+)");

    private final Path models;
    private final ServeFolder folder;
    private final Path log;
    private final UnaryOperator<List<String>> command;
    private final Set<ServedProcess> seen = new LinkedHashSet<>();
    private String listen;
    private List<Object> more = List.of();
    private @Nullable Process process;

    /**
     * One that is not started yet.
     *
     * @param models its folder of models
     * @param folder new or empty, with a short path
     * @param listen where it listens; what it is started with again later has the port that it got
     * @param command what starts a program there
     */
    KeptHost(Path models, Path folder, String listen, UnaryOperator<List<String>> command) {
        this.models = models;
        this.folder = new ServeFolder(folder);
        this.log = folder.resolveSibling(folder.getFileName() + ".out");
        this.listen = listen;
        this.command = command;
    }

    KeptHost(Path models, Path folder) {
        this(models, folder, "127.0.0.1:0", UnaryOperator.identity());
    }

    /** Starts it with more options than those of every test, and returns where it listens. */
    OipAddress.Tcp start(Object... options) throws IOException {
        more = List.of(options);
        return startAgain();
    }

    /** Starts it as it was started before, at the same port. */
    OipAddress.Tcp startAgain() throws IOException {
        var arguments = new ArrayList<Object>(List.of("host", models, "--listen", listen, "--run", folder.path()));
        arguments.addAll(List.of("--allow-unsigned", "--engine", "onnx"));
        arguments.addAll(more);
        int before = readyLines().size();
        Process started = Shell.start(log, command, arguments.toArray());
        process = started;
        await().atMost(PATIENCE).untilAsserted(() -> {
            assertThat(started.isAlive()).as(said()).isTrue();
            assertThat(readyLines()).as(said()).hasSizeGreaterThan(before);
        });
        listen = readyLines().getLast();
        return (OipAddress.Tcp) OipAddress.parse(listen);
    }

    private List<String> readyLines() throws IOException {
        Matcher matcher = READY.matcher(said());
        return matcher.results().map(match -> match.group(1)).toList();
    }

    String said() throws IOException {
        return Files.exists(log) ? Files.readString(log) : "";
    }

    /** Returns the replicas that live there. */
    List<ServedProcess> replicas() throws IOException {
        List<ServedProcess> living = folder.processes().stream()
                .filter(one -> one.role() == ServedProcess.Role.REPLICA)
                .toList();
        seen.addAll(living);
        return living;
    }

    /** Returns the only replica that lives there, when it can be asked. */
    ServedProcess replica() {
        return await().atMost(PATIENCE)
                .until(
                        () -> replicas().stream()
                                .filter(one -> one.port() != null)
                                .findFirst(),
                        Optional::isPresent)
                .orElseThrow();
    }

    void kill() throws InterruptedException {
        if (process != null) {
            assertThat(process.destroyForcibly().waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS))
                    .isTrue();
        }
    }

    /** Asks it to end, and returns when it has. */
    void end() throws IOException, InterruptedException {
        replicas();
        if (process != null) {
            process.destroy();
            assertThat(process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS))
                    .as(said())
                    .isTrue();
        }
    }

    /** Returns those of all replicas that were ever seen that live. */
    List<ServedProcess> left() {
        return seen.stream().filter(ServedProcess::isAlive).toList();
    }

    /** Ends whatever is left. */
    @Override
    public void close() throws IOException {
        replicas();
        if (process != null) {
            process.destroyForcibly();
        }
        seen.forEach(one -> one.process().handle().ifPresent(ProcessHandle::destroyForcibly));
    }
}
