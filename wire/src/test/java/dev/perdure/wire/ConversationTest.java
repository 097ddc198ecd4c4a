package dev.perdure.wire;

import static dev.perdure.wire.Ends.W1;
import static dev.perdure.wire.Ends.told;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.perdure.supervision.FromWorker;
import dev.perdure.supervision.ToWorker;
import dev.perdure.supervision.WorkerId;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConversationTest {
    @TempDir
    Path folder;

    private final Heard atSupervisor = new Heard();
    private final Heard atWorker = new Heard();
    private Path file;
    private SupervisorServer server;

    @BeforeEach
    void listen() throws Exception {
        file = folder.resolve("supervisor");
        server = Ends.server(file, 1, atSupervisor);
    }

    @AfterEach
    void close() {
        server.close();
    }

    @Test
    void joinIsAnsweredHeartbeatsKeepThePaceAndLeavingIsHeard() {
        try (var client = Ends.client(file, W1, atWorker)) {
            assertThat(atSupervisor.next(FromWorker.Join.class)).isEqualTo(Ends.join(W1, 12));
            assertThat(server.send(W1, Ends.WELCOME)).isTrue();
            assertThat(atWorker.next(ToWorker.Welcome.class)).isEqualTo(Ends.WELCOME);
            long first = atSupervisor
                    .nextTimed(FromWorker.Heartbeat.class, _ -> true)
                    .nanos();
            for (int i = 0; i < 9; i++) {
                atSupervisor.next(FromWorker.Heartbeat.class);
            }
            long tenth = atSupervisor
                    .nextTimed(FromWorker.Heartbeat.class, _ -> true)
                    .nanos();
            assertThat(tenth - first).as("ten pauses of 20 ms").isGreaterThan(150_000_000L);
            assertThat(client.send(new FromWorker.Leaves(W1, 0, false, "done"))).isTrue();
        }
        assertThat(atSupervisor.next(FromWorker.Leaves.class).reason()).isEqualTo("done");
        assertThat(atSupervisor.next(Heard.Lost.class))
                .isEqualTo(new Heard.Lost(W1, "the worker closed the connection"));
        assertThat(server.send(W1, Ends.WELCOME)).isFalse();
    }

    @Test
    void tenThousandMessagesArriveInOrderInBothDirectionsAmongHeartbeats() {
        int count = 10_000;
        try (var client = Ends.client(file, W1, atWorker)) {
            atSupervisor.next(FromWorker.Join.class);
            server.send(W1, Ends.WELCOME);
            atWorker.next(ToWorker.Welcome.class);
            for (int i = 0; i < count; i++) {
                assertThat(client.send(told(W1, i, "x"))).isTrue();
                assertThat(server.send(W1, new ToWorker.Prepare(1, i))).isTrue();
            }
            for (int i = 0; i < count; i++) {
                assertThat(atSupervisor.next(FromWorker.Told.class).generation())
                        .isEqualTo(i);
                assertThat(atWorker.next(ToWorker.Prepare.class).generation()).isEqualTo(i);
            }
        }
    }

    @Test
    void aFloodIsHeldBackUntilTheListenerHears() throws Exception {
        server.close();
        var released = new CountDownLatch(1);
        var heard = new AtomicLong();
        server = Ends.server(folder.resolve("slow"), 1, new SupervisorServer.Listener() {
            @Override
            public void said(WorkerId worker, FromWorker message) {
                if (message instanceof FromWorker.Told) {
                    try {
                        released.await();
                    } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                    }
                    heard.incrementAndGet();
                }
            }

            @Override
            public void lost(WorkerId worker, String why) {
                // the test is over
            }
        });
        String megabyte = "x".repeat(1 << 20);
        try (var client = Ends.client(folder.resolve("slow"), W1, atWorker)) {
            Awaitility.await().until(() -> client.send(told(W1, 0, megabyte)));
            for (int i = 1;
                    i < 400;
                    i++) { // as much as half of the memory that tests have, if the receiver took it all
                assertThat(client.send(told(W1, i, megabyte))).isTrue();
            }
            assertThat(heard.get()).isZero();
            assertThat(server.unheard()).isLessThanOrEqualTo(Ends.SETTINGS.unreadMax() + 1);
            released.countDown();
            Awaitility.await().until(() -> heard.get() == 400);
        }
    }

    @Test
    void whoDoesNotReadIsGivenUpAndMayComeBack() throws Exception {
        var released = new CountDownLatch(1);
        try (var client = Ends.client(file, W1, new SupervisorClient.Listener() {
            @Override
            public void said(ToWorker message) {
                try {
                    released.await();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            }

            @Override
            public void lost(String why) {
                // it comes back by itself
            }

            @Override
            public void unreachable(int attempt, String why) {
                // it comes back by itself
            }
        })) {
            atSupervisor.next(FromWorker.Join.class);
            var stop = new ToWorker.Stop(1, "x".repeat(1 << 10));
            int sent = 0;
            while (server.send(W1, stop)) {
                sent++;
            }
            assertThat(sent).isBetween(Ends.SETTINGS.unsentMax(), 10 * Ends.SETTINGS.unsentMax());
            assertThat(atSupervisor.next(Heard.Lost.class).why()).isEqualTo("the worker does not read what it is told");
            released.countDown();
            atSupervisor.next(FromWorker.Join.class);
            assertThat(client.send(told(W1, 1, "back"))).isTrue();
        }
    }

    @Test
    void aMessageThatIsTooLongIsRefusedBeforeItLeaves() {
        try (var client = Ends.client(file, W1, atWorker)) {
            atSupervisor.next(FromWorker.Join.class);
            assertThatThrownBy(() -> client.send(told(W1, 1, "x".repeat(5 << 20))))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("(expected: <= 4194304)");
            assertThat(client.send(told(W1, 2, "short"))).isTrue();
            assertThat(atSupervisor.next(FromWorker.Told.class).text()).isEqualTo("short");
        }
    }

    @Test
    void aForgottenWorkerHearsWhatItWasToldBeforeItsConnectionCloses() {
        try (var client = Ends.client(file, W1, atWorker)) {
            atSupervisor.next(FromWorker.Join.class);
            server.send(W1, new ToWorker.Stop(1, "enough"));
            server.forget(W1);
            assertThat(atWorker.next(ToWorker.Stop.class).reason()).isEqualTo("enough");
            assertThat(atWorker.next(Heard.Lost.class).why()).isEqualTo("the supervisor closed the connection");
            assertThat(client).isNotNull();
        }
    }

    @Test
    void noThreadIsLeftBehindAndNothingIsHeardAfterClosing() {
        Map<String, Long> before = threads();
        Path other = folder.resolve("other");
        try (var second = startSecond(other);
                var client = Ends.client(other, W1, atWorker)) {
            atSupervisor.next(FromWorker.Join.class);
            assertThat(threads().keySet())
                    .contains(
                            "supervisor-wire", "supervisor-hears", "worker-wire", "worker-hears", "worker-heartbeats");
            assertThat(second.address().epoch()).isEqualTo(1);
            assertThat(client).isNotNull();
        }
        Awaitility.await().untilAsserted(() -> assertThat(threads()).isEqualTo(before));
        assertThat(Files.exists(other)).isTrue();
    }

    private SupervisorServer startSecond(Path other) {
        try {
            return Ends.server(other, 1, atSupervisor);
        } catch (java.io.IOException e) {
            throw new AssertionError(e);
        }
    }

    /** Counts threads by their names, but for those that end by themselves a little later. */
    private static Map<String, Long> threads() {
        return Thread.getAllStackTraces().keySet().stream()
                .map(Thread::getName)
                .filter(name -> !name.matches("(globalEventExecutor|startstop|awaitility|ForkJoinPool).*"))
                .collect(Collectors.groupingBy(name -> name, TreeMap::new, Collectors.counting()));
    }
}
