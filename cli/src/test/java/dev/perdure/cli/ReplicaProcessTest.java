package dev.perdure.cli;

import static dev.perdure.cli.Shell.perdure;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.perdure.core.DType;
import dev.perdure.core.Shape;
import dev.perdure.core.TensorData;
import dev.perdure.engine.Port;
import dev.perdure.export.OnnxGraph;
import dev.perdure.model.Bundle;
import dev.perdure.model.Bundles;
import dev.perdure.model.GoldenSet;
import dev.perdure.model.ModelSignature;
import dev.perdure.model.Program;
import dev.perdure.model.Provenance;
import dev.perdure.model.TensorSpec;
import dev.perdure.model.Tolerance;
import dev.perdure.oip.Deadline;
import dev.perdure.oip.InferRequest;
import dev.perdure.oip.ModelId;
import dev.perdure.oip.OipAddress;
import dev.perdure.oip.Outcome;
import dev.perdure.oip.Pending;
import dev.perdure.oip.Tensor;
import dev.perdure.replica.Heartbeat;
import dev.perdure.replica.ReplicaClient;
import dev.perdure.store.LocalObjectStore;
import dev.perdure.training.ExitCode;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** {@code perdure replica} as a process: how it begins, and every way in which it ends. */
class ReplicaProcessTest {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final ModelId MODEL = ModelId.of("difference", "1");

    @TempDir
    Path folder;

    private final List<Process> started = new ArrayList<>();
    private Path bundle = Path.of("");

    /** Writes a bundle of a model that subtracts, whose answers need no engine to be known. */
    @BeforeEach
    void makeBundle() throws Exception {
        Archives.use();
        bundle = folder.resolve("models/difference/1");
        try (Arena arena = Arena.ofShared()) {
            var graph = new OnnxGraph("g")
                    .input(Port.of("left", DType.F32, 2))
                    .input(Port.of("right", DType.F32, 2))
                    .node("Sub", List.of("left", "right"), "out")
                    .output(Port.of("out", DType.F32, 2));
            Bundles.at(new LocalObjectStore(bundle)).write(bundle(graph.write(arena)), null);
        }
    }

    private static Bundle bundle(MemorySegment onnx) {
        var inputs = new LinkedHashMap<String, TensorData>();
        inputs.put("left", TensorData.of(Shape.of(3, 2), 1f, 2f, 3f, 4f, 5f, 6f));
        inputs.put("right", TensorData.of(Shape.of(3, 2), 9f, 8f, 7f, 6f, 5f, 4f));
        var outputs = new LinkedHashMap<String, TensorData>();
        outputs.put("out", TensorData.of(Shape.of(3, 2), -8f, -6f, -4f, -2f, 0f, 2f));
        return new Bundle(
                MODEL.name(),
                "1",
                Instant.parse("2026-11-21T10:00:00Z"),
                new ModelSignature(
                        List.of(TensorSpec.of("left", DType.F32, 2), TensorSpec.of("right", DType.F32, 2)),
                        List.of(TensorSpec.of("out", DType.F32, 2))),
                List.of(),
                Optional.empty(),
                new Program(Program.Format.ONNX, onnx),
                Optional.empty(),
                new LinkedHashMap<>(),
                Optional.of(new GoldenSet(inputs, outputs, Tolerance.EXACT)),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                new Provenance(
                        "test",
                        Optional.empty(),
                        Optional.empty(),
                        Optional.empty(),
                        Optional.empty(),
                        new LinkedHashMap<>()));
    }

    @AfterEach
    void end() {
        started.forEach(Process::destroyForcibly);
    }

    private OipAddress socket() {
        return new OipAddress.Unix(folder.resolve("replica.sock"));
    }

    private Process start(String... more) throws IOException {
        var options = new ArrayList<>(List.of("--bundle", bundle.toString(), "--allow-unsigned"));
        options.addAll(List.of(more));
        Process process = new ReplicaLauncher(options, folder.resolve("replica.log")).start(socket());
        started.add(process);
        return process;
    }

    private String readyLine(Process process) throws IOException {
        String line = new BufferedReader(new InputStreamReader(process.getInputStream(), UTF_8)).readLine();
        assertThat(line).as(Files.readString(folder.resolve("replica.log"))).isNotNull();
        return line;
    }

    private static Pending ask(ReplicaClient client) {
        var request = new InferRequest(
                MODEL, List.of(Tensor.of("left", Shape.of(1, 2), 5f, 7f), Tensor.of("right", Shape.of(1, 2), 1f, 2f)));
        return client.infer(request, Deadline.in(PATIENCE));
    }

    private static void assertRight(Outcome outcome) {
        assertThat(outcome.orThrow().outputs().getFirst().data().toArray(ValueLayout.JAVA_FLOAT_UNALIGNED))
                .containsExactly(4f, 5f);
    }

    /** Hears of a replica's end, and when that was. */
    private static final class Watcher implements ReplicaClient.Listener {
        final CompletableFuture<Heartbeat> first = new CompletableFuture<>();
        final CompletableFuture<Long> lostNanos = new CompletableFuture<>();

        @Override
        public void heard(Heartbeat heartbeat) {
            first.complete(heartbeat);
        }

        @Override
        public void lost(String why) {
            lostNanos.complete(System.nanoTime());
            first.completeExceptionally(new IllegalStateException("lost before it was heard: " + why));
        }
    }

    @Test
    void saysWhenItCanBeAskedAnswersAndIsMissedAtOnceWhenItIsKilled() throws Exception {
        Process process = start();
        assertThat(readyLine(process))
                .matches("\\{\"ready\":true,\"pid\":%d,\"address\":\"unix:[^\"]+replica.sock\",\"models\":\\[\\{.*}]}"
                        .formatted(process.pid()))
                .contains("\"name\":\"difference\",\"version\":\"1\",\"digest\":\"");
        try (var client = new ReplicaClient(socket())) {
            var watcher = new Watcher();
            client.watch(watcher);
            assertThat(watcher.first.get(60, TimeUnit.SECONDS).pid()).isEqualTo(process.pid());
            assertRight(ask(client).join());
            long killed = System.nanoTime();
            process.destroyForcibly();
            long noticed = watcher.lostNanos.get(60, TimeUnit.SECONDS) - killed;
            System.out.printf("a killed replica was missed after %.1f ms%n", noticed / 1e6);
            assertThat(Duration.ofNanos(noticed)).isLessThan(Duration.ofSeconds(2));
            assertThat(ask(client).join()).isInstanceOf(Outcome.NotSent.class);
        }
        Process next = start();
        assertThat(readyLine(next)).as("the socket's file is replaced").contains("\"ready\":true");
        try (var client = new ReplicaClient(socket())) {
            assertRight(ask(client).join());
        }
    }

    /** Niceness of the threads of a process whose names begin so. */
    private static List<Integer> niceness(Process process, String name) throws IOException {
        var found = new ArrayList<Integer>();
        try (DirectoryStream<Path> threads = Files.newDirectoryStream(Path.of("/proc", process.pid() + "/task"))) {
            for (Path thread : threads) {
                String stat = Files.readString(thread.resolve("stat"));
                if (stat.substring(stat.indexOf('(') + 1).startsWith(name)) {
                    String[] words = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
                    found.add(Integer.parseInt(words[16]));
                }
            }
        }
        return found;
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void oneThatStartsMeeklyCompilesSoAndAnswersAsOthersDo() throws Exception {
        Process process = start(ReplicaCommand.MEEK);
        readyLine(process);
        try (var client = new ReplicaClient(socket())) {
            client.watch(new Watcher());
            Stream.generate(() -> ask(client)).limit(200).toList().forEach(pending -> assertRight(pending.join()));
            for (String meek : List.of("C1 Compiler", "C2 Compiler")) {
                assertThat(niceness(process, meek)).as(meek).isNotEmpty().containsOnly(Leftovers.NICENESS);
            }
            for (String usual : List.of("armeria-boss", "armeria-common", "model-", "heartbeat", "VM")) {
                assertThat(niceness(process, usual)).as(usual).isNotEmpty().containsOnly(0);
            }
        }
    }

    @Test
    void aSignalToEndLetsRequestsBeAnsweredFirst() throws Exception {
        Process process = start("--max-delay-micros", "2000000");
        readyLine(process);
        try (var client = new ReplicaClient(socket())) {
            Pending waiting = ask(client); // for two seconds, as it may
            await().atMost(PATIENCE).until(() -> underWay(client) == 1);
            process.destroy();
            assertRight(waiting.join());
        }
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(folder.resolve("replica.sock")).doesNotExist();
    }

    private static long underWay(ReplicaClient client) throws Exception {
        var watcher = new Watcher();
        client.watch(watcher);
        return watcher.first
                .get(60, TimeUnit.SECONDS)
                .model(MODEL)
                .orElseThrow()
                .underWay();
    }

    @Test
    void endsWhenItsParentHasGoneUnlessAnotherAdoptsIt() throws Exception {
        Process orphan = started(parentOfReplica());
        ProcessHandle replica = replicaOf(orphan);
        orphan.destroyForcibly().waitFor();
        assertThat(replica.onExit().get(60, TimeUnit.SECONDS).isAlive()).isFalse();
        assertThat(folder.resolve("replica.sock")).doesNotExist();

        Process parent = started(parentOfReplica());
        ProcessHandle adopted = replicaOf(parent);
        try (var client = new ReplicaClient(socket())) {
            client.adopt(ProcessHandle.current().pid(), PATIENCE);
            parent.destroyForcibly().waitFor();
            var watcher = new Watcher();
            client.watch(watcher);
            await().during(Duration.ofMillis(1800)).atMost(PATIENCE).until(() -> !watcher.lostNanos.isDone());
            assertRight(ask(client).join());
            client.drain(PATIENCE);
            assertThat(adopted.onExit().get(60, TimeUnit.SECONDS).isAlive()).isFalse();
        }
    }

    private Process started(Process process) {
        started.add(process);
        return process;
    }

    /** Starts a shell that starts a replica which works for it. */
    private Process parentOfReplica() throws IOException {
        var command = new ArrayList<>(
                List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString()));
        command.addAll(Jvm.ENGINE_FLAGS);
        command.addAll(List.of(
                Perdure.class.getName(),
                "replica",
                "--listen",
                socket().toString(),
                "--bundle",
                bundle.toString(),
                "--allow-unsigned",
                "--orphan-seconds",
                "1"));
        var shell = new ArrayList<>(List.of("/bin/sh", "-c", "\"$0\" \"$@\" --parent-pid $$ & wait"));
        shell.addAll(command);
        return Jvm.withClassPath(new ProcessBuilder(shell))
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("orphan.log").toFile())
                .start();
    }

    private ProcessHandle replicaOf(Process shell) {
        await().atMost(PATIENCE).until(() -> shell.children().findAny().isPresent());
        ProcessHandle replica = shell.children().findAny().orElseThrow();
        try (var client = new ReplicaClient(socket())) {
            await().atMost(PATIENCE).until(() -> client.protocol().ready(Duration.ofSeconds(1)));
        }
        return replica;
    }

    @Test
    void aBundleThatNobodyVouchesForOrAnAddressInUseIsAMessage() throws Exception {
        assertThat(perdure("replica", "--listen", socket(), "--bundle", bundle).refusedOnce(ExitCode.BAD_SETTING))
                .contains("not signed", "perdure bundle sign");
        assertThat(perdure("replica", "--listen", "nowhere", "--bundle", bundle).refusedOnce(ExitCode.BAD_SETTING))
                .contains("'nowhere'", "host:port or unix:/path");
        Path weights = folder.resolve("precious");
        Files.writeString(weights, "precious");
        assertThat(perdure("replica", "--listen", "unix:" + weights).refusedOnce(ExitCode.STORE_FAILED))
                .contains("is no socket");
        assertThat(weights).hasContent("precious");
    }
}
