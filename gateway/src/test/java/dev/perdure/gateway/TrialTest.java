package dev.perdure.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.perdure.gateway.ModelDesk.FleetLook;
import dev.perdure.gateway.RolloutSettings.Manner;
import dev.perdure.routing.ReplicaId;
import dev.perdure.routing.Rollout;
import dev.perdure.routing.Rollout.Arm;
import dev.perdure.routing.Rollout.Seen;
import dev.perdure.routing.Rollout.Stage;
import java.time.Duration;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** A newer version until it takes over or goes, look after look. */
class TrialTest {
    private static final long SECOND = 1_000_000_000L;
    private static final FleetLook ONE = new FleetLook(1, List.of(new ReplicaId("2", 1)));
    private static final FleetLook TWO = new FleetLook(2, List.of(new ReplicaId("2", 1), new ReplicaId("2", 2)));

    private static Trial trial(Manner manner) {
        RolloutSettings usual = Scaled.rollouts();
        var settings = new RolloutSettings(
                manner,
                usual.options(),
                0.1,
                Duration.ZERO,
                Duration.ZERO,
                Duration.ofSeconds(60),
                Duration.ofSeconds(10));
        return Trial.of(
                Deployment.of(Scaled.version("1", 2), 1, 0.1),
                Deployment.of(Scaled.version("2", 2), 1, 0.1),
                settings,
                2,
                0);
    }

    private static Stage stage(Trial trial) {
        return trial.rollout().orElseThrow().stage();
    }

    @Test
    void requestsHaveNothingToDoWithItUntilAReplicaAnswers() {
        Trial waits = trial(Manner.GRADUAL).looked(FleetLook.NOBODY, SECOND);
        assertThat(waits.route(new SplittableRandom(1))).isEmpty();
        Trial begun = waits.looked(ONE, 2 * SECOND);
        assertThat(stage(begun)).isEqualTo(new Stage.Shadow(2 * SECOND, 0));
        assertThat(begun.route(new SplittableRandom(1)).orElseThrow().arm()).isEqualTo(Arm.STABLE);
    }

    @Test
    void atOnceItTakesOverWhenItHasAllItsReplicasAndNoRequestIsTriedBefore() {
        Trial one = trial(Manner.AT_ONCE).looked(ONE, SECOND);
        assertThat(one.isOver()).isFalse();
        assertThat(one.route(new SplittableRandom(1))).isEmpty();
        Trial two = one.looked(TWO, 2 * SECOND);
        assertThat(stage(two)).isEqualTo(new Stage.Promoted());
        assertThat(two.route(new SplittableRandom(1))).isEmpty();
    }

    @Test
    void whatIsOnTrialTakesOverWithoutItWhenItIsToAtOnceAndHasAllItsReplicas() {
        Trial waits = trial(Manner.GRADUAL).atOnce().looked(ONE, SECOND);
        assertThat(waits.isOver()).isFalse();
        assertThat(waits.route(new SplittableRandom(1))).isEmpty();
        assertThat(stage(waits.looked(TWO, 2 * SECOND))).isEqualTo(new Stage.Promoted());
        Trial tried = trial(Manner.GRADUAL).looked(ONE, SECOND).atOnce();
        assertThat(tried.route(new SplittableRandom(1))).isEmpty();
        assertThat(stage(tried.looked(TWO, 2 * SECOND))).isEqualTo(new Stage.Promoted());
    }

    @Test
    void itIsGivenUpWhenNoReplicaIsEverReady() {
        Trial trial = trial(Manner.GRADUAL);
        for (int second = 1; second < 60; second++) {
            trial = trial.looked(FleetLook.NOBODY, second * SECOND);
            assertThat(trial.isOver()).isFalse();
        }
        trial = trial.looked(FleetLook.NOBODY, 60 * SECOND);
        assertThat(stage(trial)).isEqualTo(new Stage.RolledBack("for 60 s no replica of it could be asked"));
    }

    @Test
    void itIsGivenUpWhenItsReplicasEndAgainAndAgain() {
        Trial trial = trial(Manner.GRADUAL).looked(ONE, SECOND);
        int seconds = 1;
        while (!trial.isOver()) {
            trial = trial.looked(FleetLook.NOBODY, ++seconds * SECOND);
            trial = trial.looked(ONE, ++seconds * SECOND);
        }
        assertThat(seconds).isBetween(20, 22);
    }

    @Test
    void onceItIsOverNothingChangesAnyMore() {
        Trial over = trial(Manner.GRADUAL).looked(ONE, SECOND).rolledBack("somebody wants it", 2 * SECOND);
        assertThat(over.promoted(3 * SECOND)).isEqualTo(over);
        assertThat(over.looked(FleetLook.NOBODY, 100 * SECOND)).isEqualTo(over);
        assertThat(over.after(new Seen.Compared(false), 3 * SECOND)).isEqualTo(over);
        assertThat(over.rollout().map(Rollout::isOver)).contains(true);
    }
}
