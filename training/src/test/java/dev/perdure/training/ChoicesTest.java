package dev.perdure.training;

import static org.assertj.core.api.Assertions.assertThat;

import dev.perdure.reliability.Decision;
import dev.perdure.reliability.Diagnosis;
import dev.perdure.reliability.FaultKind;
import dev.perdure.reliability.RecoverySequence;
import dev.perdure.reliability.Strategy;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ChoicesTest {
    private static final Strategy CHOSEN = new Strategy.RestartWorker();

    private static Decision decision(Map<FaultKind, Double> chances, Decision.Alternative... alternatives) {
        return new Decision(
                Diagnosis.prior(chances),
                List.of(alternatives),
                CHOSEN,
                new RecoverySequence(List.of(CHOSEN), 5, 0.9),
                "cheapest");
    }

    private static Decision.Alternative possible(Strategy strategy, double seconds, double success) {
        return new Decision.Alternative(strategy, seconds, success, seconds / success, Optional.empty());
    }

    private static Decision.Alternative refused(Strategy strategy, double seconds) {
        return new Decision.Alternative(strategy, seconds, 0.9, seconds / 0.9, Optional.of("there is no spare"));
    }

    @Test
    void theThreeLikeliestBeliefsAreToldTheLikeliestFirst() {
        var decision = decision(Map.of(
                FaultKind.HANG, 0.1,
                FaultKind.PROCESS_DEATH, 0.61239,
                FaultKind.HOST_FAULT, 0.2,
                FaultKind.NETWORK_CUT, 0.08761));
        assertThat(Choices.beliefs(decision))
                .containsExactly(
                        new Incident.Belief("a process died", 0.612),
                        new Incident.Belief("a host is broken", 0.2),
                        new Incident.Belief("a worker hangs", 0.1));
    }

    @Test
    void aBeliefOfLessThanAHundredthIsNotWorthTelling() {
        var decision = decision(Map.of(FaultKind.HANG, 0.009, FaultKind.PROCESS_DEATH, 0.991));
        assertThat(Choices.beliefs(decision)).containsExactly(new Incident.Belief("a process died", 0.991));
    }

    @Test
    void whatWasChosenComesFirstThenWhatWasPossibleByCostForItsChanceThenWhatWasRefused() {
        var decision = decision(
                Map.of(FaultKind.HANG, 1.0),
                refused(new Strategy.ReplaceFromSpare(), 0.1),
                possible(new Strategy.Stop(), 30, 0.99),
                possible(new Strategy.RollBack(1), 2, 0.01), // cheap, and hardly ever of use
                possible(new Strategy.ContinueWithout(), 20, 0.95),
                possible(CHOSEN, 50, 0.12345));
        assertThat(Choices.alternatives(decision))
                .containsExactly(
                        new Incident.Alternative("restart the worker", 50, 0.123, "", true),
                        new Incident.Alternative("continue without the worker", 20, 0.95, "", false),
                        new Incident.Alternative("stop and call a person", 30, 0.99, "", false),
                        new Incident.Alternative("roll back 1 checkpoint", 2, 0.01, "", false),
                        new Incident.Alternative(
                                "replace the worker from the spares", 0.1, 0.9, "there is no spare", false));
    }
}
