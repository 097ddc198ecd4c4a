package dev.perdure.wire;

import static dev.perdure.wire.Ends.W1;
import static org.assertj.core.api.Assertions.assertThat;

import dev.perdure.supervision.FromWorker;
import dev.perdure.supervision.ToWorker;
import dev.perdure.supervision.WorkerId;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ProcessesTest {
    @TempDir
    Path folder;

    private final List<Process> processes = new ArrayList<>();

    @AfterEach
    void noProcessIsLeftBehind() throws Exception {
        for (Process process : processes) {
            process.destroyForcibly();
            assertThat(process.waitFor(20, TimeUnit.SECONDS)).isTrue();
        }
    }

    private Process start(String... arguments) throws IOException {
        var command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx128m",
                "-XX:+UseSerialGC",
                "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow",
                "-cp",
                System.getProperty("java.class.path"),
                EndMain.class.getName()));
        command.addAll(List.of(arguments));
        Process process = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        processes.add(process);
        return process;
    }

    @Test
    void aKilledWorkerIsLostAtOnce() throws Exception {
        Path file = folder.resolve("supervisor");
        var atSupervisor = new Heard();
        try (var server = Ends.server(file, 1, atSupervisor)) {
            for (int i = 0; i < 2; i++) {
                var worker = new WorkerId("w" + i);
                Process process = start("worker", file.toString(), worker.name());
                atSupervisor.next(FromWorker.Join.class);
                server.send(worker, new ToWorker.Welcome(1, Duration.ofMillis(10)));
                BufferedReader said = process.inputReader();
                System.out.println("a worker's process heard " + said.readLine());
                atSupervisor.next(FromWorker.Heartbeat.class);
                long killed = System.nanoTime();
                process.destroyForcibly();
                Heard.Thing lost = atSupervisor.nextTimed(Heard.Lost.class, _ -> true);
                assertThat(((Heard.Lost) lost.what()).worker()).isEqualTo(worker);
                System.out.printf("killed worker lost after %.2f ms%n", (lost.nanos() - killed) / 1e6);
            }
        }
    }

    @Test
    void aWorkerFollowsFromAKilledSupervisorToItsSuccessor() throws Exception {
        Path file = folder.resolve("supervisor");
        var atWorker = new Heard();
        Process first = start("supervisor", file.toString(), "1");
        System.out.println("a supervisor's process " + first.inputReader().readLine());
        try (var client = Ends.client(file, W1, atWorker)) {
            assertThat(atWorker.next(ToWorker.Welcome.class).epoch()).isEqualTo(1);
            long killed = System.nanoTime();
            first.destroyForcibly();
            long lost = atWorker.nextTimed(Heard.Lost.class, _ -> true).nanos();
            System.out.printf("killed supervisor lost after %.2f ms%n", (lost - killed) / 1e6);
            Process second = start("supervisor", file.toString(), "2");
            assertThat(second.inputReader().readLine()).startsWith("listens");
            assertThat(atWorker.next(ToWorker.Welcome.class).epoch()).isEqualTo(2);
            assertThat(client.send(Ends.told(W1, 1, "hello"))).isTrue();
        }
    }
}
