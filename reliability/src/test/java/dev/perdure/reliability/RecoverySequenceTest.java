package dev.perdure.reliability;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.perdure.reliability.RecoverySequence.Try;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class RecoverySequenceTest {
    private static final Diagnosis CERTAIN = Diagnosis.prior(Map.of(FaultKind.PROCESS_DEATH, 1.0));

    private static Try attempt(int checkpoints, double seconds, double success) {
        return new Try(new Strategy.RollBack(checkpoints), seconds, Map.of(FaultKind.PROCESS_DEATH, success));
    }

    /** M5: restart (0.9, 1000), retrain (0.8, 2000): 1000 + 0.1 · 2000 = 1200, and 1 − 0.1 · 0.2 = 0.98. */
    @Test
    void restartThenRetrainCostsAndAchievesWhatTheRequirementsSay() {
        var restart = new Try(new Strategy.RestartWorker(), 1000, Map.of(FaultKind.PROCESS_DEATH, 0.9));
        var retrain = new Try(new Strategy.ReplayRecipe(), 2000, Map.of(FaultKind.PROCESS_DEATH, 0.8));
        RecoverySequence best = RecoverySequence.best(List.of(retrain, restart), CERTAIN, 1e6);
        assertThat(best.order()).containsExactly(new Strategy.RestartWorker(), new Strategy.ReplayRecipe());
        assertThat(best.expectedSeconds()).isCloseTo(1200, within(1e-9));
        assertThat(best.success()).isCloseTo(0.98, within(1e-12));
    }

    @Test
    void independentTriesAreBestInTheOrderOfCostOverChance() {
        for (long seed = 0; seed < 300; seed++) {
            var random = new Random(seed);
            List<Try> tries = tries(random, List.of(FaultKind.PROCESS_DEATH));
            var byIndex = new ArrayList<>(tries);
            byIndex.sort(Comparator.comparingDouble(t -> t.secondsPerSuccess(CERTAIN)));
            double byRule = RecoverySequence.inOrder(byIndex, CERTAIN).expectedSeconds();
            double byForce = permutations(tries).stream()
                    .mapToDouble(
                            order -> RecoverySequence.inOrder(order, CERTAIN).expectedSeconds())
                    .min()
                    .orElseThrow();
            assertThat(byRule).as("seed %d", seed).isCloseTo(byForce, within(1e-9 * byForce));
            RecoverySequence best = RecoverySequence.best(tries, CERTAIN, 1e12);
            assertThat(best.order())
                    .as("seed %d", seed)
                    .isEqualTo(byIndex.stream().map(Try::strategy).toList());
        }
    }

    /** Also with uncertain faults, and where stopping early is best: against every order of every subset. */
    @Test
    void noSequenceCostsLessThanTheBest() {
        int shortened = 0;
        int unlikeTheRule = 0;
        for (long seed = 0; seed < 300; seed++) {
            var random = new Random(seed);
            Diagnosis diagnosis = diagnosis(random);
            List<Try> tries = tries(random, List.copyOf(diagnosis.chances().keySet()));
            double stop = 3000 * random.nextDouble();
            double byForce = stop;
            for (List<Try> order : permutations(tries)) {
                for (int length = 1; length <= order.size(); length++) {
                    byForce = Math.min(
                            byForce, cost(RecoverySequence.inOrder(order.subList(0, length), diagnosis), stop));
                }
            }
            RecoverySequence best = RecoverySequence.best(tries, diagnosis, stop);
            assertThat(cost(best, stop)).as("seed %d", seed).isCloseTo(byForce, within(1e-9 * byForce));
            shortened += best.order().size() < tries.size() ? 1 : 0;
            var byIndex = new ArrayList<>(tries);
            byIndex.sort(Comparator.comparingDouble(t -> t.secondsPerSuccess(diagnosis)));
            unlikeTheRule += best.order()
                            .equals(byIndex.stream()
                                    .limit(best.order().size())
                                    .map(Try::strategy)
                                    .toList())
                    ? 0
                    : 1;
        }
        assertThat(shortened).as("some stop early").isGreaterThan(10);
        assertThat(unlikeTheRule).as("what a failed try says matters").isGreaterThan(10);
    }

    private static double cost(RecoverySequence sequence, double stop) {
        return sequence.expectedSeconds() + (1 - sequence.success()) * stop;
    }

    private static Diagnosis diagnosis(Random random) {
        FaultKind[] kinds = {FaultKind.PROCESS_DEATH, FaultKind.HOST_FAULT, FaultKind.DIVERGENCE};
        var chances = new EnumMap<FaultKind, Double>(FaultKind.class);
        double left = 1;
        for (int i = 0; i < 2; i++) {
            double chance = left * random.nextDouble();
            chances.put(kinds[i], chance);
            left -= chance;
        }
        chances.put(kinds[2], left);
        return Diagnosis.prior(chances);
    }

    private static List<Try> tries(Random random, List<FaultKind> faults) {
        var tries = new ArrayList<Try>();
        for (int i = 1; i <= 2 + random.nextInt(4); i++) {
            var success = new EnumMap<FaultKind, Double>(FaultKind.class);
            faults.forEach(fault -> success.put(fault, 0.02 + 0.96 * random.nextDouble()));
            tries.add(new Try(new Strategy.RollBack(i), 1 + 1000 * random.nextDouble(), success));
        }
        return tries;
    }

    private static List<List<Try>> permutations(List<Try> tries) {
        if (tries.isEmpty()) {
            return List.of(List.of());
        }
        var all = new ArrayList<List<Try>>();
        for (Try first : tries) {
            var rest = new ArrayList<>(tries);
            rest.remove(first);
            for (List<Try> order : permutations(rest)) {
                var longer = new ArrayList<Try>(List.of(first));
                longer.addAll(order);
                all.add(longer);
            }
        }
        return all;
    }

    @Test
    void whatItSaysIsTheMeanOfWhatHappens() {
        var random = new Random(33);
        Diagnosis diagnosis = diagnosis(random);
        List<Try> tries = tries(random, List.copyOf(diagnosis.chances().keySet()));
        RecoverySequence sequence = RecoverySequence.inOrder(tries, diagnosis);
        int runs = 100_000;
        double seconds = 0;
        int worked = 0;
        for (int run = 0; run < runs; run++) {
            double left = random.nextDouble();
            FaultKind fault = FaultKind.DIVERGENCE;
            for (FaultKind kind : diagnosis.chances().keySet()) {
                left -= diagnosis.chance(kind);
                if (left < 0) {
                    fault = kind;
                    break;
                }
            }
            for (Try next : tries) {
                seconds += next.seconds() / runs;
                if (random.nextDouble() < next.against(fault)) {
                    worked++;
                    break;
                }
            }
        }
        assertThat(seconds).isCloseTo(sequence.expectedSeconds(), within(0.01 * sequence.expectedSeconds()));
        assertThat(worked / (double) runs).isCloseTo(sequence.success(), within(0.005));
    }

    @Test
    void whatCannotWorkOrCostsMoreThanItsChanceIsLeftOut() {
        assertThat(RecoverySequence.best(List.of(attempt(1, 10, 0)), CERTAIN, 1e9)
                        .order())
                .isEmpty();
        assertThat(RecoverySequence.best(List.of(attempt(1, 10, 0.01)), CERTAIN, 999)
                        .order())
                .isEmpty();
        assertThat(RecoverySequence.best(List.of(attempt(1, 10, 0.01)), CERTAIN, 1001)
                        .order())
                .hasSize(1);
        assertThat(RecoverySequence.best(List.of(), CERTAIN, 5).success()).isZero();
    }

    @Test
    void nothingIsTriedAfterWhatCannotFail() {
        RecoverySequence best = RecoverySequence.best(List.of(attempt(1, 10, 1), attempt(2, 99, 0.9)), CERTAIN, 1e9);
        assertThat(best.order()).containsExactly(new Strategy.RollBack(1));
        assertThat(best.success()).isEqualTo(1);
    }

    @Test
    void ofVeryManyTheBestByCostOverChanceAreConsidered() {
        var tries = new ArrayList<Try>();
        for (int i = 1; i <= 40; i++) {
            tries.add(attempt(i, 100 + i, 0.5));
        }
        RecoverySequence best = RecoverySequence.best(tries, CERTAIN, 1e9);
        assertThat(best.order()).hasSize(14).startsWith(new Strategy.RollBack(1), new Strategy.RollBack(2));
    }
}
