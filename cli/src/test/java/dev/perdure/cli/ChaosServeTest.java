package dev.perdure.cli;

import static dev.perdure.cli.Shell.perdure;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.perdure.chaos.Kind;
import dev.perdure.chaos.OtherHost;
import dev.perdure.chaos.ServeKinds;
import dev.perdure.training.ExitCode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Faults befall real replicas under load: each is noticed under its name, no request fails, and no answer is wrong. */
class ChaosServeTest {
    private static final JsonMapper JSON = JsonMapper.builder().build();

    private static final List<String> SOME =
            List.of("kill: {}", "nan-weights: {}", "exceptions: {every: 3, seconds: 1}", "oversized-bodies: {}");

    @TempDir
    Path folder;

    @BeforeEach
    void write() throws Exception {
        new LinearModel("linear", "1", 0.5f).write(folder.resolve("models"), Optional.empty());
    }

    private JsonNode campaign(double perSecond, int replicas, List<String> faults) throws Exception {
        Path plan = folder.resolve("plan.yaml");
        Files.writeString(
                plan,
                "replicas: %d\nrequests-per-second: %s\ncalm-seconds: 1\npatience: 8\nfaults:\n%s"
                        .formatted(
                                replicas,
                                perSecond,
                                faults.stream()
                                        .map(fault -> "  - " + fault + "\n")
                                        .collect(Collectors.joining())));
        Path run = folder.resolve("run");
        Shell.Said said = perdure(
                "chaos",
                "serve",
                folder.resolve("models"),
                "--faults",
                plan,
                "--seed",
                3,
                "--allow-unsigned",
                "--engine",
                "onnx",
                "--run",
                run);
        System.out.println(said.out());
        assertThat(said.err()).doesNotContain("perdure: "); // the server tells of clients that break off
        JsonNode report = JSON.readTree(run.resolve("chaos.json").toFile());
        assertThat(said.exitCode() == ExitCode.OK.code())
                .isEqualTo(report.get("good").asBoolean());
        assertThat(Files.readString(run.resolve("chaos.html")))
                .contains(
                        "<!DOCTYPE html>",
                        faults.getFirst().substring(0, faults.getFirst().indexOf(':')));
        assertThat(report.get("orphans").asInt()).isZero();
        return report;
    }

    private static void assertNothingSuffered(JsonNode report, int faults) {
        assertThat(report.get("problem").asText()).isEmpty();
        assertThat(report.get("failed").asInt()).as("%s", report).isZero();
        assertThat(report.get("wrong").asInt()).as("%s", report).isZero();
        assertThat(report.get("asked").asInt()).isPositive();
        assertThat(report.get("rows")).hasSize(faults);
        assertThat(report.get("rows"))
                .allSatisfy(row ->
                        assertThat(row.get("verdict").asText()).as("%s", row).isIn("REPLACED", "NOTICED", "UNHARMED"));
    }

    @Test
    void someAreNoticedUnderTheirNamesAndNoRequestSuffers() throws Exception {
        assertNothingSuffered(campaign(20, 2, SOME), SOME.size());
    }

    /** All, or those that {@code -Dperdure.kinds=kill,stop} names. */
    static Stream<String> all() {
        List<String> chosen = List.of(System.getProperty("perdure.kinds", "").split(","));
        return ServeKinds.all().stream()
                .map(Kind::name)
                .filter(kind -> !kind.equals("flip-weights") && !kind.equals("host-cut-off"))
                .filter(kind -> chosen.contains("") || chosen.contains(kind));
    }

    /** What it answers in the golden period before it is found out has left. */
    @Tag("soak")
    @Test
    void whatSignFlippedWeightsAnswerLeavesOnlyUntilTheyAreFoundOut() throws Exception {
        JsonNode row = campaign(20, 2, List.of("flip-weights: {}")).get("rows").get(0);
        assertThat(row.get("failed").asInt()).as("%s", row).isZero();
        assertThat(row.get("detectMillis").isNull()).as("%s", row).isFalse();
        assertThat(row.get("replaceMillis").isNull()).as("%s", row).isFalse();
        if (row.get("wrong").asInt() > 0) {
            assertThat(row.get("wrongMillis").asDouble())
                    .as("%s", row)
                    .isLessThanOrEqualTo(row.get("ejectMillis").asDouble());
        }
    }

    @Tag("soak")
    @ParameterizedTest
    @MethodSource("all")
    void eachIsNoticedUnderItsNameAndNoRequestSuffers(String kind) throws Exception {
        assertNothingSuffered(campaign(20, replicas(kind), List.of(kind + ": {}")), 1);
    }

    /** With patience a host has to be cut off for longer until its replica is given up. */
    @Tag("soak")
    @Test
    void aHostThatIsCutOffIsNoticedReplacedAndUsedAgainAndNoRequestSuffers() throws Exception {
        assumeThat(OtherHost.refusal()).as("a network of its own").isEmpty();
        JsonNode report = campaign(20, 2, List.of("host-cut-off: {seconds: 20}", "host-cut-off: {seconds: 1}"));
        assertNothingSuffered(report, 2);
        JsonNode row = report.get("rows").get(0);
        assertThat(row.get("verdict").asText()).as("%s", row).isEqualTo("REPLACED");
        assertThat(row.get("finding").asText()).as("%s", row).isIn("silent", "stuck", "disconnected");
        assertThat(row.get("who").asText()).isEqualTo("host");
    }

    /** A gateway that dies has another beside it; poison ends two, and a third answers the others. */
    private static int replicas(String kind) {
        return switch (kind) {
            case "kill-gateway" -> 1;
            case "poison" -> 3;
            default -> 2;
        };
    }

    /** Those that need another number of gateways or let wrong answers leave are left out. */
    @Tag("soak")
    @Test
    void oneAfterTheOtherIsNoticedAndNoRequestSuffers() throws Exception {
        List<String> kinds = all().filter(kind -> !kind.equals("kill-gateway"))
                .map(kind -> kind + ": {}")
                .toList();
        assertNothingSuffered(campaign(20, 3, kinds), kinds.size());
    }

    @Test
    void whatCannotBeAskedForIsSaid() throws Exception {
        Path plan = folder.resolve("plan.yaml");
        Files.writeString(plan, "faults:\n  - kil: {}\n");
        assertThat(perdure("chaos", "serve", folder.resolve("models"), "--faults", plan)
                        .refusedOnce(ExitCode.BAD_SETTING))
                .contains("Did you mean 'kill'");
        Files.writeString(plan, "faults:\n  - kill: {}\n");
        assertThat(perdure(
                                "chaos",
                                "serve",
                                folder.resolve("models"),
                                "--faults",
                                plan,
                                "--allow-unsigned",
                                "--model",
                                "nobody")
                        .refusedOnce(ExitCode.BAD_SETTING))
                .contains("--model: nobody (expected: one of [linear])");
    }

    @Test
    void kindsOfBothSortsAreListed() {
        assertThat(perdure("chaos", "kinds").fine()).contains("kill-supervisor", "flip-weights", "malformed-bodies");
    }
}
