package dev.perdure.cli;

import static dev.perdure.cli.Shell.perdure;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.perdure.training.ExitCode;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** That each bench works; what it measures is nobody's promise. */
class BenchCommandTest {
    @TempDir
    Path folder;

    @BeforeAll
    static void showWhereTheExamplesAre() {
        System.setProperty(
                "perdure.home", Path.of("").toAbsolutePath().resolve("..").toString());
    }

    @AfterAll
    static void forgetIt() {
        System.clearProperty("perdure.home");
    }

    @Test
    void aFewSimulatedWorkersAreHeardAndAnswer() throws Exception {
        Path json = folder.resolve("supervisor.json");
        String said = perdure("bench", "supervisor", "--workers", 20, "--seconds", 1, "--json", json)
                .fine();
        assertThat(said).contains("workers", "a core/s");
        JsonNode row = new ObjectMapper().readTree(json.toFile()).get("rows").get(0);
        assertThat(row.get("workers").asInt()).isEqualTo(20);
        assertThat(row.get("heardPerSecond").asDouble()).isPositive();
        assertThat(row.get("orderMillis").get("count").asInt()).isPositive();
    }

    @Test
    void aGatewayIsComparedWithAReplicaThatIsAskedDirectly() throws Exception {
        new LinearModel("linear", "1", 0.5f).write(folder.resolve("models"), Optional.empty());
        Path json = folder.resolve("serve.json");
        String said = perdure(
                        "bench",
                        "serve",
                        "--models",
                        folder.resolve("models"),
                        "--only",
                        "calls",
                        "--warm-seconds",
                        1,
                        "--json",
                        json)
                .fine();
        assertThat(said).contains("through the gateway, p50", "added at p50", "at most 0.25 ms");
        JsonNode figures = new ObjectMapper().readTree(json.toFile());
        assertThat(figures)
                .hasSize(6)
                .allSatisfy(figure -> assertThat(figure.get("part").asText()).isEqualTo("CALLS"));
        assertThat(figures.get(0).get("value").asDouble()).isPositive();
    }

    @Tag("soak")
    @Test
    void oneKillIsRecoveredFromAndTheReplacementJoins() throws Exception {
        Path json = folder.resolve("recovery.json");
        String said = perdure("bench", "recovery", "--kills", 1, "--json", json).fine();
        assertThat(said).contains("until the next step", "around a join");
        JsonNode result = new ObjectMapper().readTree(json.toFile());
        assertThat(result.get("untilStep").get("count").asInt()).isEqualTo(1);
        assertThat(result.get("untilStep").get("median").asDouble())
                .isCloseTo(
                        result.get("noticed").get("median").asDouble()
                                + result.get("linedUp").get("median").asDouble()
                                + result.get("stepped").get("median").asDouble(),
                        org.assertj.core.api.Assertions.within(1e-6));
    }

    @Test
    void nothingIsMeasuredWithNumbersThatCannotBe() {
        assertThat(perdure("bench", "recovery", "--workers", 1).refusedOnce(ExitCode.BAD_SETTING))
                .contains("--workers: 1 (expected: >= 2)");
        assertThat(perdure("bench", "supervisor", "--workers", 0).refusedOnce(ExitCode.BAD_SETTING))
                .contains("--workers: 0 (expected: 1 to");
        assertThat(perdure("bench", "supervisor", "--seconds", 0).refusedOnce(ExitCode.BAD_SETTING))
                .contains("(expected: >= 1)");
    }
}
