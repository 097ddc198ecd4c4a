package dev.perdure.cli;

import static dev.perdure.cli.Shell.perdure;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

import dev.perdure.access.TlsFiles;
import dev.perdure.oip.OipAddress;
import dev.perdure.oip.OipClientSettings;
import dev.perdure.oip.OipException;
import dev.perdure.replica.HostClient;
import dev.perdure.replica.Hosting;
import dev.perdure.testkit.Certificates;
import dev.perdure.training.ExitCode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Replicas live on other hosts, and whatever becomes of those, requests are answered, and rightly. Hosts are ports of this one here. */
class HostsTest {
    private static final LinearModel LINEAR = new LinearModel("linear", "1", 0.5f);
    private static final Duration PATIENCE = Duration.ofMinutes(3);
    private static final Duration WITHIN = Duration.ofSeconds(20);

    @TempDir
    Path folder;

    private final List<AutoCloseable> toClose = new ArrayList<>();

    @BeforeEach
    void write() throws Exception {
        LINEAR.write(folder.resolve("models"), Optional.empty());
    }

    @AfterEach
    void close() throws Exception {
        for (AutoCloseable each : toClose.reversed()) {
            each.close();
        }
    }

    private KeptHost host() {
        var host = new KeptHost(folder.resolve("models"), folder.resolve("h"));
        toClose.add(host);
        return host;
    }

    private SpreadServing serving(int replicas, OipAddress.Tcp other, boolean isHere) throws IOException {
        var serving = new SpreadServing(LINEAR, folder.resolve("models"), replicas, List.of(other), isHere);
        toClose.add(serving);
        return serving;
    }

    @Test
    void aReplicaOnAnotherHostThatIsKilledCostsNoRequestAndIsReplacedThere() throws Exception {
        KeptHost host = host();
        SpreadServing serving = serving(2, host.start(), true);
        serving.awaitSpread(host, 1, 1);
        SpreadServing.Asking asking = serving.ask(40);
        serving.assertAnswers(50);
        ServedProcess killed = host.replica();
        kill(killed);
        serving.awaitSpread(host, 1, 1);
        serving.assertAnswers(50);
        asking.endsWell();
        assertThat(host.replica().pid()).isNotEqualTo(killed.pid());
        assertThat(serving.said()).contains("replica %d of linear/1 is gone: ".formatted(killed.number()));
        serving.close();
        await().atMost(PATIENCE).until(() -> host.replicas().isEmpty());
        host.end();
        assertThat(host.left()).isEmpty();
    }

    @Test
    void whenTheKeeperOfAHostIsKilledNobodyNoticesAndItsSuccessorTakesOver() throws Exception {
        KeptHost host = host();
        SpreadServing serving = serving(2, host.start(), true);
        serving.awaitSpread(host, 1, 1);
        ServedProcess replica = host.replica();
        SpreadServing.Asking asking = serving.ask(25);
        host.kill();
        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(serving.said()).contains("does not answer, and gets no replicas"));
        serving.assertAnswers(50);
        assertThat(replica.isAlive()).isTrue();
        host.startAgain();
        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(serving.said().split("answers: 1 bundle,", -1))
                        .as(serving.said())
                        .hasSize(3));
        assertThat(host.replicas()).extracting(ServedProcess::pid).containsExactly(replica.pid());
        assertThat(host.said()).contains("(process %d) is taken over".formatted(replica.pid()));
        serving.assertAnswers(50);
        host.end(); // its replicas answer what they have first; what they did is done here
        assertThat(host.left()).isEmpty();
        await().atMost(PATIENCE).until(() -> serving.here().size() == 2 && serving.inUse() == 2);
        asking.endsWell();
    }

    @Test
    void whenAHostIsThereAgainReplicasMoveToItAndNoRequestFails() throws Exception {
        KeptHost host = host();
        OipAddress.Tcp at = host.start();
        host.end();
        SpreadServing serving = serving(2, at, true);
        await().atMost(PATIENCE).until(() -> serving.here().size() == 2 && serving.inUse() == 2);
        SpreadServing.Asking asking = serving.ask(40);
        host.startAgain();
        serving.awaitSpread(host, 1, 1);
        assertThat(serving.said()).contains("on this host ends, and another is started where there are fewer");
        serving.assertAnswers(50);
        asking.endsWell();
    }

    @Test
    void aHostWithAnotherBundleOfTheVersionGetsNothingUntilItHasTheRightOne() throws Exception {
        new LinearModel("linear", "1", 0.75f).write(folder.resolve("others"), Optional.empty());
        var host = new KeptHost(folder.resolve("others"), folder.resolve("h"));
        toClose.add(host);
        OipAddress.Tcp at = host.start();
        SpreadServing serving = serving(1, at, false);
        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(serving.said())
                        .containsPattern(
                                "host %s gets no replica of linear/1: it has bundle [0-9a-f]{64}".formatted(at))
                        .contains("(expected: bundle ", "Copy that bundle to its folder of models"));
        assertThat(host.replicas()).isEmpty();
        try (var stranger = new HostClient(at, OipClientSettings.DEFAULT, "somebody")) {
            var right = new Hosting.Offered(SpreadServing.MODEL, "0".repeat(64));
            assertThatExceptionOfType(Hosting.RefusedException.class)
                    .isThrownBy(() -> stranger.start("1", 1, right, WITHIN))
                    .withMessageContainingAll("linear: no bundle in", "(expected: bundle 000");
        }
        new ServeFolder(folder.resolve("others").resolve("linear")).remove();
        LINEAR.write(folder.resolve("others"), Optional.empty());
        serving.awaitInUse(1);
        assertThat(serving.here()).isEmpty();
        serving.assertAnswers(25);
        assertThat(host.said()).contains("linear/1: bundle ", " is whole");
    }

    @Test
    void aHostThatIsFullTakesNoMore() throws Exception {
        KeptHost host = host();
        SpreadServing serving = serving(2, host.start("--max-replicas", 1), false);
        serving.awaitSpread(host, 0, 1);
        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(serving.said())
                        .containsPattern("as many replicas live there as may|expected: fewer than --max-replicas, 1"));
        serving.assertAnswers(25);
    }

    @Test
    void hostsAndGatewaysThatShowCertificatesOfTheirAuthorityAloneUnderstandEachOther() throws Exception {
        Certificates.Pair ours = Certificates.make(folder, "ours", 30);
        Certificates.Pair theirs = Certificates.make(folder, "theirs", 30);
        KeptHost host = host();
        OipAddress.Tcp at = host.start(
                "--tls-cert", ours.certificate(), "--tls-key", ours.key(), "--tls-client-ca", ours.certificate());
        var serving = new SpreadServing(LINEAR, folder.resolve("models"), 2, at, tls(ours, ours));
        toClose.add(serving);
        serving.awaitSpread(host, 1, 1);
        serving.assertAnswers(50);
        var replica = new OipAddress.Tcp(
                at.host(), Objects.requireNonNull(host.replica().port()));
        for (OipAddress.Tcp door : List.of(at, replica)) {
            for (OipClientSettings stranger : List.of(
                    OipClientSettings.DEFAULT,
                    OipClientSettings.DEFAULT.over(Optional.of(tls(theirs, ours))),
                    OipClientSettings.DEFAULT.over(Optional.of(tls(ours, theirs))))) {
                try (var client = new HostClient(door, stranger, "somebody")) {
                    assertThatExceptionOfType(OipException.class)
                            .as("%s", door)
                            .isThrownBy(() -> client.look(WITHIN))
                            .withMessageNotContaining("UNIMPLEMENTED");
                }
            }
        }
    }

    private static TlsFiles tls(Certificates.Pair own, Certificates.Pair authority) {
        return new TlsFiles(
                own.certificate(),
                own.key(),
                Optional.of(authority.certificate()),
                (_, _, _) -> {},
                PATIENCE,
                Clock.systemUTC());
    }

    @Test
    void aGatewaysNextLifeFindsItsReplicasThereAndNobodyOutlivesTheLast() throws Exception {
        KeptHost host = host();
        OipAddress.Tcp at = host.start();
        var session = new ServeFolder(folder.resolve("run"));
        Path log = folder.resolve("log");
        Process parent = Shell.start(
                log,
                "serve",
                folder.resolve("models"),
                "--allow-unsigned",
                "--http",
                "127.0.0.1:0",
                "--grpc",
                "127.0.0.1:0",
                "--run",
                session.path(),
                "--replicas",
                1,
                "--hosts",
                at,
                "--hosts-only");
        toClose.add(parent::destroyForcibly);
        awaitReady(log, 1);
        ServedProcess replica = host.replica();
        ServedProcess gateway = gateway(session);
        kill(gateway);
        await().atMost(PATIENCE).until(() -> !gateway(session).equals(gateway));
        awaitReady(log, 2);
        assertThat(host.replicas())
                .as(Files.readString(log) + host.said())
                .extracting(ServedProcess::pid)
                .containsExactly(replica.pid());
        host.kill();
        host.start("--orphan-seconds", 4);
        parent.destroyForcibly().waitFor();
        kill(gateway(session));
        await().atMost(PATIENCE).until(() -> host.replicas().isEmpty());
        assertThat(host.said()).contains("is stopped: nothing was heard of its gateway for 4 s");
        assertThat(host.left()).isEmpty();
    }

    private static void awaitReady(Path log, int times) {
        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(Files.readString(log).split("ready: REST", -1))
                        .hasSizeGreaterThan(times));
    }

    private static ServedProcess gateway(ServeFolder session) {
        return await().atMost(PATIENCE)
                .until(
                        () -> session.processes().stream()
                                .filter(one -> one.role() == ServedProcess.Role.GATEWAY)
                                .findFirst(),
                        Optional::isPresent)
                .orElseThrow();
    }

    private static void kill(ServedProcess process) {
        process.process().handle().ifPresent(ProcessHandle::destroyForcibly);
        await().atMost(PATIENCE).until(() -> !process.isAlive());
    }

    @Test
    void whatWouldLetStrangersInIsRefusedUnlessItIsMeant() {
        Path models = folder.resolve("models");
        assertThat(perdure("host", models, "--allow-unsigned", "--listen", "0.0.0.0:0")
                        .refusedOnce(ExitCode.BAD_SETTING))
                .contains("--listen: 0.0.0.0:0 with no certificates", "--tls-client-ca", "--insecure");
        assertThat(perdure("serve", models, "--allow-unsigned", "--hosts", "192.0.2.1:7411")
                        .refusedOnce(ExitCode.BAD_SETTING))
                .contains("--hosts: 192.0.2.1:7411 with no certificates", "--hosts-ca", "--hosts-insecure");
    }

    @Test
    void whatDoesNotGoTogetherIsSaid() {
        Path models = folder.resolve("models");
        assertThat(perdure("host", models).refusedOnce(ExitCode.BAD_SETTING)).contains("not signed");
        assertThat(perdure("host", models, "--listen", "nowhere").refusedOnce(ExitCode.BAD_SETTING))
                .contains("--listen: address: 'nowhere'");
        assertThat(perdure("host", models, "--max-replicas", 0).refusedOnce(ExitCode.BAD_SETTING))
                .contains("--max-replicas: 0 (expected: 1 to 1000)");
        assertThat(perdure("serve", models, "--hosts-only").refusedOnce(ExitCode.BAD_SETTING))
                .contains("--hosts-only without --hosts");
        assertThat(perdure("serve", models, "--hosts", "127.0.0.1:1,127.0.0.1:1")
                        .refusedOnce(ExitCode.BAD_SETTING))
                .contains("(expected: each once");
        assertThat(perdure("serve", models, "--hosts", "127.0.0.1:1", "--hosts-cert", "x.pem")
                        .refusedOnce(ExitCode.BAD_SETTING))
                .contains("--hosts-key (none)", "all three or none");
    }
}
