package dev.perdure.chaos;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.perdure.chaos.FaultPlan.Planned;
import dev.perdure.core.BadSettingException;
import dev.perdure.training.Phase;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import org.junit.jupiter.api.Test;

class FaultPlanTest {
    @Test
    void readsKindWhoAndWhen() {
        FaultPlan plan = FaultPlan.parse("plan.yaml", """
                pace-millis: 20
                faults:
                  - kill: {who: rank 2, step: 7, spread: 3}
                  - hang: {phase: evaluate, who: slot 1, step: 9, hurry: true}
                  - pause: {who: all, every-seconds: 0.5, times: 4, seconds: 2}
                  - kill: {step: 5, burst: 20, times: 3, apart: 15, every-seconds: 0.3}
                  - corrupt-record:
                """);
        assertThat(plan.pace()).isEqualTo(Duration.ofMillis(20));
        assertThat(plan.faults())
                .containsExactly(
                        new Planned(new Fault.Kill(), new Who.Rank(2), new When.AtStep(7, 3, 1, 10, false)),
                        new Planned(
                                new Fault.Hang(Phase.EVALUATE), new Who.Slot(1), new When.AtStep(9, 0, 1, 10, true)),
                        new Planned(
                                new Fault.Pause(Duration.ofSeconds(2)),
                                new Who.All(),
                                new When.Every(Duration.ofMillis(500), 4)),
                        new Planned(
                                new Fault.Kill(),
                                new Who.Random(),
                                new When.Bursts(5, 3, 15, 20, Duration.ofMillis(300))),
                        new Planned(new Fault.CorruptRecord(), new Who.All(), new When.Before()));
    }

    @Test
    void allProblemsAreToldTogetherAndAnUnknownKindIsGuessed() {
        assertThatThrownBy(() -> FaultPlan.parse("plan.yaml", """
                        faults:
                          - kil: {step: 1}
                          - kill: {who: everyone, step: 1}
                          - exit: {step: 1, cod: 3}
                          - slow-cpu: {step: 1, share: 2}
                          - kill:
                          - exit: {every-seconds: 1}
                          - exit: {step: 1, burst: 2}
                        """))
                .isInstanceOfSatisfying(
                        BadSettingException.class,
                        e -> assertThat(e.problems())
                                .hasSize(7)
                                .anySatisfy(problem -> assertThat(problem)
                                        .contains("plan.yaml:2", "kil is no kind of fault", "Did you mean 'kill'?"))
                                .anySatisfy(problem -> assertThat(problem)
                                        .contains(
                                                "plan.yaml:3",
                                                "everyone (expected: random, all, two, leader, rank K or slot K)"))
                                .anySatisfy(problem -> assertThat(problem).contains("cod", "Did you mean 'code'?"))
                                .anySatisfy(problem -> assertThat(problem).contains("share: 2"))
                                .anySatisfy(problem -> assertThat(problem).contains("step: is missing"))
                                .anySatisfy(problem -> assertThat(problem).contains("every-seconds", "inside a worker"))
                                .anySatisfy(problem -> assertThat(problem).contains("burst", "inside a worker")));
    }

    @Test
    void anEmptyPlanIsRefused() {
        assertThatThrownBy(() -> FaultPlan.parse("plan.yaml", "pace-millis: 1"))
                .hasMessageContaining("faults: is missing or empty");
    }

    @Test
    void everyKindCanBeWrittenWithItsDefaultsAndIsNamedAfterItsType() {
        assertThat(Kinds.all()).hasSizeGreaterThanOrEqualTo(25);
        for (Kind<Fault> kind : Kinds.all()) {
            boolean needsNoStep = kind.name().endsWith("-record");
            String yaml = "faults: [%s: {%s}]"
                    .formatted(
                            kind.name(),
                            String.join(
                                    ", ",
                                    List.of(kind.parameters(), needsNoStep ? "" : "step: 1").stream()
                                            .filter(part -> !part.isEmpty())
                                            .toList()));
            Planned written = FaultPlan.parse("plan.yaml", yaml).faults().getFirst();
            assertThat(written.fault().kind()).isEqualTo(kind.name());
            Planned bare = FaultPlan.parse(
                            "plan.yaml", "faults: [%s: {%s}]".formatted(kind.name(), needsNoStep ? "" : "step: 1"))
                    .faults()
                    .getFirst();
            assertThat(written)
                    .as("the defaults that are told of %s", kind.name())
                    .isEqualTo(bare);
        }
    }

    @Test
    void killAtEveryPhaseIsAKillForEachThatAStepHas() {
        FaultPlan plan = FaultPlan.parse("plan.yaml", "faults: [kill-at-phase: {phase: every, step: 5, apart: 3}]");
        assertThat(plan.faults())
                .extracting(planned -> ((Fault.KillAtPhase) planned.fault()).phase())
                .doesNotHaveDuplicates()
                .contains(Phase.RESTORE, Phase.MEET, Phase.COPY, Phase.DATA, Phase.APPLY, Phase.EVALUATE, Phase.SAVE);
    }

    @Test
    void theExampleIsAPlan() throws Exception {
        Path example = Path.of("").toAbsolutePath().resolveSibling("examples/faults.yaml");
        assertThat(FaultPlan.parse("faults.yaml", Files.readString(example)).faults())
                .hasSizeGreaterThan(9);
    }

    @Test
    void everyFaultHasAnExpectation() {
        var kinds = new HashSet<String>();
        for (Kind<Fault> kind : Kinds.all()) {
            FaultPlan plan = FaultPlan.parse(
                    "plan.yaml",
                    "faults: [%s: %s]".formatted(kind.name(), kind.name().endsWith("-record") ? "{}" : "{step: 1}"));
            Expectation expectation = Expectation.of(plan.faults().getFirst().fault());
            assertThat(expectation.isRequired() && expectation.kinds().isEmpty())
                    .isFalse();
            kinds.addAll(expectation.kinds());
        }
        assertThat(kinds).contains("worker-killed", "worker-stuck", "save-failed", "checkpoint-damaged");
    }
}
