package dev.perdure.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.awaitility.Awaitility.await;

import dev.perdure.chaos.OtherHost;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A host behind a wire of its own is cut off: packets vanish, and nobody is told. Left out where no networks can be made. */
class HostCutOffTest {
    private static final LinearModel LINEAR = new LinearModel("linear", "1", 0.5f);
    private static final Duration PATIENCE = Duration.ofMinutes(3);

    @TempDir
    Path folder;

    @BeforeEach
    void write() throws Exception {
        LINEAR.write(folder.resolve("models"), Optional.empty());
    }

    @Test
    void aHostThatIsCutOffCostsNoRequestAndIsUsedAgainWhenItIsBack() throws Exception {
        assumeThat(OtherHost.refusal()).as("a network of its own").isEmpty();
        try (OtherHost network = OtherHost.make();
                var host = new KeptHost(
                        folder.resolve("models"), folder.resolve("h"), network.address() + ":0", network::command)) {
            var at = host.start("--insecure", "--orphan-seconds", 120);
            try (var serving = new SpreadServing(LINEAR, folder.resolve("models"), 2, List.of(at), true)) {
                serving.awaitSpread(host, 1, 1);
                ServedProcess cutOff = host.replica();
                String its = "replica %d of linear/1".formatted(cutOff.number());
                SpreadServing.Asking asking = serving.ask(25);
                serving.assertAnswers(100);
                network.cut();
                await().atMost(PATIENCE)
                        .untilAsserted(() -> assertThat(serving.said()).contains(its + " is gone: "));
                await().atMost(PATIENCE).until(() -> serving.here().size() == 2 && serving.inUse() == 2);
                assertThat(cutOff.isAlive()).as("it knows of nothing").isTrue();
                network.mend();
                serving.awaitSpread(host, 1, 1);
                // by the order that was under way when the host was cut off, if that arrives, or because nobody wants
                // it any more
                await().atMost(PATIENCE)
                        .untilAsserted(() -> assertThat(cutOff.isAlive())
                                .as(serving.said() + host.said())
                                .isFalse());
                serving.assertAnswers(50);
                asking.endsWell();
                System.out.println(serving.said());
            }
            host.end();
            assertThat(host.left()).isEmpty();
        }
    }
}
