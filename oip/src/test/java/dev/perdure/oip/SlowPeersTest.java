package dev.perdure.oip;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.perdure.core.Shape;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a server does with whoever sends or takes too slowly, or too much. */
@Timeout(60)
class SlowPeersTest {
    private static final Duration LONG = Duration.ofSeconds(20);
    private static final String REQUEST = "POST /v2/models/echo_FP32/infer HTTP/1.1\r\nHost: here\r\n";

    private OipServer server = serve();

    private static OipServer serve() {
        OipServerSettings usual = OipServerSettings.DEFAULT;
        var hasty = new OipServerSettings(
                usual.limits(),
                Duration.ofMillis(1500),
                Duration.ofMillis(500),
                Duration.ofMillis(700),
                50,
                50,
                Duration.ZERO);
        try {
            return new OipServer(SampleModels.service(), hasty, List.of(new OipAddress.Tcp("127.0.0.1", 0)));
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    @BeforeEach
    void begin() {
        assertThat(server.addresses()).hasSize(1);
    }

    @AfterEach
    void close() {
        server.close();
    }

    private Socket connect() throws IOException {
        var tcp = (OipAddress.Tcp) server.addresses().getFirst();
        return new Socket(InetAddress.getLoopbackAddress(), tcp.port());
    }

    private static void say(Socket socket, String text) throws IOException {
        socket.getOutputStream().write(text.getBytes(US_ASCII));
    }

    /** Returns what is answered until the server closes the connection. */
    private static String heard(Socket socket) throws IOException {
        try (InputStream in = socket.getInputStream()) {
            return new String(in.readAllBytes(), US_ASCII);
        } catch (SocketException e) {
            return "";
        }
    }

    @Test
    void whoBeginsABodyAndStopsIsCutOff() throws Exception {
        try (Socket socket = connect()) {
            say(socket, REQUEST + "Content-Length: 1000\r\n\r\n{");
            assertThat(heard(socket)).doesNotContain("200 OK");
        }
    }

    /** A thousand requests at once over one connection: few of them are under way at any time, and all are answered in order. */
    @Test
    void whoAsksOnAndOnWithoutReadingIsReadNoFurther() throws Exception {
        var underWay = new AtomicInteger();
        var most = new AtomicInteger();
        var goOn = new CountDownLatch(1);
        var x = new TensorMetadata("x", Datatype.FP32, List.of(-1L));
        var metadata = new ModelMetadata("held", List.of("1"), "test", List.of(x), List.of(x));
        var service = new MemoryModels(
                new ServerMetadata("test", "1", List.of()), List.of(new MemoryModels.Model(metadata, (request, _) -> {
                    most.accumulateAndGet(underWay.incrementAndGet(), Math::max);
                    goOn.await();
                    underWay.decrementAndGet();
                    return request.inputs();
                })));
        int many = 1_000;
        int numbers = 4_000; // more in all than sockets hold
        String data = String.join(",", Collections.nCopies(numbers, "1"));
        try (var holding =
                        new OipServer(service, OipServerSettings.DEFAULT, List.of(new OipAddress.Tcp("127.0.0.1", 0)));
                var socket = new Socket(
                        InetAddress.getLoopbackAddress(),
                        ((OipAddress.Tcp) holding.addresses().getFirst()).port())) {
            Thread asks = Thread.ofVirtual().start(() -> {
                for (int i = 0; i < many; i++) {
                    String body =
                            "{\"id\":\"n%d\",\"inputs\":[{\"name\":\"x\",\"shape\":[%d],\"datatype\":\"FP32\",\"data\":[%s]}]}"
                                    .formatted(i, numbers, data);
                    String end = i == many - 1 ? "Connection: close\r\n" : "";
                    try {
                        say(
                                socket,
                                "POST /v2/models/held/infer HTTP/1.1\r\nHost: here\r\n%sContent-Length: %d\r\n\r\n%s"
                                        .formatted(end, body.length(), body));
                    } catch (IOException e) {
                        throw new UncheckedIOException(e);
                    }
                }
            });
            await().until(() -> underWay.get() > 0);
            asks.join(Duration.ofSeconds(2)); // time enough to read more, if it were read
            goOn.countDown();
            String heard = heard(socket);
            for (int i = 0, at = 0; i < many; i++) {
                at = heard.indexOf("\"id\":\"n%d\"".formatted(i), at);
                assertThat(at)
                        .as("the answer to request %d, after those before", i)
                        .isNotNegative();
            }
            assertThat(most.get()).isBetween(2, 50); // what was read before reading stopped is dealt with
        }
    }

    @Test
    void whoBeginsAHeaderAndStopsIsCutOff() throws Exception {
        try (Socket socket = connect()) {
            say(socket, "POST /v2/models/");
            assertThat(heard(socket)).doesNotContain("200 OK");
        }
    }

    @Test
    void whoSendsABodyByteByByteIsCutOff() throws Exception {
        try (Socket socket = connect()) {
            say(socket, REQUEST + "Content-Length: 1000000\r\n\r\n");
            Thread drip = Thread.ofVirtual().start(() -> drip(socket, " "));
            assertThat(heard(socket)).doesNotContain("200 OK");
            drip.join();
        }
    }

    private static void drip(Socket socket, String piece) {
        await().forever().until(() -> {
            try {
                say(socket, piece);
                return false;
            } catch (IOException e) {
                return true;
            }
        });
    }

    @Test
    void whoTakesNothingOfTheAnswerIsCutOff() throws Exception {
        byte[] body = new byte[48 << 20];
        try (Socket socket = connect()) {
            say(
                    socket,
                    REQUEST
                            + "Inference-Header-Content-Length: 0\r\nContent-Length: %d\r\n\r\n"
                                    .formatted(body.length));
            OutputStream out = socket.getOutputStream();
            out.write(body);
            InputStream in = socket.getInputStream();
            assertThat(in.read()).isEqualTo('H');
            await().atMost(LONG).until(() -> written(socket));
            assertThat(in.readAllBytes().length).isLessThan(body.length);
        } catch (SocketException e) {
            assertThat(e).hasMessageContaining("reset");
        }
    }

    /** Whether the server has closed its end, which makes writing fail. */
    private static boolean written(Socket socket) {
        try {
            say(socket, "G");
            return false;
        } catch (IOException e) {
            return true;
        }
    }

    @Test
    void aBodyBeyondTheLimitIsRefusedBeforeItIsSent() throws Exception {
        try (Socket socket = connect()) {
            say(socket, REQUEST + "Content-Length: 99999999999\r\n\r\n");
            assertThat(heard(socket)).startsWith("HTTP/1.1 413").contains("\"error\"");
        }
    }

    @Test
    void othersAreAnsweredMeanwhile() throws Exception {
        try (Socket slow = connect();
                var client = new OipClient(server.addresses().getFirst())) {
            say(slow, REQUEST + "Content-Length: 1000\r\n\r\n{");
            var request = new InferRequest(ModelId.of("echo_FP32"), List.of(Tensor.of("x", Shape.of(1), 1f)));
            assertThat(client.infer(request, Deadline.in(LONG)).join()).isInstanceOf(Outcome.Answered.class);
        }
    }
}
