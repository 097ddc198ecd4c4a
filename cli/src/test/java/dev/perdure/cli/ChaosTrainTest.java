package dev.perdure.cli;

import static dev.perdure.cli.Shell.perdure;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.perdure.chaos.Kind;
import dev.perdure.chaos.Kinds;
import dev.perdure.training.ExitCode;
import dev.perdure.training.Incident;
import dev.perdure.training.RunReport;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every kind of fault befalls real processes: each is noticed under its name, and the weights are the undisturbed run's. */
class ChaosTrainTest {
    private static final List<String> PROCESSES = List.of(
            "kill: {STEP}",
            "kill: {who: two, STEP}",
            "kill: {who: all, STEP}",
            "pause: {seconds: 3, STEP}",
            "stop: {STEP}",
            "slow-cpu: {seconds: 1, share: 0.5, STEP}",
            "exit: {code: 1, STEP}",
            "exit: {code: 137, STEP}",
            "out-of-memory: {STEP}",
            "native-crash: {STEP}",
            "abort: {STEP}",
            "kill-while-joining: {STEP}",
            "kill-while-copying: {STEP}",
            "kill-while-saving: {STEP}");

    private static final List<String> SURROUNDINGS = List.of(
            "slow-network: {seconds: 1, delay-millis: 20, STEP}",
            "cut-network: {seconds: 3, STEP}",
            "full-disk: {writes: 2, STEP}",
            "read-only-disk: {writes: 2, STEP}",
            "slow-disk: {writes: 2, delay-millis: 100, STEP}",
            "corrupt-checkpoint: {STEP}",
            "clock-jump: {jump-seconds: 86400, seconds: 1, STEP}",
            "clock-jump: {jump-seconds: -86400, seconds: 1, STEP}",
            "lock-registry: {seconds: 2, STEP}",
            "pause-supervisor: {seconds: 3, STEP}",
            "kill-supervisor: {STEP}");

    private static final List<String> HANGS = List.of(
            "hang: {phase: data, STEP}",
            "hang: {phase: gradient, STEP}",
            "hang: {phase: exchange, STEP}",
            "hang: {phase: apply, STEP}",
            "hang: {phase: book, STEP}",
            "hang: {phase: save, STEP}",
            "hang: {phase: evaluate, STEP}");

    private static final List<String> NUMBERS =
            List.of("nan-in-batch: {STEP}", "flip-bit-in-gradient: {STEP}", "flip-bit-in-weights: {STEP}");

    private static final List<String> PHASES = List.of("kill-at-phase: {phase: every, apart: 8, STEP}");
    private static final List<String> DATA = List.of("corrupt-record: {}", "kill: {STEP}");

    private static final JsonMapper JSON = JsonMapper.builder().build();

    @TempDir
    static Path folder;

    private static SmallRun small;

    @BeforeAll
    static void prepare() throws Exception {
        small = SmallRun.in(folder);
    }

    static Stream<List<String>> groups() {
        return Stream.of(PROCESSES, SURROUNDINGS, HANGS, PHASES, DATA, NUMBERS);
    }

    @Tag("soak")
    @Test
    void someAreNoticedUnderTheirNamesAndTheWeightsAreTheUndisturbedRuns() throws Exception {
        List<String> some =
                List.of(PROCESSES.getFirst(), "exit: {code: 1, STEP}", "stop: {STEP}", "flip-bit-in-weights: {STEP}");
        assertSurvived(campaign(some, 3), some.size());
    }

    @Tag("soak")
    @ParameterizedTest
    @MethodSource("groups")
    void eachIsNoticedUnderItsNameAndTheWeightsAreTheUndisturbedRuns(List<String> faults) throws Exception {
        assertSurvived(campaign(faults, 3), faults.size());
    }

    static Stream<String> single() {
        return Stream.of(PROCESSES, SURROUNDINGS, HANGS, PHASES, NUMBERS).flatMap(List::stream);
    }

    @Tag("soak")
    @ParameterizedTest
    @MethodSource("single")
    void eachByItself(String fault) throws Exception {
        assertSurvived(campaign(List.of(fault), 2), 1);
    }

    @Test
    void everyKindIsTried() {
        var tried = new LinkedHashSet<String>();
        Stream.concat(single(), DATA.stream()).forEach(fault -> tried.add(fault.substring(0, fault.indexOf(':'))));
        tried.add("nan-record"); // tables only: DataDamageTest
        assertThat(tried)
                .containsExactlyInAnyOrderElementsOf(
                        Kinds.all().stream().map(Kind::name).toList());
    }

    @Test
    void fiftyKillsAtSeveralASecondLoseNothing() throws Exception {
        killed(50, 2, "burst: 20, times: 2, apart: 8", "times: 10, apart: 2", 30);
    }

    @Tag("soak")
    @Test
    void twoThousandKillsAtSeveralASecondLoseNothing() throws Exception {
        killed(2_000, 3, "burst: 25, times: 60, apart: 20", "times: 500, apart: 2", 150);
    }

    /**
     * Kills in storms, in which most die before they have come to work, and others between these, at steps: so the training
     * gets on from each to the next, and it is members at work that are killed, joiners among them.
     */
    private static void killed(int kills, int workers, String storms, String steps, int epochs) throws Exception {
        Path plan = folder.resolve("kills-%d.yaml".formatted(kills));
        Files.writeString(plan, """
                pace-millis: 100
                faults:
                  - kill: {step: 4, every-seconds: 0.3, %s}
                  - kill: {step: 6, hurry: true, %s}
                """.formatted(storms, steps));
        Path run = folder.resolve("kills-" + kills);
        Shell.Said said = train(plan, run, workers, "training.epochs=" + epochs);
        JsonNode report = JSON.readTree(run.resolve("chaos.json").toFile());
        assertSameAsUndisturbed(report, said);
        assertThat(report.get("rows")).hasSize(kills);
        assertSurvived(report, kills);
        assertThat(report.get("rows")).extracting(row -> row.get("who")).doesNotHaveDuplicates();
    }

    @Test
    void whatDiffersIsToldAndIsTheExitCode() throws Exception {
        Path plan = folder.resolve("differs.yaml");
        Files.writeString(plan, "faults: [kill: {step: 100000}]");
        Path run = folder.resolve("differs");
        Shell.Said said = perdure(
                "chaos", "train", small.config(), "--faults", plan, "--run", run, "--workers", 2, "--expect", "00");
        assertThat(said.exitCode()).isEqualTo(1);
        assertThat(said.out()).contains("DID NOT HAPPEN", "NOT those of the undisturbed run");
        JsonNode report = JSON.readTree(run.resolve("chaos.json").toFile());
        assertThat(report.get("unexplained")).as("alarms in a healthy run").isEmpty();
        assertThat(report.get("incidents").asInt()).isZero();
    }

    @Test
    void aPlanWithMistakesIsRefusedBeforeAnythingRuns() throws Exception {
        Path plan = folder.resolve("wrong.yaml");
        Files.writeString(plan, "faults: [kil: {step: 1}, exit: {step: -1}]");
        String said = perdure("chaos", "train", small.config(), "--faults", plan, "--workers", 2)
                .refused(ExitCode.BAD_SETTING);
        assertThat(said).contains("Did you mean 'kill'?", "step: -1");
    }

    private static JsonNode campaign(List<String> faults, int workers) throws Exception {
        var plan = new ArrayList<>(List.of("pace-millis: 250", "faults:"));
        int step = 8;
        for (String fault : faults) {
            plan.add("  - " + fault.replace("STEP", "step: " + step));
            step += 8;
        }
        String name = "campaign-" + Integer.toHexString(faults.hashCode());
        Path file = folder.resolve(name + ".yaml");
        Files.write(file, plan);
        Path run = folder.resolve(name);
        int phases = faults.equals(PHASES) ? 100 : 0;
        int epochs =
                10 + phases + 8 * faults.size(); // a replacement takes seconds to come, and each waits for the team
        Shell.Said said = train(file, run, workers, "training.epochs=" + epochs);
        JsonNode report = JSON.readTree(run.resolve("chaos.json").toFile());
        assertSameAsUndisturbed(report, said);
        assertThat(Files.readString(run.resolve("chaos.html"))).contains("<!DOCTYPE html>");
        if (HANGS.containsAll(faults)) {
            assertThat(RunReport.read(run.resolve("abused/report.json")).incidents())
                    .extracting(Incident::kind)
                    .filteredOn(Set.of("worker-stuck", "worker-not-ready")::contains)
                    .as("those who wait for one that hangs are not blamed")
                    .hasSize(faults.size());
        }
        return report;
    }

    private static Shell.Said train(Path plan, Path run, int workers, String epochs) {
        return perdure(
                "chaos",
                "train",
                small.config(),
                "--faults",
                plan,
                "--seed",
                3,
                "--run",
                run,
                "--workers",
                workers,
                "--set",
                epochs,
                "--set",
                "supervision.restarts-max=100000",
                "--set",
                "supervision.restarts-per-minute=100000",
                "--set",
                "supervision.fruitless-restarts-max=100000",
                "--set",
                "supervision.stuck-min-millis=1500",
                "--set",
                "supervision.stuck-first-millis=5000",
                "--set",
                "supervision.ready-millis=2000",
                "--set",
                "supervision.pause-first-millis=0",
                "--set",
                "supervision.recheck-every=1");
    }

    private static void assertSameAsUndisturbed(JsonNode report, Shell.Said said) {
        assertThat(report.get("weightsSha256").asText())
                .as(said.out() + said.err())
                .hasSize(64)
                .isEqualTo(report.get("expected").asText());
        assertThat(report.get("samplesLost").asLong()).isZero();
        assertThat(report.get("samplesRepeated").asLong()).isZero();
        assertThat(report.get("orphans").asInt()).isZero();
    }

    private static void assertSurvived(JsonNode report, int faults) {
        assertThat(report.get("rows").size()).isGreaterThanOrEqualTo(faults);
        assertThat(report.get("rows"))
                .allSatisfy(row ->
                        assertThat(row.get("verdict").asText()).as("%s", row).isIn("RECOVERED", "UNHARMED"));
    }
}
