package dev.perdure.wire;

import static dev.perdure.wire.Ends.W1;
import static dev.perdure.wire.Ends.told;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.perdure.supervision.FromWorker;
import dev.perdure.supervision.ToWorker;
import dev.perdure.supervision.WorkerId;
import dev.perdure.wire.v1.Wire;
import io.grpc.Status;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Those who do not keep to the protocol harm nobody but themselves. */
class StrangersTest {
    @TempDir
    Path folder;

    private final Heard atSupervisor = new Heard();
    private final Heard atWorker = new Heard();
    private Path file;
    private SupervisorServer server;
    private SupervisorClient honest;

    @BeforeEach
    void anHonestWorkerIsConnected() throws Exception {
        file = folder.resolve("supervisor");
        server = Ends.server(file, 1, atSupervisor);
        honest = Ends.client(file, W1, atWorker);
        atSupervisor.next(FromWorker.Join.class);
    }

    @AfterEach
    void theHonestWorkerIsStillConnected() {
        assertThat(honest.send(told(W1, 1, "still here"))).isTrue();
        assertThat(atSupervisor.next(FromWorker.Told.class).text()).isEqualTo("still here");
        honest.close();
        server.close();
    }

    private RawWorker stranger() {
        return new RawWorker(server.address(), server.address().token());
    }

    @Test
    void withoutTheTokenNobodyIsHeard() throws Exception {
        try (var stranger = new RawWorker(server.address(), SupervisorAddress.newToken())) {
            assertThat(stranger.say(Ends.join(new WorkerId("w2"), 0)).end().getCode())
                    .isEqualTo(Status.Code.UNAUTHENTICATED);
        }
        assertThat(atSupervisor.things).isEmpty();
    }

    @Test
    void theNameOfAnotherProcessIsRefusedAndTheListenerToldSo() {
        var atImpostor = new Heard();
        try (var impostor = Ends.client(file, W1, atImpostor)) {
            assertThat(atImpostor.next(ToWorker.Refused.class).reason()).contains("w1 is the name of another process");
            assertThat(impostor.send(told(W1, 0, "let me in"))).isFalse();
        }
        assertThat(atSupervisor.things).isEmpty();
    }

    @Test
    void anotherProtocolIsRefusedWithBothVersions() throws Exception {
        Wire.FromWorker.Builder join = FromWorkers.write(Ends.join(new WorkerId("w2"), 0)).toBuilder();
        join.getJoinBuilder().setProtocol(1);
        try (var stranger = stranger()) {
            Status end = stranger.say(join.build()).end();
            assertThat(end.getCode()).isEqualTo(Status.Code.FAILED_PRECONDITION);
            assertThat(end.getDescription()).contains("the worker's is 1, the supervisor's is 2");
        }
    }

    @Test
    void whoDoesNotJoinFirstOrJoinsTwiceIsSentAway() throws Exception {
        var w2 = new WorkerId("w2");
        try (var silent = stranger();
                var twice = stranger()) {
            assertThat(silent.say(told(w2, 1, "hello")).end().getDescription()).isEqualTo("TOLD before Join");
            assertThat(twice.say(Ends.join(w2, 0)).say(Ends.join(w2, 0)).end().getDescription())
                    .isEqualTo("a second Join on one stream");
        }
        assertThat(atSupervisor.next(Heard.Lost.class).worker()).isEqualTo(w2);
    }

    @Test
    void aMessageInAnothersNameEndsTheStreamAndIsNotHeard() throws Exception {
        var w2 = new WorkerId("w2");
        try (var stranger = stranger()) {
            Status end = stranger.say(Ends.join(w2, 0))
                    .say(new FromWorker.Leaves(W1, 0, true, "not me"))
                    .say(told(w2, 1, "too late"))
                    .end();
            assertThat(end.getDescription()).isEqualTo("message in the name of w1 (expected: w2, who joined)");
        }
        atSupervisor.next(FromWorker.Join.class);
        assertThat(atSupervisor.things).hasSize(1);
        assertThat(atSupervisor.next(Heard.Lost.class).why()).contains("in the name of w1");
    }

    @Test
    void malformedAndOversizedMessagesEndTheStreamWithTheReason() throws Exception {
        var w2 = new WorkerId("w2");
        var w3 = new WorkerId("w3");
        try (var malformed = stranger();
                var large = stranger()) {
            Wire.FromWorker.Builder unknown = Wire.FromWorker.newBuilder().setWorker("w2");
            assertThat(malformed
                            .say(Ends.join(w2, 0))
                            .say(unknown.build())
                            .end()
                            .getDescription())
                    .contains("malformed message")
                    .contains("of a kind that is not known here");
            assertThat(atSupervisor.next(Heard.Lost.class).why()).contains("malformed");
            Status end = large.say(Ends.join(w3, 0))
                    .say(told(w3, 0, "x".repeat(5 << 20)))
                    .end();
            assertThat(end.getCode()).isEqualTo(Status.Code.RESOURCE_EXHAUSTED);
            assertThat(atSupervisor.next(Heard.Lost.class).why()).contains("message too long");
        }
    }

    @Test
    void garbageOnTheSocketIsNoMessage() throws Exception {
        var random = new Random(1);
        byte[] preface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(java.nio.charset.StandardCharsets.US_ASCII);
        for (int i = 0; i < 40; i++) {
            byte[] garbage = new byte[1 + random.nextInt(4_000)];
            random.nextBytes(garbage);
            try (var socket = new Socket(
                    InetAddress.getLoopbackAddress(), server.address().port())) {
                if (i % 2 == 0) {
                    socket.getOutputStream().write(preface);
                }
                socket.getOutputStream().write(garbage);
                socket.shutdownOutput();
                socket.getInputStream().readAllBytes();
            } catch (java.net.SocketException reset) {
                // as good an answer as any
            }
        }
        assertThat(atSupervisor.things).isEmpty();
    }

    @Test
    void whoDoesNotJoinInTimeIsSentAwayAndWhoJoinedMayBeQuiet() throws Exception {
        Path hastyFile = folder.resolve("hasty");
        try (var hasty = new SupervisorServer(
                        hastyFile, Ends.LOOPBACK, 1, atSupervisor, Ends.hasty(Duration.ofMillis(200), 100));
                var joined = new RawWorker(hasty.address(), hasty.address().token());
                var undecided = new RawWorker(hasty.address(), hasty.address().token())) {
            joined.say(Ends.join(new WorkerId("w2"), 0));
            atSupervisor.next(FromWorker.Join.class);
            assertThat(undecided.end().getCode()).isNotEqualTo(Status.Code.OK);
            joined.say(told(new WorkerId("w2"), 1, "quiet until now"));
            assertThat(atSupervisor.next(FromWorker.Told.class).text()).isEqualTo("quiet until now");
        }
    }

    @Test
    void aSupervisorThatComesLateDoesNotWriteOverItsSuccessor() {
        assertThatThrownBy(() -> Ends.server(file, 1, atSupervisor))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("epoch: 1 (expected: > 1");
    }
}
