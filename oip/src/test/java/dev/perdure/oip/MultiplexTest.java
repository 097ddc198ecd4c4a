package dev.perdure.oip;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.perdure.core.Shape;
import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.LinkedBlockingDeque;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Many requests over one stream: each has its own answer, and of each it is known what became of it. */
@Timeout(60)
class MultiplexTest {
    private static final OipAddress LOOPBACK = new OipAddress.Tcp("127.0.0.1", 0);
    private static final Duration LONG = Duration.ofSeconds(20);
    private static final ModelId MODEL = ModelId.of("m");
    private static final OipServerSettings SETTINGS = new OipServerSettings(
            OipLimits.DEFAULT,
            OipServerSettings.DEFAULT.requestWithin(),
            OipServerSettings.DEFAULT.stallMax(),
            OipServerSettings.DEFAULT.idleMax(),
            100,
            100,
            Duration.ZERO);

    @TempDir
    Path folder;

    /** What was asked and waits to be answered by the test. */
    private record Asked(InferRequest request, Call call, CompletableFuture<InferResponse> answer) {
        void echo() {
            answer.complete(new InferResponse(MODEL, request.id(), Map.of(), request.inputs()));
        }
    }

    /** A server that keeps what it is asked. */
    private static final class Held implements AutoCloseable {
        private final LinkedBlockingDeque<Asked> asked = new LinkedBlockingDeque<>();
        private final MultiplexServer multiplex = new MultiplexServer(this::begin, SETTINGS);
        private final OipServer server;
        private final OipClient client;

        Held(OipAddress address) throws IOException {
            server = new OipServer(new Slow().service(), SETTINGS, List.of(address), multiplex::mount);
            client = OipClient.multiplexed(server.addresses().getFirst(), OipClientSettings.DEFAULT);
        }

        private CompletableFuture<InferResponse> begin(InferRequest request, Call call) {
            var one = new Asked(request, call, new CompletableFuture<>());
            asked.add(one);
            return one.answer();
        }

        Asked await(int count) {
            org.awaitility.Awaitility.await().atMost(LONG).until(() -> asked.size() >= count);
            return asked.getLast();
        }

        @Override
        public void close() {
            client.close();
            multiplex.close();
            server.close();
        }
    }

    private static InferRequest request(String id, float... x) {
        return new InferRequest(MODEL, id, Map.of(), List.of(Tensor.of("x", Shape.of(x.length), x)), List.of());
    }

    @Test
    void answersInAnyOrderReachWhoeverAskedFromManyThreads() throws Exception {
        try (var held = new Held(new OipAddress.Unix(folder.resolve("s")))) {
            var pending = new ConcurrentLinkedQueue<Map.Entry<Integer, Pending>>();
            var askers = new ArrayList<Thread>();
            for (int thread = 0; thread < 8; thread++) {
                int from = thread * 500;
                askers.add(Thread.ofPlatform().start(() -> {
                    for (int i = from; i < from + 500; i++) {
                        pending.add(Map.entry(i, held.client.infer(request("r" + i, i), Deadline.in(LONG))));
                    }
                }));
            }
            for (int answered = 0; answered < 4000; answered++) {
                (answered % 3 == 0 ? held.asked.takeLast() : held.asked.takeFirst()).echo();
            }
            for (Thread asker : askers) {
                asker.join();
            }
            assertThat(pending).hasSize(4000);
            for (Map.Entry<Integer, Pending> one : pending) {
                InferResponse response = one.getValue().join().orThrow();
                assertThat(response.id()).isEqualTo("r" + one.getKey());
                assertThat(response.outputs().getFirst().data().get(ValueLayout.JAVA_FLOAT_UNALIGNED, 0))
                        .isEqualTo((float) one.getKey());
            }
        }
    }

    @Test
    void largeRequestsGoBesideSmallOnes() throws Exception {
        try (var held = new Held(LOOPBACK)) {
            var pending = new ArrayList<Pending>();
            for (int i = 0; i < 20; i++) {
                pending.add(held.client.infer(request("", new float[i % 2 == 0 ? 1_000_000 : 1]), Deadline.in(LONG)));
            }
            held.await(20);
            held.asked.forEach(Asked::echo);
            for (int i = 0; i < 20; i++) {
                assertThat(pending.get(i).join().orThrow().outputs().getFirst().shape())
                        .isEqualTo(Shape.of(i % 2 == 0 ? 1_000_000 : 1));
            }
        }
    }

    @Test
    void headersDeadlinesAndRefusalsCross() throws Exception {
        try (var held = new Held(LOOPBACK)) {
            Pending pending = held.client.infer(
                    request("r", 1), Deadline.in(Duration.ofSeconds(5)), Map.of("traceparent", "00-1", "other", "o"));
            Asked asked = held.await(1);
            assertThat(asked.call().header().apply("other")).hasValue("o");
            assertThat(asked.call().header().apply("none")).isEmpty();
            assertThat(asked.call().deadline().left()).isBetween(Duration.ZERO, Duration.ofSeconds(5));
            asked.answer()
                    .completeExceptionally(
                            OipException.retryAfter(OipError.OVERLOADED, "queue: full", Duration.ofMillis(1500)));
            assertThat(pending.join()).isInstanceOfSatisfying(Outcome.Refused.class, refused -> {
                assertThat(refused.why().error()).isEqualTo(OipError.OVERLOADED);
                assertThat(refused.why().reason()).isEqualTo("queue: full");
                assertThat(refused.why().retryAfter()).hasValue(Duration.ofMillis(1500));
            });
        }
    }

    @Test
    void whatNobodyForesawIsToldWithoutItsMessage() throws Exception {
        try (var held = new Held(LOOPBACK)) {
            Pending pending = held.client.infer(request("r", 1), Deadline.in(LONG));
            held.await(1).answer().completeExceptionally(new IllegalStateException("secret"));
            assertThat(pending.join()).isInstanceOfSatisfying(Outcome.Refused.class, refused -> {
                assertThat(refused.why().error()).isEqualTo(OipError.INTERNAL);
                assertThat(refused.why().reason()).doesNotContain("secret");
            });
        }
    }

    @Test
    void aCancelledRequestIsGivenUpAtBothEnds() throws Exception {
        try (var held = new Held(LOOPBACK)) {
            Pending pending = held.client.infer(request("r", 1), Deadline.in(LONG));
            Pending other = held.client.infer(request("s", 1), Deadline.in(LONG));
            held.await(2);
            pending.cancel(true);
            assertThat(pending.join()).isInstanceOf(Outcome.Cancelled.class);
            await().atMost(LONG)
                    .until(() -> held.asked.getFirst().call().abandoned().isDone());
            assertThat(held.asked.getLast().call().abandoned()).isNotDone();
            held.asked.forEach(Asked::echo);
            assertThat(other.join()).isInstanceOf(Outcome.Answered.class);
        }
    }

    @Test
    void aDeadlineThatPassesIsNoticedAndTold() throws Exception {
        try (var held = new Held(LOOPBACK)) {
            Pending warm = held.client.infer(request("r", 1), Deadline.in(LONG));
            held.await(1).echo();
            warm.join();
            Pending pending = held.client.infer(request("s", 1), Deadline.in(Duration.ofMillis(300)));
            assertThat(pending.join()).isInstanceOf(Outcome.Late.class);
            await().atMost(LONG)
                    .until(() -> held.asked.getLast().call().abandoned().isDone());
        }
    }

    @Test
    void aRequestToNobodyWasNotSent() throws Exception {
        int port;
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = free.getLocalPort();
        }
        for (OipAddress nobody :
                List.of(new OipAddress.Tcp("127.0.0.1", port), new OipAddress.Unix(folder.resolve("none")))) {
            try (var client = OipClient.multiplexed(nobody, OipClientSettings.DEFAULT)) {
                for (int i = 0; i < 2; i++) {
                    assertThat(client.infer(request("r", 1), Deadline.in(LONG)).join())
                            .isInstanceOf(Outcome.NotSent.class);
                }
            }
        }
    }

    @Test
    void aConnectionThatBreaksLeavesRequestsWithoutAnAnswer() throws Exception {
        try (ServerSocket silent = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                var client = OipClient.multiplexed(
                        new OipAddress.Tcp("127.0.0.1", silent.getLocalPort()), OipClientSettings.DEFAULT)) {
            Pending pending = client.infer(request("r", 1), Deadline.in(LONG));
            try (Socket taken = silent.accept()) {
                taken.getOutputStream().write(new byte[] {0, 0, 0, 4, 0, 0, 0, 0, 0}); // HTTP/2's first frame
                var seen = new StringBuilder();
                while (seen.indexOf("FP32") < 0) {
                    seen.append((char) taken.getInputStream().read());
                }
            }
            assertThat(pending.join()).isInstanceOf(Outcome.NoAnswer.class);
        }
    }

    @Test
    void aServerThatEndsAnswersWhatItReadAndItsSuccessorIsFound() throws Exception {
        var address = new OipAddress.Unix(folder.resolve("s"));
        try (var held = new Held(address)) {
            Pending read = held.client.infer(request("r", 1), Deadline.in(LONG));
            Pending given = held.client.infer(request("g", 1), Deadline.in(LONG));
            held.await(2);
            held.multiplex.close();
            assertThat(held.client.infer(request("r", 2), Deadline.in(LONG)).join())
                    .isInstanceOf(Outcome.NotSent.class);
            given.cancel(true);
            assertThat(read).isNotDone();
            assertThat(held.asked).hasSize(2);
            held.asked.forEach(Asked::echo);
            assertThat(read.join()).isInstanceOf(Outcome.Answered.class);
            held.server.close();
            try (var successor = new Held(address)) {
                await().atMost(LONG).until(() -> {
                    Pending again = held.client.infer(request("r", 3), Deadline.in(Duration.ofSeconds(1)));
                    await().until(() -> again.isDone() || !successor.asked.isEmpty());
                    successor.asked.forEach(Asked::echo);
                    return again.join() instanceof Outcome.Answered;
                });
            }
        }
    }

    @Test
    void whatAServerHasReadAndLeavesIsNotAnsweredAndGivenUpThere() throws Exception {
        try (var held = new Held(LOOPBACK)) {
            Pending read = held.client.infer(request("r", 1), Deadline.in(LONG));
            Asked asked = held.await(1);
            held.server.close();
            assertThat(read.join()).isInstanceOf(Outcome.NoAnswer.class);
            assertThat(asked.call().abandoned().get(20, TimeUnit.SECONDS)).isNull();
        }
    }

    @Test
    void aClientThatEndsLeavesNothingUnderWay() throws Exception {
        try (var held = new Held(LOOPBACK)) {
            Pending pending = held.client.infer(request("r", 1), Deadline.in(LONG));
            Asked asked = held.await(1);
            held.client.close();
            assertThat(pending.join()).isInstanceOf(Outcome.NoAnswer.class);
            await().atMost(LONG).until(() -> asked.call().abandoned().isDone());
        }
    }
}
