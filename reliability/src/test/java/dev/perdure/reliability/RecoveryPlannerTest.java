package dev.perdure.reliability;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.perdure.reliability.RecoveryBudget.Attempt;
import dev.perdure.reliability.RecoveryPlanner.Option;
import dev.perdure.reliability.RecoveryPlanner.Situation;
import dev.perdure.reliability.Strategy.CarryOn;
import dev.perdure.reliability.Strategy.ContinueWithout;
import dev.perdure.reliability.Strategy.ReplaceFromSpare;
import dev.perdure.reliability.Strategy.ReplayRecipe;
import dev.perdure.reliability.Strategy.RestartAll;
import dev.perdure.reliability.Strategy.RestartElsewhere;
import dev.perdure.reliability.Strategy.RestartWorker;
import dev.perdure.reliability.Strategy.RollBack;
import dev.perdure.reliability.Strategy.RollBackSlower;
import dev.perdure.reliability.Strategy.SkipBatch;
import dev.perdure.reliability.Strategy.Stop;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RecoveryPlannerTest {
    private static final RecoveryPlanner PLANNER =
            new RecoveryPlanner(SuccessRates.standard(), RecoveryBudget.usual(), Fleet.empty());
    private static final List<Option> OPTIONS = List.of(
            new Option(new CarryOn(), 5),
            new Option(new ReplaceFromSpare(), 3),
            new Option(new RestartWorker(), 8),
            new Option(new RestartElsewhere("h2"), 20),
            new Option(new SkipBatch(), 2),
            new Option(new RollBack(1), 60),
            new Option(new RollBack(3), 200),
            new Option(new RollBackSlower(1, 0.5), 90),
            new Option(new RestartAll(), 90),
            new Option(new ReplayRecipe(), 20_000));

    private static Situation situation(FaultKind fault, List<Option> options, List<Attempt> attempts) {
        double other = 0.01 / (FaultKind.values().length - 1);
        var chances = new EnumMap<FaultKind, Double>(FaultKind.class);
        for (FaultKind kind : FaultKind.values()) {
            chances.put(kind, kind == fault ? 0.99 : other);
        }
        return new Situation(7, "w1", "h1", Diagnosis.prior(chances), options, attempts, 1000, 50_000);
    }

    @ParameterizedTest
    @CsvSource({
        "PROCESS_DEATH, replace the worker from the spares",
        "HANG, replace the worker from the spares",
        "HOST_FAULT, replace the worker from the spares",
        "HEALTHY, skip the batch",
        "BAD_RECORD, skip the batch",
        "NOT_FINITE, skip the batch",
    })
    void theCheapestForItsChanceIsTriedFirst(FaultKind fault, String words) {
        Decision decision = PLANNER.decide(situation(fault, OPTIONS, List.of()));
        assertThat(decision.chosen().words()).as("%s", decision.reason()).isEqualTo(words);
    }

    @Test
    void aDivergingTrainingIsRolledBackAndSlowed() {
        Decision decision = PLANNER.decide(situation(
                FaultKind.DIVERGENCE,
                List.of(
                        new Option(new RestartWorker(), 8),
                        new Option(new RollBack(1), 60),
                        new Option(new RollBackSlower(1, 0.5), 60)),
                List.of()));
        assertThat(decision.chosen()).isEqualTo(new RollBackSlower(1, 0.5));
    }

    @Test
    void aDecisionTellsItsGroundsAlternativesAndReason() {
        Situation situation = situation(FaultKind.PROCESS_DEATH, OPTIONS, List.of());
        Decision decision = PLANNER.decide(situation);
        assertThat(decision.alternatives()).hasSize(OPTIONS.size());
        assertThat(decision.alternatives().get(2).words()).startsWith("restart the worker (8 s, works in 89 %)");
        assertThat(decision.sequence().order().getFirst()).isEqualTo(decision.chosen());
        assertThat(decision.sequence().success()).isGreaterThan(0.99);
        assertThat(decision.reason())
                .startsWith("Most likely a process died (99 %). Plan: replace the worker from the spares, then")
                .contains("on average, works in");
        assertThat(PLANNER.decide(situation)).isEqualTo(decision);
    }

    @Test
    void whatFailedOnceIsBelievedLessAndTheNextIsTried() {
        var first = PLANNER.decide(situation(FaultKind.PROCESS_DEATH, OPTIONS, List.of()));
        var tried = new Attempt(7, "w1", first.chosen(), 1000, false);
        var second = PLANNER.decide(situation(FaultKind.PROCESS_DEATH, OPTIONS, List.of(tried)));
        assertThat(second.diagnosis().chance(FaultKind.PROCESS_DEATH))
                .isLessThan(first.diagnosis().chance(FaultKind.PROCESS_DEATH));
        var otherIncident = new Attempt(6, "w1", first.chosen(), 1000, false);
        assertThat(PLANNER.decide(situation(FaultKind.PROCESS_DEATH, OPTIONS, List.of(otherIncident)))
                        .diagnosis())
                .isEqualTo(first.diagnosis());
    }

    @Test
    void aStrategyIsNotTriedAFourthTimeBeforeTheRunHasComeOn() {
        var options = List.of(new Option(new RestartWorker(), 8), new Option(new RestartAll(), 9000));
        var tried = new ArrayList<Attempt>();
        for (long incident = 0; incident < 3; incident++) {
            assertThat(PLANNER.decide(situation(FaultKind.PROCESS_DEATH, options, tried))
                            .chosen())
                    .isEqualTo(new RestartWorker());
            tried.add(new Attempt(incident, "w1", new RestartWorker(), 950, true));
        }
        Decision fourth = PLANNER.decide(situation(FaultKind.PROCESS_DEATH, options, tried));
        assertThat(fourth.chosen()).isEqualTo(new RestartAll());
        assertThat(fourth.reason()).contains("Not restart the worker: tried 3 times within 100 steps (at most 3)");
        tried.replaceAll(a -> new Attempt(a.incident(), a.target(), a.strategy(), 900, true));
        assertThat(PLANNER.decide(situation(FaultKind.PROCESS_DEATH, options, tried))
                        .chosen())
                .as("forgiven after 100 steps")
                .isEqualTo(new RestartWorker());
    }

    /** Whatever an adversary makes of it, tries are bounded by the progress of the run. */
    @Test
    void everyLoopEnds() {
        for (long seed = 0; seed < 200; seed++) {
            var random = new Random(seed);
            var budget = new RecoveryBudget(1 + random.nextInt(3), 1 + random.nextInt(8), 1 + random.nextInt(50));
            var planner = new RecoveryPlanner(SuccessRates.standard(), budget, Fleet.empty());
            var attempts = new ArrayList<Attempt>();
            long step = 0;
            boolean stopped = false;
            while (!stopped && step < 300) {
                FaultKind fault = List.of(FaultKind.values()).get(random.nextInt(FaultKind.values().length));
                Situation base = situation(fault, OPTIONS, attempts);
                Decision decision = planner.decide(new Situation(
                        random.nextInt(5),
                        "w" + random.nextInt(3),
                        "h",
                        base.diagnosis(),
                        OPTIONS,
                        attempts,
                        step,
                        1e9));
                stopped = decision.chosen() instanceof Stop;
                if (!stopped) {
                    attempts.add(
                            new Attempt(0, "w" + random.nextInt(3), decision.chosen(), step, random.nextBoolean()));
                }
                step += random.nextInt(4) == 0 ? random.nextInt(10) : 0;
                assertThat(attempts.size()).as("seed %d", seed).isLessThanOrEqualTo((int)
                        (budget.triesMax() * (1 + step / budget.stepsToEarnBack())));
            }
        }
    }

    @Test
    void withTheBudgetSpentItStopsAndSaysSo() {
        var attempts = new ArrayList<Attempt>();
        for (int i = 0; i < 30; i++) {
            attempts.add(new Attempt(i, "w" + i, new RollBack(1 + i), 990, true));
        }
        Decision decision = PLANNER.decide(situation(FaultKind.HANG, OPTIONS, attempts));
        assertThat(decision.chosen()).isEqualTo(new Stop());
        assertThat(decision.reason()).contains("Stop: 30 tries within 100 steps (at most 30)");
        assertThat(PLANNER.decide(situation(FaultKind.HANG, List.of(), List.of()))
                        .reason())
                .contains("Stop: nothing else can be done");
        assertThatThrownBy(() -> new Option(new Stop(), 1)).hasMessageContaining("option: stop");
    }

    @Test
    void aWorkerIsNotRestartedOnALemon() {
        var fleet = Fleet.empty().after("h1", 6, 10).after("h2", 1, 500).after("h3", 0, 500);
        var planner = new RecoveryPlanner(SuccessRates.standard(), RecoveryBudget.usual(), fleet);
        var options = List.of(new Option(new RestartWorker(), 8), new Option(new RestartElsewhere("h3"), 500));
        Decision decision = planner.decide(situation(FaultKind.PROCESS_DEATH, options, List.of()));
        assertThat(decision.chosen()).isEqualTo(new RestartElsewhere("h3"));
        assertThat(decision.reason()).contains("Not restart the worker: h1 failed 6 times in 10 h");
        assertThat(PLANNER.decide(situation(FaultKind.PROCESS_DEATH, options, List.of()))
                        .chosen())
                .isEqualTo(new RestartWorker());
    }

    @Test
    void outcomesChangeWhatIsTried() {
        var rates = SuccessRates.standard();
        var options = List.of(new Option(new RestartWorker(), 8), new Option(new ContinueWithout(), 12));
        var situation = situation(FaultKind.PROCESS_DEATH, options, List.of());
        for (int i = 0; i < 10; i++) {
            rates = rates.after(new RestartWorker(), situation.diagnosis(), false);
        }
        var learned = new RecoveryPlanner(rates, RecoveryBudget.usual(), Fleet.empty());
        assertThat(PLANNER.decide(situation).chosen()).isEqualTo(new RestartWorker());
        assertThat(learned.decide(situation).chosen()).isEqualTo(new ContinueWithout());
    }

    @Test
    void successRatesComeNearTheTruthAndKnowHowNear() {
        var random = new Random(2);
        var rates = SuccessRates.standard();
        for (int i = 0; i < 2000; i++) {
            rates = rates.after(new RollBack(2), FaultKind.DIVERGENCE, random.nextDouble() < 0.62);
        }
        Beta learned = rates.of(new RollBack(2), FaultKind.DIVERGENCE);
        assertThat(learned.mean()).isCloseTo(0.62, within(0.04));
        assertThat(learned.credible(0.999).contains(0.62)).isTrue();
        assertThat(rates.of(new RollBack(1), FaultKind.DIVERGENCE).mean())
                .as("another key")
                .isCloseTo(0.3, within(1e-12));
        assertThat(rates.success(new RollBack(2), Diagnosis.prior(Map.of(FaultKind.DIVERGENCE, 1.0))))
                .isEqualTo(learned.mean());
    }

    @Test
    void everyStrategyHasABeliefForEveryFault() {
        var strategies =
                new ArrayList<Strategy>(OPTIONS.stream().map(Option::strategy).toList());
        strategies.addAll(List.of(new ContinueWithout(), new Stop()));
        assertThat(strategies.stream().map(Strategy::getClass).distinct())
                .hasSize(Strategy.class.getPermittedSubclasses().length);
        for (Strategy strategy : strategies) {
            for (FaultKind fault : FaultKind.values()) {
                assertThat(SuccessRates.standard().of(strategy, fault).mean()).isBetween(0.005, 0.995);
            }
        }
    }

    @Test
    void oneWildMeasurementMovesACostLittle() {
        var cost = MeasuredCost.assume(60);
        assertThat(cost.seconds()).isEqualTo(60);
        assertThat(cost.after(10).seconds()).isEqualTo(35);
        for (int i = 0; i < 20; i++) {
            cost = cost.after(10 + 0.1 * i);
        }
        assertThat(cost.after(1e6).seconds()).isCloseTo(cost.seconds(), within(0.5));
        assertThat(cost.seconds()).isBetween(10.0, 14.0);
    }
}
