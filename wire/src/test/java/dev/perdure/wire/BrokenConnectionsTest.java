package dev.perdure.wire;

import static dev.perdure.wire.Ends.W1;
import static dev.perdure.wire.Ends.told;
import static org.assertj.core.api.Assertions.assertThat;

import dev.perdure.supervision.FromWorker;
import dev.perdure.supervision.ToWorker;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BrokenConnectionsTest {
    @TempDir
    Path folder;

    private final Heard atSupervisor = new Heard();
    private final Heard atWorker = new Heard();

    @Test
    void aWorkerLooksForItsSupervisorUntilThereIsOneAndFollowsTheSuccessor() throws Exception {
        Path file = folder.resolve("supervisor");
        try (var client = Ends.client(file, W1, atWorker)) {
            assertThat(atWorker.next(Heard.Unreachable.class).why()).contains("absent");
            var first = Ends.server(file, 1, atSupervisor);
            atSupervisor.next(FromWorker.Join.class);
            first.send(W1, Ends.WELCOME);
            atWorker.next(ToWorker.Welcome.class);
            first.close();
            assertThat(atWorker.next(Heard.Lost.class).why()).isNotBlank();
            assertThat(atWorker.next(Heard.Unreachable.class).attempt()).isEqualTo(1);
            try (var second = Ends.server(file, 2, atSupervisor)) {
                assertThat(atSupervisor.next(FromWorker.Join.class)).isEqualTo(Ends.join(W1, 12));
                assertThat(second.send(W1, Ends.WELCOME)).isTrue();
                assertThat(client.send(told(W1, 1, "again"))).isTrue();
                assertThat(atSupervisor.next(FromWorker.Told.class).text()).isEqualTo("again");
                assertThat(atSupervisor.next(FromWorker.Heartbeat.class).worker())
                        .isEqualTo(W1);
            }
        }
    }

    @Test
    void aSuccessorIsFollowedAlsoWhileTheEarlierSupervisorStillListens() throws Exception {
        Path file = folder.resolve("supervisor");
        var atSuccessor = new Heard();
        try (var first = Ends.server(file, 1, atSupervisor);
                var client = Ends.client(file, W1, atWorker)) {
            atSupervisor.next(FromWorker.Join.class);
            first.send(W1, Ends.WELCOME);
            atWorker.next(ToWorker.Welcome.class);
            try (var second = Ends.server(file, 2, atSuccessor)) {
                atSuccessor.next(FromWorker.Join.class);
                assertThat(atWorker.next(Heard.Lost.class).why()).contains("epoch 2 after 1");
                atSupervisor.next(Heard.Lost.class);
                second.send(W1, new ToWorker.Prepare(2, 5));
                assertThat(atWorker.next(ToWorker.Prepare.class).epoch()).isEqualTo(2);
                assertThat(client.send(told(W1, 1, "hello"))).isTrue();
                first.address().write(file);
            }
            atWorker.next(Heard.Lost.class);
            assertThat(atWorker.next(Heard.Unreachable.class).why()).contains("epoch 1 (expected: >= 2");
        }
    }

    @Test
    void aSilentCutIsNoticedAndAQuietStreamIsNotCut() throws Exception {
        Path file = folder.resolve("supervisor");
        try (var server = Ends.server(folder.resolve("direct"), 1, atSupervisor);
                var relay = new Relay(server.address().port())) {
            new SupervisorAddress("127.0.0.1", relay.port(), server.address().token(), 1).write(file);
            try (var client = Ends.client(file, W1, atWorker)) {
                atSupervisor.next(FromWorker.Join.class);
                assertThat(atSupervisor.things.poll(3, java.util.concurrent.TimeUnit.SECONDS))
                        .as("nothing is said for three times the silence, and nothing happens")
                        .isNull();
                assertThat(client.send(told(W1, 1, "still there"))).isTrue();
                atSupervisor.next(FromWorker.Told.class);
                relay.fallSilent();
                long cut = System.nanoTime();
                long noticed =
                        atSupervisor.nextTimed(Heard.Lost.class, _ -> true).nanos();
                System.out.printf("silent cut noticed after %.0f ms%n", (noticed - cut) / 1e6);
            }
        }
    }

    @Test
    void aConnectionThatBrokeOnTheWorkersSideOnlyIsReplaced() throws Exception {
        Path file = folder.resolve("supervisor");
        try (var server = Ends.server(folder.resolve("direct"), 1, atSupervisor);
                var relay = new Relay(server.address().port())) {
            new SupervisorAddress("127.0.0.1", relay.port(), server.address().token(), 1).write(file);
            try (var client = Ends.client(file, W1, atWorker)) {
                atSupervisor.next(FromWorker.Join.class);
                server.send(W1, Ends.WELCOME);
                atWorker.next(ToWorker.Welcome.class);
                relay.breakOnTheWorkersSide();
                atWorker.next(Heard.Lost.class);
                relay.passOnWhatComesNew();
                assertThat(atSupervisor.next(Heard.Lost.class).why())
                        .isEqualTo("the worker came back on another connection");
                atSupervisor.next(FromWorker.Join.class);
                assertThat(client.send(told(W1, 1, "back"))).isTrue();
                assertThat(atSupervisor.next(FromWorker.Told.class).text()).isEqualTo("back");
            }
        }
    }
}
