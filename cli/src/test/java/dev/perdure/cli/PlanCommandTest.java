package dev.perdure.cli;

import static dev.perdure.cli.Shell.perdure;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.perdure.training.ExitCode;
import dev.perdure.training.RunListener;
import dev.perdure.training.RunReport;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PlanCommandTest {
    @TempDir
    static Path folder;

    private static RunReport alone;
    private static RunReport team;

    @BeforeAll
    static void train() throws Exception {
        SmallRun small = SmallRun.in(folder);
        var watcher = new RunListener() {};
        alone = small.train("alone", List.of("phase:GRADIENT:9", "phase:APPLY:14"), watcher)
                .report();
        team = small.train("team", List.of("phase:EXCHANGE:8"), watcher, "supervision.workers=2")
                .report();
    }

    /** At least as many as were caused: on a starved machine a healthy worker may look dead. */
    private static long failuresOf(RunReport report) {
        return report.incidents().stream()
                .filter(incident -> incident.kind().equals("connection-lost")
                        || incident.kind().startsWith("worker-"))
                .count();
    }

    private static JsonNode figure(Path json, String name) throws Exception {
        for (JsonNode section : new ObjectMapper().readTree(json.toFile()).get("sections")) {
            for (JsonNode figure : section.get("figures")) {
                if (figure.get("name").asText().equals(name)) {
                    return figure;
                }
            }
        }
        throw new AssertionError("no figure \"%s\" in %s".formatted(name, Files.readString(json)));
    }

    @Test
    void aRunAloneTellsItsFailuresSetbacksAndGoodput() throws Exception {
        Path json = folder.resolve("alone.json");
        Path html = folder.resolve("alone.html");
        String said = perdure("plan", folder.resolve("alone"), "--json", json, "--html", html)
                .fine();
        double hours = alone.wallSeconds() / 3600;
        assertThat(said).contains("2 failures in ").doesNotContain("Assumed is a prior");
        assertThat(figure(json, "failures of a worker").get("value").asDouble() * hours)
                .isBetween(1.9, 2.1);
        assertThat(figure(json, "setbacks to a checkpoint").get("value").asDouble() * hours)
                .as("one that is killed before its first checkpoint is durable goes back to the beginning")
                .isBetween(0.9, 2.1);
        assertThat(figure(json, "MTTR").get("value").asDouble()).isPositive();
        assertThat(figure(json, "interval, in use").get("value").asDouble()).isPositive();
        assertThat(figure(json, "alone: by its ledger").get("value").asDouble()).isBetween(0.0, 1.0);
        assertThat(Files.readString(html)).contains("<svg", "Daly 2006");
    }

    @Test
    void aTeamLosesAWorkerAndNoWork() throws Exception {
        Path json = folder.resolve("team.json");
        String said = perdure("plan", folder.resolve("team"), "--availability", "99.9", "--json", json)
                .fine();
        double hours = 2 * team.wallSeconds() / 3600;
        long failures = failuresOf(team);
        assertThat(failures).isPositive();
        assertThat(said).doesNotContain("Assumed is a prior worth 1 failure");
        assertThat(figure(json, "failures of a worker").get("value").asDouble() * hours)
                .isBetween(0.95 * failures, 1.05 * failures);
        assertThat(figure(json, "needed at work").get("value").asInt()).isEqualTo(2);
    }

    @Test
    void aRegistryTellsWhoFailed() throws Exception {
        Path file = folder.resolve("team").resolve("registry.db");
        assertThat(perdure("plan", "--registry", "sqlite:" + file).fine())
                .contains(
                        "From the registry.",
                        failuresOf(team) == 1 ? "1 failure in " : failuresOf(team) + " failures in ");
    }

    @Test
    void severalRunsCountTogether() {
        assertThat(perdure("plan", folder.resolve("alone"), folder.resolve("team"))
                        .fine())
                .contains(failuresOf(alone) + failuresOf(team) + " failures in ");
    }

    @Test
    void theWorkedNumbersComeOutWhenAskedFor() {
        assertThat(perdure("plan", "--rate-per-hour", 1, "--within-hours", 3).fine())
                .contains("95.02 %", "4.98 %");
        assertThat(perdure("plan", "--rate-per-hour", 1, "--within-hours", 3, "--at-least", 3)
                        .fine())
                .contains("57.68 %");
    }

    @Test
    void withNothingRecordedItSaysWhatItAssumed() {
        assertThat(perdure("plan").fine())
                .contains(
                        "nothing recorded and nothing given", "Assumed is a prior worth 1 failure in 24 worker-hours");
    }

    @Test
    void allWrongNumbersAreReportedTogether() {
        String said = perdure("plan", "--failures", 3, "--availability", 101, "--needed", 0, "--workers", 0)
                .refused(ExitCode.BAD_SETTING);
        assertThat(said.lines()).hasSize(4);
        assertThat(said)
                .contains("--failures without --hours", "101.0 (expected: a percentage", "--needed: 0", "--workers: 0");
    }

    @Test
    void aQuestionThatIsHalfAskedIsRefused() {
        assertThat(perdure("plan", "--at-least", 3).refusedOnce(ExitCode.BAD_SETTING))
                .contains("--at-least: 3 without --within-hours", "Add --within-hours");
        assertThat(perdure("plan", "--cost-per-hour", 3).refusedOnce(ExitCode.BAD_SETTING))
                .contains("Add --availability");
    }

    @Test
    void whatIsNoRunAndNoRegistryIsRefused() {
        assertThat(perdure("plan", folder.resolve("nowhere")).refusedOnce(ExitCode.BAD_SETTING))
                .contains("nowhere: holds no run");
        Path missing = folder.resolve("missing.db");
        assertThat(perdure("plan", "--registry", "sqlite:" + missing).refusedOnce(ExitCode.BAD_SETTING))
                .contains("no such file");
        assertThat(missing).doesNotExist();
        assertThat(perdure("plan", "--registry", "mysql://here").refusedOnce(ExitCode.BAD_SETTING))
                .contains("postgresql://");
    }
}
