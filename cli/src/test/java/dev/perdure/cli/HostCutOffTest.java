package dev.perdure.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.awaitility.Awaitility.await;

import dev.perdure.benchmarks.OpenLoad;
import dev.perdure.chaos.OtherHost;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
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
                awaitSpread(serving, host, 1, 1);
                serving.load(200, 100); // programs that have just begun are slow, and that is not what is looked at
                ServedProcess cutOff = host.replica();
                var load = new FutureTask<OpenLoad.LoadReport>(() -> serving.load(2_000, 100));
                Thread.ofPlatform().start(load);
                await().pollDelay(Duration.ofSeconds(1)).until(() -> true);
                network.cut();
                await().atMost(PATIENCE)
                        .untilAsserted(() -> assertThat(serving.said())
                                .contains("replica %d of linear/1 is gone: ".formatted(cutOff.number())));
                await().atMost(PATIENCE).until(() -> serving.here().size() == 2 && serving.inUse() == 2);
                assertThat(cutOff.isAlive()).as("it knows of nothing").isTrue();
                network.mend();
                OpenLoad.LoadReport report = load.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
                assertThat(report.failed() + report.wrong()).as("%s", report).isZero();
                assertThat(report.right() + report.late()).isEqualTo(2_000);
                awaitSpread(serving, host, 1, 1);
                assertThat(cutOff.isAlive()).as("nobody wants it any more").isFalse();
                assertThat(serving.said())
                        .contains("host %s does not answer, and gets no replicas".formatted(at))
                        .contains("replica %d of linear on host %s is ended: nobody wants it any more"
                                .formatted(cutOff.number(), at)
                                .replace("linear on", "linear/1 on"));
                OpenLoad.LoadReport after = serving.load(200, 100);
                assertThat(after.failed() + after.wrong()).as("%s", after).isZero();
                System.out.println(serving.said());
            }
            host.end();
            assertThat(host.left()).isEmpty();
        }
    }

    private static void awaitSpread(SpreadServing serving, KeptHost host, int here, int there) {
        await().atMost(PATIENCE).untilAsserted(() -> {
            assertThat(serving.here()).as(serving.said()).hasSize(here);
            assertThat(host.replicas()).as(serving.said() + host.said()).hasSize(there);
            assertThat(serving.inUse()).as(serving.said()).isEqualTo(here + there);
        });
    }
}
