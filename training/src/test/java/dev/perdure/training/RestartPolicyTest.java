package dev.perdure.training;

import static org.assertj.core.api.Assertions.assertThat;

import dev.perdure.training.RestartPolicy.Decision;
import dev.perdure.training.RestartPolicy.History;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class RestartPolicyTest {
    private static final RestartPolicy POLICY = new RestartPolicy(5, 2, Duration.ofMillis(100));

    @Test
    void aKilledTrainerThatGotFurtherIsRestartedAtOnce() {
        assertThat(POLICY.decide(137, true, new History(4, 0)))
                .isInstanceOfSatisfying(
                        Decision.Restart.class, r -> assertThat(r.pause()).isZero());
    }

    @Test
    void oneThatGetsNowhereWaitsLongerEachTimeAndThenStops() {
        History history = History.none();
        assertThat(POLICY.decide(134, false, history)).isInstanceOf(Decision.Restart.class);
        history = history.restarted(false);
        assertThat(POLICY.decide(134, false, history))
                .isInstanceOfSatisfying(
                        Decision.Restart.class, r -> assertThat(r.pause()).isEqualTo(Duration.ofMillis(100)));
        history = history.restarted(false);
        assertThat(POLICY.decide(134, false, history)).isInstanceOfSatisfying(Decision.GiveUp.class, g -> {
            assertThat(g.exitCode()).isEqualTo(ExitCode.RESTARTS_SPENT);
            assertThat(g.reason()).contains("fruitless-restarts-max: 2");
        });
    }

    @Test
    void aNewStepForgivesFruitlessRestarts() {
        History history = History.none().restarted(false).restarted(false).restarted(true);
        assertThat(history).isEqualTo(new History(3, 0));
    }

    @Test
    void theBudgetEndsEveryLoop() {
        assertThat(POLICY.decide(137, true, new History(5, 0)))
                .isInstanceOfSatisfying(
                        Decision.GiveUp.class, g -> assertThat(g.reason()).contains("restarts-max: 5"));
    }

    @Test
    void whatWouldHappenAgainIsNotTriedAgain() {
        for (ExitCode code : ExitCode.values()) {
            Decision decision = POLICY.decide(code.code(), true, History.none());
            switch (code) {
                case OK -> assertThat(decision).isInstanceOf(Decision.Done.class);
                case INTERNAL, INTERRUPTED -> assertThat(decision).isInstanceOf(Decision.Restart.class);
                case BAD_SETTING, BAD_DATA, STORE_FAILED, DIVERGED, RESTARTS_SPENT, DAMAGED ->
                    assertThat(decision)
                            .isInstanceOfSatisfying(
                                    Decision.GiveUp.class,
                                    g -> assertThat(g.exitCode()).isEqualTo(code));
            }
        }
    }
}
