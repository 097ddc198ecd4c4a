package dev.perdure.cli;

import static dev.perdure.cli.Shell.perdure;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.perdure.cli.ServedProcess.Role;
import dev.perdure.oip.Deadline;
import dev.perdure.oip.InferRequest;
import dev.perdure.oip.InferResponse;
import dev.perdure.oip.ModelId;
import dev.perdure.oip.OipAddress;
import dev.perdure.oip.OipClient;
import dev.perdure.training.ExitCode;
import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The processes of {@code perdure serve} end in every way, and what depends on them does not. */
class GatewaysTest {
    private static final LinearModel LINEAR = new LinearModel("linear", "1", 0.5f);
    private static final Duration PATIENCE = Duration.ofMinutes(4);

    @TempDir
    Path folder;

    private ServeFolder session = new ServeFolder(Path.of("run"));
    private final List<Process> started = new ArrayList<>();
    private final List<ServedProcess> seen = new ArrayList<>();

    @BeforeEach
    void write() throws Exception {
        LINEAR.write(folder.resolve("models"), Optional.empty());
        session = new ServeFolder(folder.resolve("run"));
    }

    /** Whatever a test left is ended. */
    @AfterEach
    void end() throws IOException {
        started.forEach(Process::destroyForcibly);
        seen.addAll(session.processes());
        seen.stream()
                .filter(process -> process.pid() != ProcessHandle.current().pid())
                .forEach(process -> process.process().handle().ifPresent(ProcessHandle::destroyForcibly));
    }

    private Process serve(String log, Object... more) throws IOException {
        var words = new ArrayList<Object>(List.of("serve", folder.resolve("models"), "--allow-unsigned"));
        words.addAll(List.of("--http", "127.0.0.1:0", "--grpc", "127.0.0.1:0", "--run", session.path()));
        words.addAll(List.of("--deadline-max-millis", 300_000)); // a starved machine answers late, and not wrongly
        words.addAll(List.of(more));
        Process process = Shell.start(folder.resolve(log), words.toArray());
        started.add(process);
        return process;
    }

    private String said(String log) throws IOException {
        return Files.readString(folder.resolve(log));
    }

    private void awaitSaid(String log, String words, int times) {
        await().atMost(PATIENCE)
                .untilAsserted(() ->
                        assertThat(said(log).split(words, -1)).as(said(log)).hasSizeGreaterThan(times));
    }

    /** Returns who lives, of one kind. */
    private List<ServedProcess> living(Role role) throws IOException {
        List<ServedProcess> all = session.processes();
        seen.addAll(all);
        return all.stream().filter(process -> process.role() == role).toList();
    }

    private ServedProcess gateway(int number) throws IOException {
        return living(Role.GATEWAY).stream()
                .filter(process -> Integer.valueOf(number).equals(process.gateway()))
                .findFirst()
                .orElseThrow();
    }

    private OipAddress address(int which) {
        return ServeSetup.read(session.session()).orElseThrow().where().get(which);
    }

    private static void signal(String name, ServedProcess process) throws Exception {
        assertThat(new ProcessBuilder("kill", "-" + name, Long.toString(process.pid()))
                        .start()
                        .waitFor())
                .isZero();
    }

    /** A starved machine's replicas may be taken for silent and replaced, which is said. */
    private void assertAreThereUnlessLost(List<ServedProcess> replicas, String log) throws IOException {
        List<ServedProcess> lost =
                replicas.stream().filter(replica -> !replica.isAlive()).toList();
        for (ServedProcess replica : lost) {
            assertThat(said(log)).contains("replica %d of linear/1 is gone: ".formatted(replica.number()));
        }
        assertThat(living(Role.REPLICA))
                .containsAll(replicas.stream().filter(ServedProcess::isAlive).toList());
        System.out.printf(
                "%d of %d replicas went on under another gateway or parent%n",
                replicas.size() - lost.size(), replicas.size());
    }

    private void assertEndsWithEverybody(Process parent) throws Exception {
        living(Role.REPLICA);
        parent.destroy();
        assertThat(parent.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
        assertThat(seen).noneMatch(ServedProcess::isAlive);
        assertThat(session.session()).doesNotExist();
    }

    /** Asks over a connection of its own. */
    private static int status(OipAddress at) {
        try {
            var connection = (HttpURLConnection)
                    URI.create("http://%s/v2/health/live".formatted(at)).toURL().openConnection();
            connection.setRequestProperty("Connection", "close");
            connection.setReadTimeout(60_000);
            return connection.getResponseCode();
        } catch (IOException e) {
            System.out.println("a new connection: " + e);
            return -1;
        }
    }

    @Test
    void aKilledGatewayBreaksItsOwnConnectionsAloneAndItsSuccessorTakesItsReplicasOver() throws Exception {
        Process parent = serve("log", "--gateways", 2, "--replicas", 1);
        awaitSaid("log", "ready: REST", 2);
        List<ServedProcess> replicas = living(Role.REPLICA);
        assertThat(replicas).hasSize(2);
        try (var load = new RetryingLoad(LINEAR, address(1), 8)) {
            load.run(30, 10);
            var running = new FutureTask<@Nullable Void>(() -> {
                load.run(200, 10);
                return null;
            });
            Thread.ofVirtual().start(running);
            ServedProcess killed = gateway(1);
            signal("KILL", killed);
            awaitSaid("log", "was killed by SIGKILL", 1);
            int connections = 0;
            while (!running.isDone()) { // nobody who connects from now on meets it
                assertThat(status(address(0))).as(said("log")).isEqualTo(200);
                connections++;
            }
            running.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
            System.out.printf("a gateway killed: %s; %d new connections%n", load, connections);
            assertThat(load.wrong()).as("%s", load).isZero();
            assertThat(load.failed()).as("%s", load).isZero();
            assertThat(load.right()).isEqualTo(230);
            assertThat(connections).isPositive();
        }
        awaitSaid("log", "ready: REST", 3);
        assertThat(said("log")).contains("gateway 1 (process ", "was killed by SIGKILL");
        assertThat(living(Role.GATEWAY)).hasSize(2);
        assertAreThereUnlessLost(replicas, "log");
        assertEndsWithEverybody(parent);
    }

    @Test
    void aKilledParentIsReplacedByOneThatTakesOverAndNobodyNotices() throws Exception {
        Process first = serve("log1", "--replicas", 2);
        awaitSaid("log1", "ready: REST", 1);
        ServedProcess gateway = gateway(1);
        List<ServedProcess> replicas = living(Role.REPLICA);
        try (var load = new RetryingLoad(LINEAR, address(1), 2)) {
            load.run(30, 10);
            first.destroyForcibly().waitFor();
            load.run(20, 10);
            Process second = serve("log2", "--replicas", 2);
            awaitSaid("log2", "taken over", 1);
            assertThat(perdure("serve", folder.resolve("models"), "--run", session.path())
                            .refusedOnce(ExitCode.BAD_SETTING))
                    .contains("another perdure process serves by it (process %d)".formatted(second.pid()));
            load.run(20, 10);
            assertThat(load.broken()).as("%s", load).isZero();
            signal("TERM", replicas.getFirst());
            load.run(50, 10);
            System.out.printf("a parent killed, a replica asked to end: %s%n", load);
            assertThat(load.wrong() + load.failed() + load.broken())
                    .as("%s", load)
                    .isZero();
            assertThat(load.right()).isEqualTo(120);
            assertThat(gateway(1)).isEqualTo(gateway);
            assertAreThereUnlessLost(replicas.subList(1, 2), "log2");
            signal("KILL", gateway); // nobody it leaves outlives an intended end
            assertEndsWithEverybody(second);
        }
    }

    private OipClient at(int gateway) {
        return new OipClient(session.gatewaySocket(gateway));
    }

    private static List<String> served(OipClient gateway) {
        return gateway.index(true, PATIENCE).stream()
                .map(entry -> entry.name() + "/" + entry.version())
                .toList();
    }

    /** Reported over connections of their own, which come to either. */
    private void reportEveryOutcomeToWhoeverHears(OipClient one, OipClient two) throws Exception {
        for (int i = 0; i < 16; i++) {
            var request = new InferRequest(
                    ModelId.of("linear"),
                    "r" + i,
                    Map.of(),
                    LinearModel.request(ModelId.of("linear"), LinearModel.input(i))
                            .inputs(),
                    List.of());
            (i % 2 == 0 ? one : two).infer(request, Deadline.in(PATIENCE)).get().orThrow();
            var connection = (HttpURLConnection) URI.create("http://%s/v2/models/linear/outcomes".formatted(address(0)))
                    .toURL()
                    .openConnection();
            connection.setRequestProperty("Connection", "close");
            connection.setDoOutput(true);
            connection
                    .getOutputStream()
                    .write("{\"outcomes\":[{\"id\":\"r%d\",\"value\":0}]}"
                            .formatted(i)
                            .getBytes(UTF_8));
            assertThat(connection.getResponseCode()).as("outcome %d", i).isEqualTo(200);
        }
    }

    /** Also one that is started later. */
    @Test
    void whatAClientAsksToBeUnloadedAndLoadedIsDoneByAllGatewaysAndOutcomesAreHeardByTheRightOne() throws Exception {
        Process parent = serve("log", "--gateways", 2, "--replicas", 1);
        awaitSaid("log", "ready: REST", 2);
        try (OipClient two = at(2)) {
            try (OipClient one = at(1)) {
                reportEveryOutcomeToWhoeverHears(one, two);
                one.unload("linear", Map.of(), PATIENCE);
                assertThat(served(one)).isEmpty();
            }
            await().atMost(PATIENCE).until(() -> served(two).isEmpty());
            await().atMost(PATIENCE).until(() -> living(Role.REPLICA).isEmpty());
            signal("KILL", gateway(1));
            awaitSaid("log", "ready: REST", 3);
            try (OipClient successor = at(1)) {
                assertThat(served(successor)).isEmpty();
                assertThat(living(Role.REPLICA)).isEmpty();
                two.load("linear", Map.of(), PATIENCE);
                assertThat(served(two)).containsExactly("linear/1");
                await().atMost(PATIENCE).until(() -> served(successor).equals(List.of("linear/1")));
                InferResponse answer = successor
                        .infer(LinearModel.request(ModelId.of("linear"), LinearModel.input(3)), Deadline.in(PATIENCE))
                        .get()
                        .orThrow();
                assertThat(LINEAR.wrong(3, answer)).isEmpty();
            }
        }
        assertThat(living(Role.REPLICA)).hasSize(2);
        assertEndsWithEverybody(parent);
        assertThat(session.orders()).doesNotExist();
    }

    @Test
    @Tag("soak")
    void gatewaysThatNobodyTakesOverEndWithTheirReplicas() throws Exception {
        Process parent = serve("log", "--replicas", 1, "--orphan-seconds", 2);
        awaitSaid("log", "ready: REST", 1);
        living(Role.REPLICA);
        parent.destroyForcibly().waitFor();
        await().atMost(PATIENCE)
                .until(() ->
                        living(Role.REPLICA).isEmpty() && living(Role.GATEWAY).isEmpty());
        await().atMost(PATIENCE)
                .until(() -> seen.stream().noneMatch(ServedProcess::isAlive)); // who says no more that it lives ends
        assertThat(Files.readString(session.gatewayOut(1))).contains("its parent has been gone for 2 s");
    }

    @Test
    @Tag("soak")
    void aGatewayThatStandsStillIsEndedAndReplaced() throws Exception {
        Process parent = serve("log", "--gateways", 2, "--replicas", 1);
        awaitSaid("log", "ready: REST", 2);
        ServedProcess stopped = gateway(2);
        signal("STOP", stopped);
        awaitSaid("log", "showed no sign of life", 1);
        awaitSaid("log", "ready: REST", 3);
        assertThat(stopped.isAlive()).isFalse();
        assertEndsWithEverybody(parent);
    }

    @Test
    @Tag("soak")
    void whoIsAskedForTheSameAfterAKillTakesOverWithoutBeingToldWhere() throws Exception {
        Process parent = Shell.start(folder.resolve("log1"), sameArguments());
        started.add(parent);
        awaitSaid("log1", "ready: REST", 1);
        session = new ServeFolder(
                Path.of(said("log1").lines().findFirst().orElseThrow().replaceAll(".*: ", "")));
        ServedProcess gateway = gateway(1);
        parent.destroyForcibly().waitFor();
        Process second = Shell.start(folder.resolve("log2"), sameArguments());
        started.add(second);
        awaitSaid("log2", "taken over", 1);
        assertThat(gateway(1)).isEqualTo(gateway);
        assertEndsWithEverybody(second);
        assertThat(session.path()).doesNotExist();
    }

    private Object[] sameArguments() {
        return new Object[] {
            "serve",
            folder.resolve("models"),
            "--allow-unsigned",
            "--replicas",
            1,
            "--http",
            "127.0.0.1:0",
            "--grpc",
            "127.0.0.1:0"
        };
    }

    @Test
    void whatCannotBeServedIsSaidOnceAndNothingIsLeft() throws Exception {
        Path models = folder.resolve("models");
        assertThat(perdure("serve", models, "--gateways", "0").refusedOnce(ExitCode.BAD_SETTING))
                .contains("--gateways: 0 (expected: 1 to 64)");
        assertThat(perdure("serve", models, "--replicas", "5..2").refusedOnce(ExitCode.BAD_SETTING))
                .contains("'5..2' (expected: a number from 1 to 1000, or two such as 2..6");
        assertThat(perdure("serve", models, "--run", folder.resolve("x".repeat(90)))
                        .refusedOnce(ExitCode.BAD_SETTING))
                .contains("too long for the sockets");
        assertThat(perdure("serve", models, "--run", session.path(), "--rollout", "sometimes")
                        .refusedOnce(ExitCode.BAD_SETTING))
                .contains("--rollout: 'sometimes' (expected: shadow,canary or at-once)");
        assertThat(session.path()).as("no gateway was started for that").doesNotExist();
        try (var taken = new ServerSocket(0)) {
            assertThat(perdure("serve", models, "--run", session.path(), "--http", "0.0.0.0:" + taken.getLocalPort())
                            .refusedOnce(ExitCode.BAD_SETTING))
                    .contains("0.0.0.0:" + taken.getLocalPort(), "expected: free");
        }
        assertThat(perdure("serve", models, "--run", session.path(), "--http", "127.0.0.1:0", "--grpc", "127.0.0.1:0")
                        .refusedOnce(ExitCode.BAD_SETTING))
                .contains("not signed");
        assertThat(session.processes()).isEmpty();
    }
}
