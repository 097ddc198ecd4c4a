package dev.perdure.supervision;

import static dev.perdure.supervision.Scene.id;
import static org.assertj.core.api.Assertions.assertThat;

import dev.perdure.reliability.Decision;
import dev.perdure.reliability.FaultKind;
import dev.perdure.reliability.Fleet;
import dev.perdure.reliability.Strategy;
import dev.perdure.reliability.SuccessRates;
import dev.perdure.supervision.Progress.Phase;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

/** What is decided about each kind of incident, and that it is done. */
class DecisionsTest {
    private static OptionalLong at(long position) {
        return OptionalLong.of(position);
    }

    private static Decision decided(Scene scene) {
        return scene.incidents().getFirst().decision().orElseThrow();
    }

    private static String refusal(Decision decision, Strategy strategy) {
        return decision.alternatives().stream()
                .filter(alternative -> alternative.strategy().equals(strategy))
                .findFirst()
                .flatMap(Decision.Alternative::refused)
                .orElse("");
    }

    @Test
    void aKilledWorkerIsLaunchedAgainAndTheIncidentSaysWhatWasBelievedAndWeighed() {
        Scene scene = Scene.stepping(3, 0).steps(1, 40, "w0-1", "w1-1", "w2-1").forget();
        scene.on(new Event.Exited(id("w1-1"), 137)).tick();
        Decision decision = decided(scene);
        assertThat(decision.chosen()).isEqualTo(new Strategy.RestartWorker());
        assertThat(decision.diagnosis().mostLikely()).isEqualTo(FaultKind.PROCESS_DEATH);
        assertThat(refusal(decision, new Strategy.ReplaceFromSpare())).contains("no spare");
        assertThat(refusal(decision, new Strategy.RestartElsewhere("another host")))
                .contains("one host only");
        assertThat(decision.alternatives())
                .filteredOn(alternative -> alternative.strategy() instanceof Strategy.ContinueWithout)
                .singleElement()
                .satisfies(alternative -> assertThat(alternative.seconds()).isGreaterThan(10));
        assertThat(scene.launched()).containsExactly("w1-2");
    }

    @Test
    void aStoppedWorkerIsBelievedToHangSinceNeitherItsProcessNorItsConnectionHasEnded() {
        Scene scene = Scene.stepping(2, 0);
        scene.pass(2_500, 1, new Progress(4, Phase.EXCHANGING, -1), "w0-1");
        assertThat(scene.incidents().getFirst().kind()).isEqualTo("worker-silent");
        assertThat(decided(scene).diagnosis().mostLikely()).isEqualTo(FaultKind.HANG);
        assertThat(decided(scene).diagnosis().chance(FaultKind.NETWORK_CUT)).isLessThan(0.2);
    }

    @Test
    void aLostConnectionIsBelievedToBeTheProcessOrTheNetwork() {
        Scene scene = Scene.stepping(2, 0);
        long connection = scene.connections.getOrDefault(id("w1-1"), 0L);
        scene.on(new Event.ConnectionLost(connection, id("w1-1"), "reset by peer"));
        for (int i = 0; i < 100 && scene.incidents().isEmpty(); i++) {
            scene.pass(50, 1, new Progress(4, Phase.EXCHANGING, -1), "w0-1");
        }
        assertThat(decided(scene).diagnosis().chance(FaultKind.HANG)).isLessThan(0.1);
    }

    @Test
    void aSpareIsCheaperThanARestart() {
        Scene scene = Scene.stepping(2, 1).on(new Event.Exited(id("w0-1"), 137)).tick();
        assertThat(decided(scene).chosen()).isEqualTo(new Strategy.ReplaceFromSpare());
        assertThat(scene.launched()).as("the next spare").containsExactly("w0-2");
    }

    @Test
    void theLastWorkerIsRestartedSinceNobodyCouldGoOnWithoutIt() {
        Scene scene = Scene.stepping(1, 0).on(new Event.Exited(id("w0-1"), 137)).tick();
        Decision decision = decided(scene);
        assertThat(decision.chosen()).isEqualTo(new Strategy.RestartWorker());
        assertThat(refusal(decision, new Strategy.ContinueWithout())).contains("nobody else");
    }

    @Test
    void aSlotWhoseTriesAreSpentIsLeftEmptyWhileTheOthersGoOn() {
        Scene scene = Scene.stepping(2, 0).on(new Event.Exited(id("w1-1"), 1)).ready(2, at(6), "w0-1");
        scene.formed(2, 6, "w0-1");
        int triesMax = Budgets.standard().recovery().triesOfOneMax();
        for (int life = 2; life <= triesMax + 1; life++) {
            for (int i = 0; i < 800 && scene.launched().isEmpty(); i++) {
                scene.pass(50, 2, new Progress(6, Phase.COMPUTING, i), "w0-1");
            }
            assertThat(scene.launched()).contains("w1-" + life);
            scene.forget().on(new Event.Exited(id("w1-" + life), 1)).tick();
        }
        Decision decision = decided(scene);
        assertThat(decision.chosen()).isEqualTo(new Strategy.ContinueWithout());
        assertThat(refusal(decision, new Strategy.RestartWorker())).contains("tried " + triesMax + " times");
        scene.forget().pass(40_000, 2, new Progress(6, Phase.APPLYING, 0), "w0-1");
        assertThat(scene.launched()).isEmpty();
        assertThat(scene.supervision.stage()).isInstanceOf(Stage.Running.class);
    }

    @Test
    void whatWasTriedIsToldOnceItIsKnownWhetherItHelped() {
        Scene scene = Scene.stepping(2, 0).steps(1, 40, "w0-1", "w1-1");
        scene.on(new Event.Exited(id("w1-1"), 137)).ready(2, at(40), "w0-1").formed(2, 40, "w0-1");
        scene.steps(2, 44, "w0-1").tick();
        assertThat(scene.tried()).as("the slot itself has not helped yet").isEmpty();
        scene.on(new Event.Exited(id("w1-2"), 1)).tick();
        assertThat(scene.tried()).extracting(Fact.Tried::helped).containsExactly(false);
        scene.pass(600, 2, new Progress(44, Phase.COMPUTING, 0), "w0-1").join("w1-3");
        scene.met(3, "w1-3", "w0-1").formed(3, 44, "w0-1", "w1-3");
        scene.steps(3, 46, "w0-1", "w1-3").tick();
        assertThat(scene.tried()).extracting(Fact.Tried::helped).containsExactly(false, true);
        assertThat(scene.tried()).extracting(Fact.Tried::strategy).containsOnly("restart-worker");
    }

    @Test
    void aGroupBrokenByNobodyIsFormedAgain() {
        Scene scene = Scene.stepping(2, 0);
        scene.say(new FromWorker.Broken(id("w0-1"), 1, at(4), "timeout")).ready(2, at(4), "w0-1", "w1-1");
        assertThat(decided(scene).chosen()).isEqualTo(new Strategy.CarryOn());
    }

    @Test
    void statesThatDifferGoBackToACheckpoint() {
        Scene scene = Scene.stepping(2, 0);
        scene.say(new FromWorker.Stands(id("w0-1"), 1, 8, 5)).say(new FromWorker.Stands(id("w1-1"), 1, 8, 6));
        scene.tick();
        assertThat(decided(scene).chosen()).isEqualTo(new Strategy.RollBack(1));
        assertThat(decided(scene).diagnosis().mostLikely()).isEqualTo(FaultKind.SILENT_CORRUPTION);
    }

    @Test
    void aMemberThatIsBehindHoldsUpThoseWhoWaitEvenIfItWaitsItself() {
        Scene scene = Scene.stepping(2, 0);
        for (int i = 0; i < 65 * 20 && scene.killed().isEmpty(); i++) {
            scene.millis += 50;
            scene.say(new FromWorker.Heartbeat(id("w0-1"), 1, new Progress(4, Phase.EXCHANGING, -1)));
            scene.say(new FromWorker.Heartbeat(id("w1-1"), 1, new Progress(2, Phase.EXCHANGING, -1)));
            scene.tick();
        }
        assertThat(scene.killed()).containsExactly("w1-1");
        assertThat(scene.incidents().toString()).contains("waiting for it: w0-1");
    }

    @Test
    void whatAWorkerNoticesOfStorageIsJudgedAndLookedAt() {
        Scene scene = Scene.stepping(2, 0);
        scene.say(new FromWorker.Noticed(id("w0-1"), 1, "save-failed", "disk full"))
                .tick();
        assertThat(decided(scene).diagnosis().mostLikely()).isEqualTo(FaultKind.STORAGE_FAULT);
        assertThat(decided(scene).chosen()).isEqualTo(new Strategy.CarryOn());
        assertThat(scene.killed()).isEmpty();
    }

    @Test
    void aWorkerThatLogsErrorsEverySecondIsFoundAndOneThatLoggedABurstIsNot() {
        Scene scene = Scene.stepping(2, 0);
        for (int i = 1; i <= 600; i++) {
            scene.millis += 100;
            var progress = new Progress(i, Phase.COMPUTING, 0);
            scene.say(new FromWorker.Heartbeat(id("w0-1"), 1, progress, new Vitals(0, 0, i / 10, 0)));
            scene.say(new FromWorker.Heartbeat(id("w1-1"), 1, progress, new Vitals(0, 0, i > 300 ? 500 : 0, 0)));
            scene.tick();
        }
        assertThat(scene.incidents()).isNotEmpty().allSatisfy(incident -> {
            assertThat(incident.kind()).isEqualTo("error-logs");
            assertThat(incident.worker()).contains(id("w0-1"));
        });
    }

    /** A hand that plays workers whose microbatches take so long, three of each in every tenth of a second. */
    private static Scene paced(Scene scene, int seconds, Map<String, Double> millis) {
        for (int i = 1; i <= seconds * 10 && scene.killed().isEmpty(); i++) {
            scene.millis += 100;
            for (var worker : millis.entrySet()) {
                long count = 3L * i;
                double wobble = 1 + 0.05 * Math.sin(i * 7.1 + worker.getKey().hashCode());
                var vitals = new Vitals(count, Math.round(count * worker.getValue() * wobble * 1e6), 0, 0);
                scene.say(new FromWorker.Heartbeat(
                        id(worker.getKey()), 1, new Progress(2L * i, Phase.COMPUTING, 0), vitals));
            }
            scene.tick();
        }
        return scene;
    }

    @Test
    void aSlowWorkerIsReplacedByASpareBecauseEveryoneWaitsForIt() {
        Scene scene = paced(Scene.stepping(3, 1), 60, Map.of("w0-1", 10.0, "w1-1", 35.0, "w2-1", 10.5, "w3-1", 0.0));
        assertThat(scene.killed()).containsExactly("w1-1");
        assertThat(scene.incidents()).singleElement().satisfies(incident -> {
            assertThat(incident.kind()).isEqualTo("worker-slow");
            assertThat(incident.decision().orElseThrow().chosen()).isEqualTo(new Strategy.ReplaceFromSpare());
        });
        assertThat(scene.millis).as("found within").isLessThan(1_000 + 16_000);
    }

    @Test
    void aSlowWorkerStaysWhenHardlyAnythingIsLeftToDo() {
        var precedents = Precedents.none();
        Run nearlyDone = new Run(
                Scene.BUILD,
                Scene.CONFIGURATION,
                200,
                "here",
                Patience.standard(),
                Budgets.standard(),
                Suspicion.within(Suspicion.Bounds.standard()),
                OnDivergence.STOP,
                precedents,
                List.of());
        Scene scene = paced(Scene.stepping(2, 0, nearlyDone), 60, Map.of("w0-1", 10.0, "w1-1", 30.0));
        assertThat(scene.killed()).isEmpty();
        assertThat(scene.incidents()).isNotEmpty().allSatisfy(incident -> {
            assertThat(incident.kind()).isEqualTo("worker-slow");
            assertThat(incident.action()).contains("it stays");
        });
    }

    @Test
    void workersOfMuchTheSamePaceAreNeverSlow() {
        Scene scene = paced(Scene.stepping(3, 0), 600, Map.of("w0-1", 10.0, "w1-1", 12.0, "w2-1", 11.0));
        assertThat(scene.incidents()).isEmpty();
    }

    @Test
    void aHostThatFailedFarMoreOftenThanTheOthersIsAvoided() {
        Fleet fleet = Fleet.empty();
        for (String host : List.of("a", "b", "c")) {
            fleet = fleet.after(host, host.equals("b") ? 40 : 1, 1_000);
        }
        Scene scene = new Scene(2, 0, on(fleet)).tick();
        assertThat(scene.commands(Command.Launch.class))
                .extracting(Command.Launch::host)
                .doesNotContain("b");
    }

    @Test
    void aWorkerWhoseHostTurnsOutToBeALemonIsRestartedOnAnother() {
        Fleet fleet = Fleet.empty().after("a", 1, 10_000).after("b", 1, 10_000);
        Scene scene = new Scene(2, 0, on(fleet)).tick();
        String first = scene.commands(Command.Launch.class).getFirst().host();
        for (int life = 1; life <= 6; life++) {
            scene.forget().on(new Event.Exited(id("w0-" + life), 1));
            for (int i = 0; i < 800 && scene.launched().isEmpty(); i++) {
                scene.pass(50, 0, new Progress(0, Phase.IDLE, -1));
            }
            if (!scene.commands(Command.Launch.class).getFirst().host().equals(first)) {
                assertThat(scene.incidents().getFirst().decision().orElseThrow().chosen())
                        .isInstanceOf(Strategy.RestartElsewhere.class);
                return;
            }
        }
        throw new AssertionError("launched on " + first + " for ever");
    }

    private static Run on(Fleet fleet) {
        return new Run(
                Scene.BUILD,
                Scene.CONFIGURATION,
                Scene.POSITION_MAX,
                "here",
                Patience.standard(),
                Budgets.standard(),
                Suspicion.within(Suspicion.Bounds.standard()),
                OnDivergence.STOP,
                new Precedents(Map.of(), SuccessRates.standard(), Map.of(), fleet),
                List.of("a", "b", "c"));
    }

    @Test
    void whatEarlierRunsLearnedChangesWhatIsDecided() {
        SuccessRates never = SuccessRates.standard();
        for (FaultKind kind : FaultKind.values()) {
            never = never.after(new Strategy.RestartWorker(), kind, 0, 100_000);
        }
        Run run = new Run(
                Scene.BUILD,
                Scene.CONFIGURATION,
                Scene.POSITION_MAX,
                "here",
                Patience.standard(),
                Budgets.standard(),
                Suspicion.within(Suspicion.Bounds.standard()),
                OnDivergence.STOP,
                new Precedents(Map.of(), never, Map.of(), Fleet.empty()),
                List.of());
        Scene scene =
                Scene.stepping(3, 0, run).on(new Event.Exited(id("w1-1"), 137)).tick();
        assertThat(decided(scene).chosen()).isEqualTo(new Strategy.ContinueWithout());
        assertThat(scene.launched()).isEmpty();
        scene.on(new Event.Exited(id("w0-1"), 137))
                .on(new Event.Exited(id("w2-1"), 137))
                .tick();
        assertThat(scene.launched()).as("nobody is left to go on").isNotEmpty();
    }
}
