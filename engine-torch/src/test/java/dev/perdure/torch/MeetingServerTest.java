package dev.perdure.torch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIOException;

import dev.perdure.core.BadSettingException;
import dev.perdure.engine.Collective;
import dev.perdure.engine.CollectiveFailedException;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class MeetingServerTest {
    private static final Duration SOON = Duration.ofSeconds(10);

    @Test
    void groupsMeetAtAServerThatOnlyThisHostReaches() throws Exception {
        Process server = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "--enable-native-access=ALL-UNNAMED",
                        "-cp",
                        System.getProperty("java.class.path"),
                        MeetingServer.class.getName())
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        try (var said = new BufferedReader(new InputStreamReader(server.getInputStream(), StandardCharsets.UTF_8))) {
            String point = said.readLine().replace("meeting point ", "");
            int port = Integer.parseInt(point.replaceAll("tcp:127.0.0.1:(\\d+)/", "$1"));
            for (int generation = 1; generation <= 3; generation++) {
                assertThat(meet(point + "run", generation)).isEqualTo(42 + generation);
            }
            refusesOthers(port);
            server.getOutputStream().close();
            assertThat(server.waitFor(SOON.toSeconds(), TimeUnit.SECONDS)).isTrue();
            assertThatExceptionOfType(CollectiveFailedException.class)
                    .isThrownBy(() -> new GlooCollectives().meet(point + "run", 0, 2, 9, Duration.ofMillis(300)))
                    .withMessageContaining("meeting at " + point);
        } finally {
            server.destroyForcibly().waitFor();
        }
    }

    private static long meet(String point, int generation) throws Exception {
        var collectives = new GlooCollectives();
        try (var threads =
                Executors.newThreadPerTaskExecutor(Thread.ofPlatform().factory())) {
            var other = threads.submit(() -> {
                try (Collective group = collectives.meet(point, 1, 2, generation, SOON)) {
                    return group.gatherLongs(42 + generation);
                }
            });
            try (Collective group = collectives.meet(point, 0, 2, generation, SOON)) {
                long given = group.gatherLongs(0).get(1)[0];
                other.get();
                return given;
            }
        }
    }

    private static void refusesOthers(int port) throws IOException {
        for (NetworkInterface network : NetworkInterface.networkInterfaces().toList()) {
            for (InetAddress address : network.inetAddresses().toList()) {
                if (!address.isLoopbackAddress()) {
                    try (var socket = new Socket()) {
                        assertThatIOException()
                                .isThrownBy(() -> socket.connect(new InetSocketAddress(address, port), 1000));
                    }
                }
            }
        }
    }

    @Test
    void saysWhatAMeetingPointIs() {
        for (String text : new String[] {"", "file:", "somewhere", "tcp:127.0.0.1/x", "tcp:127.0.0.1:1", "tcp::1/x"}) {
            assertThatExceptionOfType(BadSettingException.class)
                    .isThrownBy(() -> new GlooCollectives().meet(text, 0, 1, 1, SOON))
                    .withMessageContaining("(expected: file:PATH or tcp:HOST:PORT/PREFIX)");
        }
        assertThatExceptionOfType(BadSettingException.class)
                .isThrownBy(() -> new GlooCollectives().meet("file:/nowhere/at/all", 0, 1, 1, SOON))
                .withMessageContaining("Make /nowhere/at.");
    }
}
