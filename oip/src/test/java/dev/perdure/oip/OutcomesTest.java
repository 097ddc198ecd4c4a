package dev.perdure.oip;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What a client can tell of a request that it sent. */
@Timeout(60)
class OutcomesTest {
    private static final OipAddress LOOPBACK = new OipAddress.Tcp("127.0.0.1", 0);
    private static final Duration LONG = Duration.ofSeconds(20);

    @TempDir
    Path folder;

    private static OipServer serve(InferenceService service, OipAddress address) throws IOException {
        OipServerSettings usual = OipServerSettings.DEFAULT;
        return new OipServer(
                service,
                new OipServerSettings(
                        usual.limits(),
                        usual.requestWithin(),
                        usual.stallMax(),
                        usual.idleMax(),
                        100,
                        100,
                        Duration.ZERO),
                List.of(address));
    }

    @Test
    void aRequestToNobodyWasNotSent() throws Exception {
        int port;
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = free.getLocalPort();
        }
        try (var client = new OipClient(new OipAddress.Tcp("127.0.0.1", port));
                var socket = new OipClient(new OipAddress.Unix(folder.resolve("none")))) {
            assertThat(client.infer(Slow.request(), Deadline.in(LONG)).join()).isInstanceOf(Outcome.NotSent.class);
            assertThat(socket.infer(Slow.request(), Deadline.in(LONG)).join()).isInstanceOf(Outcome.NotSent.class);
            assertThat(client.live(LONG)).isFalse();
            assertThatExceptionOfType(OipException.class)
                    .isThrownBy(() -> client.metadata(LONG))
                    .satisfies(e -> assertThat(e.error()).isEqualTo(OipError.UNAVAILABLE));
        }
    }

    @Test
    void aRequestOnAConnectionThatBreaksHasNoAnswerAndTheLossIsTold() throws Exception {
        var lost = new CountDownLatch(1);
        try (ServerSocket silent = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                var client = new OipClient(
                        new OipAddress.Tcp("127.0.0.1", silent.getLocalPort()),
                        OipClientSettings.DEFAULT,
                        lost::countDown)) {
            Pending pending = client.infer(Slow.request(), Deadline.in(LONG));
            try (Socket taken = silent.accept()) {
                taken.getOutputStream().write(new byte[] {0, 0, 0, 4, 0, 0, 0, 0, 0}); // HTTP/2's first frame
                readUntilTheRequest(taken);
            }
            assertThat(pending.join()).isInstanceOf(Outcome.NoAnswer.class);
            assertThat(lost.await(20, TimeUnit.SECONDS)).isTrue();
        }
    }

    private static void readUntilTheRequest(Socket taken) throws IOException {
        var seen = new StringBuilder();
        while (seen.indexOf("INPUT") < 0 && seen.indexOf("slow") < 0) {
            int read = taken.getInputStream().read();
            if (read < 0) {
                throw new IOException("the client ended before its request: " + seen);
            }
            seen.append((char) read);
        }
    }

    @Test
    void aServerThatTakesLongerThanTheDeadlineIsLateAndIsTold() throws Exception {
        var slow = new Slow();
        try (OipServer server = serve(slow.service(), LOOPBACK);
                var client = new OipClient(server.addresses().getFirst())) {
            assertThat(client.ready(LONG)).isTrue();
            Outcome outcome = client.infer(Slow.request(), Deadline.in(Duration.ofMillis(300)))
                    .join();
            assertThat(outcome).isInstanceOf(Outcome.Late.class);
            assertThat(slow.asked.await(20, TimeUnit.SECONDS)).isTrue();
            assertThat(slow.call.deadline().left()).isLessThan(Duration.ofMillis(300));
            await().atMost(LONG).until(() -> slow.call.abandoned().isDone());
            slow.goOn.countDown();
        }
    }

    @Test
    void aCancelledRequestIsGivenUpAtBothEnds() throws Exception {
        var slow = new Slow();
        try (OipServer server = serve(slow.service(), new OipAddress.Unix(folder.resolve("s")));
                var client = new OipClient(server.addresses().getFirst())) {
            Pending pending = client.infer(Slow.request(), Deadline.in(LONG));
            assertThat(slow.asked.await(20, TimeUnit.SECONDS)).isTrue();
            pending.cancel(true);
            assertThat(pending.join()).isInstanceOf(Outcome.Cancelled.class);
            await().atMost(LONG).until(() -> slow.call.abandoned().isDone());
            slow.goOn.countDown();
        }
    }

    @Test
    void headersReachTheService() throws Exception {
        var slow = new Slow();
        slow.goOn.countDown();
        try (OipServer server = serve(slow.service(), LOOPBACK);
                var client = new OipClient(server.addresses().getFirst())) {
            client.infer(Slow.request(), Deadline.in(LONG), Map.of("traceparent", "00-1"))
                    .join()
                    .orThrow();
            assertThat(slow.call.header().apply("traceparent")).hasValue("00-1");
            assertThat(slow.call.header().apply("other")).isEmpty();
        }
    }

    @Test
    void aSocketThatACrashLeftBehindIsReplacedAndGoesWithItsServer() throws Exception {
        Path file = folder.resolve("left");
        Files.writeString(file, "left by somebody");
        var slow = new Slow();
        slow.goOn.countDown();
        try (OipServer server = serve(slow.service(), new OipAddress.Unix(file));
                var client = new OipClient(server.addresses().getFirst())) {
            assertThat(client.infer(Slow.request(), Deadline.in(LONG)).join()).isInstanceOf(Outcome.Answered.class);
        }
        assertThat(file).doesNotExist();
    }

    @Test
    void aServerThatIsClosedAnswersWhatIsUnderWayAndBeginsNothingNew() throws Exception {
        var slow = new Slow();
        var server = new OipServer(slow.service(), OipServerSettings.DEFAULT, List.of(LOOPBACK));
        try (var client = new OipClient(server.addresses().getFirst())) {
            Pending pending = client.infer(Slow.request(), Deadline.in(LONG));
            assertThat(slow.asked.await(20, TimeUnit.SECONDS)).isTrue();
            Thread closing = Thread.ofVirtual().start(server::close);
            await().atMost(LONG).until(() -> !client.ready(LONG));
            assertThat(client.infer(Slow.request(), Deadline.in(LONG)).join())
                    .isInstanceOfSatisfying(
                            Outcome.Refused.class,
                            refused -> assertThat(refused.why().error()).isEqualTo(OipError.UNAVAILABLE));
            slow.goOn.countDown();
            assertThat(pending.join()).isInstanceOf(Outcome.Answered.class);
            closing.join();
        }
    }

    @Test
    void aServerThatIsOverloadedSaysWhenToComeBack() throws Exception {
        var metadata = new ModelMetadata(
                "slow", List.of("1"), "test", List.of(new TensorMetadata("x", Datatype.FP32, List.of(-1L))), List.of());
        var busy = new MemoryModels(
                new ServerMetadata("busy", "1", List.of()), List.of(new MemoryModels.Model(metadata, (_, _) -> {
                    throw OipException.retryAfter(OipError.OVERLOADED, "queue: full", Duration.ofMillis(1500));
                })));
        try (OipServer server = serve(busy, LOOPBACK);
                var client = new OipClient(server.addresses().getFirst())) {
            Outcome outcome = client.infer(Slow.request(), Deadline.in(LONG)).join();
            assertThat(outcome).isInstanceOfSatisfying(Outcome.Refused.class, refused -> {
                assertThat(refused.why().error()).isEqualTo(OipError.OVERLOADED);
                assertThat(refused.why().retryAfter()).hasValue(Duration.ofMillis(1500));
            });
        }
    }
}
