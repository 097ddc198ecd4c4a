package dev.perdure.cli;

import dev.perdure.chaos.ChaosFolder;
import dev.perdure.chaos.OtherHost;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** Another host on which replicas of a campaign live: {@code perdure host}, in a network of its own that can be cut off. */
final class AbusedHost implements AutoCloseable {
    private static final int PORT = 7411;
    private static final Duration ENDED_WITHIN = Duration.ofSeconds(60);
    private static final String CALM_MILLIS = "1000";

    private final OtherHost network;
    private final ServeFolder folder;
    private final Process process;

    /**
     * Begins to start it.
     *
     * @param options of {@code perdure host}: the engine, and who is trusted
     * @param run where sockets and logs go
     * @throws IOException if no network can be made here
     */
    AbusedHost(Path models, List<String> options, ChaosFolder chaos, Path run) throws IOException {
        var own = new ServeFolder(run.resolve("host"));
        this.folder = own.isShort() ? own : new ServeFolder(Files.createTempDirectory(ServeFolder.PREFIX));
        this.network = OtherHost.make();
        var program = new ArrayList<>(List.of("host", models.toString(), "--insecure"));
        program.addAll(List.of("--listen", at(), "--run", folder.path().toString()));
        program.addAll(List.of("--agenda", chaos.path().toString()));
        program.addAll(options);
        this.process = Unattended.start(network::command, program, run.resolve("host.log"));
    }

    private String at() {
        return network.address() + ":" + PORT;
    }

    /** Returns what gateways are told of it; they move replicas to it soon. */
    List<String> options() {
        return List.of("--hosts", at(), "--hosts-insecure", "--hosts-calm-millis", CALM_MILLIS);
    }

    /** Returns the replicas that live there. */
    List<ServedProcess> replicas() throws IOException {
        return folder.processes().stream()
                .filter(process -> process.role() == ServedProcess.Role.REPLICA)
                .toList();
    }

    void cutOff() throws IOException {
        network.cut();
    }

    void mend() throws IOException {
        network.mend();
    }

    @Override
    public void close() throws IOException {
        process.destroy();
        long end = System.nanoTime() + ENDED_WITHIN.toNanos();
        while (process.isAlive() && System.nanoTime() - end < 0) {
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(20));
        }
        process.destroyForcibly();
        network.close();
    }
}
