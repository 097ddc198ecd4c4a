package dev.perdure.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.awaitility.Awaitility.await;

import dev.perdure.model.Trust;
import dev.perdure.oip.ModelId;
import dev.perdure.oip.OipAddress;
import dev.perdure.oip.OipServerSettings;
import dev.perdure.routing.Scaling;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Replicas become more when there is more to do, and fewer when there is less, and no request notices. */
class ReplicasScaleTest {
    private static final LinearModel LINEAR = new LinearModel("linear", "1", 0.5f);
    private static final ModelId MODEL = ModelId.of("linear");
    private static final Duration PATIENCE = Duration.ofMinutes(2);

    @TempDir
    Path models;

    @Test
    void replicasGrowAndShrinkUnderLoadAndNoRequestFails() throws Exception {
        LINEAR.write(models, Optional.empty());
        var scaling = new Scaling.Options(
                1, 3, 4, 0.6, Duration.ofSeconds(10), Duration.ofMillis(500), Duration.ofSeconds(1));
        // Each request lies for a fifth of a second until others have come: forty a second are eight at once.
        LocalReplicas.Program program = Served.program("--max-delay-micros", "200000");
        var said = new ByteArrayOutputStream();
        try (var session = new ServeSession(
                ModelFolder.read(models, Trust.anybody()),
                Served.by(scaling),
                program,
                new ServeTelling(new PrintStream(said, true, StandardCharsets.UTF_8)))) {
            List<OipAddress> at = session.listen(Served.anywhere(1), OipServerSettings.DEFAULT);
            await().atMost(PATIENCE).until(() -> session.gateway().inUse(MODEL) == 1);
            try (var load = new RetryingLoad(LINEAR, at.getFirst(), 2)) {
                while (session.gateway().inUse(MODEL) < 2) {
                    load.run(80, 40);
                    assertThat(load.failed() + load.wrong() + load.broken())
                            .as("%s", load)
                            .isZero();
                }
                while (session.gateway().inUse(MODEL) > 1) {
                    load.run(20, 5);
                    assertThat(load.failed() + load.wrong() + load.broken())
                            .as("%s", load)
                            .isZero();
                }
                load.run(50, 25);
                System.out.printf("more replicas, then fewer: %s%n", load);
                assertThat(load.failed() + load.wrong() + load.broken())
                        .as("%s", load)
                        .isZero();
            }
        }
        assertThat(said.toString(StandardCharsets.UTF_8)).contains("replicas instead of 1", "1 replicas instead of");
    }

    @Test
    void limitsAreReadAsTheyAreWritten() {
        assertThat(ReplicaRange.parse("2")).isEqualTo(new ReplicaRange(2, 2)).hasToString("2");
        assertThat(ReplicaRange.parse("2..6")).isEqualTo(new ReplicaRange(2, 6)).hasToString("2..6");
        for (String wrong : List.of("0", "3..2", "2...6", "two", "1..1001", "-1", "")) {
            assertThatIllegalArgumentException()
                    .as(wrong)
                    .isThrownBy(() -> ReplicaRange.parse(wrong))
                    .withMessageContaining("'%s'".formatted(wrong));
        }
    }
}
