package dev.perdure.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.perdure.benchmarks.KnownAnswers;
import dev.perdure.core.BadSettingException;
import dev.perdure.core.TensorData;
import dev.perdure.gateway.ServedVersion;
import dev.perdure.oip.ModelId;
import dev.perdure.oip.OipAddress;
import dev.perdure.replica.ReplicaClient;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SequencedMap;

/** What a model answers to whom nothing happens: asked of a replica that nobody else knows of. */
final class Undisturbed {
    private Undisturbed() {}

    /**
     * Starts a replica, asks it, and ends it.
     *
     * @param options of {@code perdure replica}, besides the bundle
     * @param inputs to ask about
     * @return requests for the newest version, with these answers
     */
    static KnownAnswers answers(ServedVersion version, List<String> options, SequencedMap<String, TensorData> inputs)
            throws IOException {
        Path folder = Files.createTempDirectory("perdure-peace-");
        Path log = folder.resolve("log");
        var all = new ArrayList<>(options);
        all.addAll(List.of("--bundle", version.place()));
        var address = new OipAddress.Unix(folder.resolve("r.sock"));
        Process process = new ReplicaLauncher(all, log).start(address);
        try (var lines = new BufferedReader(new InputStreamReader(process.getInputStream(), UTF_8))) {
            if (lines.readLine() == null) {
                throw new BadSettingException(
                        "%s: a replica of it did not start: %s".formatted(version.place(), Files.readString(log)));
            }
            try (var client = new ReplicaClient(address)) {
                return KnownAnswers.asked(
                        client.protocol(),
                        ModelId.of(version.id().name()),
                        inputs,
                        version.golden().tolerance());
            }
        } finally {
            process.destroyForcibly();
            process.onExit().join();
            BenchCommand.delete(folder);
        }
    }
}
