package dev.perdure.chaos;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.perdure.core.BadSettingException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** Plans of faults for served models say what they mean, and mean the same every time. */
class ServePlanTest {
    private static ServePlan plan(String... faults) {
        return ServePlan.parse(
                "plan.yaml",
                "faults:\n"
                        + List.of(faults).stream()
                                .map(fault -> "  - " + fault + "\n")
                                .collect(Collectors.joining()));
    }

    @Test
    void everyKindCanBeReadWithNothingButItsName() {
        for (Kind<ServeFault> kind : ServeKinds.all()) {
            ServePlan plan = plan(kind.name() + ": {}");
            assertThat(plan.faults()).as(kind.name()).hasSize(1);
            assertThat(plan.faults().getFirst().fault().kind()).isEqualTo(kind.name());
            assertThat(ServeExpectation.of(plan.faults().getFirst().fault(), 1)).isNotNull();
        }
    }

    @Test
    void theExampleHasEveryKindButThoseThatLetWrongAnswersLeaveOrNeedRoot() throws Exception {
        ServePlan plan = ServePlan.read(Path.of("..", "examples", "serve-faults.yaml"));
        assertThat(plan.hasOtherHost()).isFalse();
        assertThat(plan.faults().stream().map(planned -> planned.fault().kind()))
                .containsExactlyInAnyOrderElementsOf(ServeKinds.names().stream()
                        .filter(kind -> !kind.equals("flip-weights") && !kind.equals("host-cut-off"))
                        .toList());
        assertThat(plan.gateways()).isEqualTo(2);
        assertThat(plan.replicas()).isEqualTo(3);
    }

    @Test
    void aPlanThatCutsAHostOffHasOneAndTwoReplicasForEachGateway() throws Exception {
        ServePlan plan = ServePlan.read(Path.of("..", "examples", "host-faults.yaml"));
        assertThat(plan.hasOtherHost()).isTrue();
        assertThat(plan.faults()).anyMatch(planned -> planned.fault() instanceof ServeFault.HostCutOff);
        assertThatThrownBy(() -> ServePlan.parse(
                        "plan.yaml", "gateways: 2\nreplicas: 1\nfaults:\n  - host-cut-off: {seconds: 3}\n"))
                .hasMessageContaining("replicas: 1 (expected: a whole number >= 2");
    }

    @Test
    void settingsOfAKindAreRead() {
        ServePlan plan = ServePlan.parse(
                "plan.yaml",
                "replicas: 4\nrequests-per-second: 12.5\ncalm-seconds: 0.5\npatience: 3\nfaults:\n  - slow: {delay-millis: 70, seconds: 2}\n  - kill: {times: 3}\n");
        assertThat(plan.gateways()).isEqualTo(1);
        assertThat(plan("kill-gateway: {}").gateways()).isEqualTo(2);
        assertThat(plan.replicas()).isEqualTo(4);
        assertThat(plan.perSecond()).isEqualTo(12.5);
        assertThat(plan.calm()).isEqualTo(Duration.ofMillis(500));
        assertThat(plan.patience()).isEqualTo(3);
        assertThat(plan.faults().getFirst().fault())
                .isEqualTo(new ServeFault.Slow(Duration.ofMillis(70), Duration.ofSeconds(2)));
        assertThat(plan("overload: {factor: 5, times: 2}").entries(1).stream().map(ServePlan.Entry::fault))
                .containsOnly(new ServeFault.Overload(5, Duration.ofSeconds(3)))
                .hasSize(2);
        assertThat(plan.entries(1).stream().map(ServePlan.Entry::id))
                .containsExactly("01-slow", "02-kill-1", "02-kill-2", "02-kill-3");
    }

    @Test
    void whatAPlanCannotMeanIsSaidWithWhatWasMeant() {
        assertThatThrownBy(() -> plan("kil: {}"))
                .isInstanceOf(BadSettingException.class)
                .hasMessageContaining("Did you mean 'kill'");
        assertThatThrownBy(() -> plan("pause: {seconds: -1}", "exceptions: {every: 0}"))
                .isInstanceOfSatisfying(
                        BadSettingException.class,
                        bad -> assertThat(bad.problems()).hasSize(2));
        assertThatThrownBy(() -> ServePlan.parse("plan.yaml", "replicas: 1\nfaults:\n  - kill: {}\n"))
                .hasMessageContaining("replicas: 1 (expected: a whole number >= 2");
        assertThatThrownBy(() -> ServePlan.parse("plan.yaml", "faults: []\n")).hasMessageContaining("faults");
    }

    @Test
    void theSameSeedMakesTheSameChoicesAndAnotherMakesOthers() {
        ServePlan plan = plan("kill: {times: 20}");
        assertThat(plan.entries(7)).isEqualTo(plan.entries(7));
        assertThat(plan.entries(7).stream().map(ServePlan.Entry::draw))
                .doesNotHaveDuplicates()
                .doesNotContainAnyElementsOf(
                        plan.entries(8).stream().map(ServePlan.Entry::draw).toList());
    }
}
