package dev.perdure.torch;

import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.perdure.engine.Collective;
import dev.perdure.engine.Collective.Part;
import dev.perdure.engine.CollectiveFailedException;
import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A process is killed while it sends: whoever has half of a message must not wait for the other half. */
@Timeout(60)
class KilledSenderTest {
    private static final Duration SOON = Duration.ofSeconds(20);
    private static final long BYTES = 64 << 20;

    @TempDir
    private Path folder;

    /** Sends messages until it is killed. Arguments: the meeting point, the generation. */
    public static final class Sender {
        public static void main(String[] arguments) throws InterruptedException {
            try (Arena arena = Arena.ofShared();
                    Collective group =
                            new GlooCollectives().meet(arguments[0], 1, 2, Long.parseLong(arguments[1]), SOON)) {
                List<Part> parts = List.of(new Part(0, arena.allocate(BYTES)));
                while (true) {
                    group.exchange("sending", parts, List.of());
                }
            }
        }
    }

    @Test
    void leavesNobodyWithHalfOfAMessage() throws Exception {
        for (int round = 1; round <= 2; round++) {
            String point = "file:" + folder.resolve("round-" + round);
            Process sender = new ProcessBuilder(
                            Path.of(System.getProperty("java.home"), "bin", "java")
                                    .toString(),
                            "--enable-native-access=ALL-UNNAMED",
                            "-cp",
                            System.getProperty("java.class.path"),
                            Sender.class.getName(),
                            point,
                            Integer.toString(round))
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start();
            try (Collective group = new GlooCollectives().meet(point, 0, 2, round, SOON)) {
                receiveUntilItIsKilled(group, sender);
            } finally {
                sender.destroyForcibly().waitFor();
            }
        }
    }

    private static void receiveUntilItIsKilled(Collective group, Process sender) {
        var flows = new CountDownLatch(3);
        Thread.ofVirtual().start(() -> {
            try {
                flows.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            sender.destroyForcibly();
        });
        try (Arena arena = Arena.ofShared()) {
            List<Part> parts = List.of(new Part(1, arena.allocate(BYTES)));
            assertThatExceptionOfType(CollectiveFailedException.class).isThrownBy(() -> {
                while (true) {
                    group.exchange("receiving", List.of(), parts);
                    flows.countDown();
                }
            });
        }
    }
}
