package dev.perdure.supervision;

import static dev.perdure.supervision.Scene.id;
import static org.assertj.core.api.Assertions.assertThat;

import dev.perdure.supervision.Progress.Phase;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

/** The transition table, one row after the other, when all goes well or one thing goes wrong. */
class SupervisionTest {
    private static final OptionalLong NONE = OptionalLong.empty();
    private static final Progress WAITS = new Progress(0, Phase.EXCHANGING, -1);

    private static OptionalLong at(long position) {
        return OptionalLong.of(position);
    }

    @Test
    void launchesNobodyWhoseNameIsNotDurable() {
        Scene scene = new Scene(2, 0);
        scene.registryAnswers = false;
        scene.tick();
        assertThat(scene.launched()).isEmpty();
        scene.answer(scene.commands(Command.Write.class).getFirst());
        assertThat(scene.launched()).containsExactly("w0-1", "w1-1");
    }

    @Test
    void formsTheFirstGenerationAsSoonAsAllWorkersHaveJoined() {
        Scene scene = new Scene(2, 1).tick().join("w0-1");
        assertThat(scene.sentTo("w0-1"))
                .containsExactly(new ToWorker.Welcome(1, Patience.standard().heartbeats()));
        scene.join("w1-1");
        assertThat(scene.sentTo("w0-1")).contains(new ToWorker.Prepare(1, 1));
        scene.ready(1, NONE, "w0-1", "w1-1");
        Generation formed = scene.formed();
        assertThat(formed.shares()).extracting(Share::worker).containsExactly(id("w0-1"), id("w1-1"));
        assertThat(formed.position()).isEmpty();
    }

    @Test
    void formsWithoutThoseWhoDoNotJoinInTime() {
        Scene scene = new Scene(3, 0).tick().join("w0-1").pass(9_900, 0, WAITS, "w0-1");
        assertThat(scene.sentTo("w0-1")).doesNotContain(new ToWorker.Prepare(1, 1));
        scene.pass(200, 0, WAITS, "w0-1").ready(1, NONE, "w0-1");
        assertThat(scene.formed().shares()).hasSize(1);
    }

    @Test
    void tellsNobodyOfAGenerationThatIsNotDurable() {
        Scene scene = new Scene(1, 0).tick();
        scene.registryAnswers = false;
        scene.join("w0-1").ready(1, NONE, "w0-1");
        assertThat(scene.supervision.stage()).isInstanceOf(Stage.Committing.class);
        assertThat(scene.sentTo("w0-1")).noneMatch(ToWorker.Form.class::isInstance);
        scene.answer(scene.commands(Command.Write.class).getLast());
        assertThat(scene.sentTo("w0-1")).anyMatch(ToWorker.Form.class::isInstance);
    }

    @Test
    void writesTheSameFactsAgainWhenTheyDidNotBecomeDurable() {
        Scene scene = new Scene(1, 0);
        scene.registryAnswers = false;
        Command.Write first = scene.tick().commands(Command.Write.class).getFirst();
        scene.forget().on(new Event.NotWritten(first.batch(), "locked")).tick();
        assertThat(scene.commands(Command.Write.class)).isEmpty();
        scene.pass(200, 0, WAITS);
        assertThat(scene.commands(Command.Write.class)).containsExactly(first);
    }

    @Test
    void endsARunWhoseFactsCannotBeMadeDurable() {
        Scene scene = new Scene(1, 0);
        scene.registryAnswers = false;
        scene.tick();
        for (int i = 0; i < 700 && scene.outcomes().isEmpty(); i++) {
            List<Command.Write> writes = scene.commands(Command.Write.class);
            scene.forget();
            writes.forEach(write -> scene.on(new Event.NotWritten(write.batch(), "disk full")));
            scene.pass(100, 0, WAITS);
        }
        assertThat(scene.outcomes()).containsExactly(new Outcome.RegistryLost("disk full"));
    }

    @Test
    void refusesAnotherBuildAndAnotherConfigurationWithBothDigests() {
        Scene scene = new Scene(1, 0).tick();
        scene.say(new FromWorker.Join(id("w0-1"), "host", 7, "build-2", Scene.CONFIGURATION, 0, NONE));
        assertThat(scene.sentTo("w0-1").toString()).contains("build-2", Scene.BUILD);
        assertThat(scene.killed()).containsExactly("w0-1");
        scene = new Scene(1, 0).tick();
        scene.say(new FromWorker.Join(id("w0-1"), "host", 7, Scene.BUILD, "digest-2", 0, NONE));
        assertThat(scene.sentTo("w0-1").toString()).contains("digest-2", Scene.CONFIGURATION);
    }

    @Test
    void refusesASecondProcessOfTheSameNameAndKeepsTheFirst() {
        Scene scene = Scene.stepping(2, 0);
        scene.on(new Event.Said(
                99, new FromWorker.Join(id("w0-1"), "host", 4711, Scene.BUILD, Scene.CONFIGURATION, 0, NONE)));
        assertThat(scene.commands).hasSize(1);
        assertThat(scene.commands.getFirst()).isInstanceOfSatisfying(Command.Send.class, send -> {
            assertThat(send.connection()).isEqualTo(99);
            assertThat(send.message()).isInstanceOf(ToWorker.Refused.class);
        });
        assertThat(scene.supervision.stage()).isInstanceOf(Stage.Running.class);
    }

    @Test
    void refusesAWorkerFromTheFutureOfAnotherRunAndOneNeverLaunched() {
        Scene scene = new Scene(1, 0).tick();
        scene.join("w0-1", 5, at(10));
        assertThat(scene.sentTo("w0-1")).hasOnlyElementsOfType(ToWorker.Refused.class);
        scene = new Scene(1, 0).tick().join("w0-1", 0, at(Scene.POSITION_MAX + 1));
        assertThat(scene.sentTo("w0-1")).hasOnlyElementsOfType(ToWorker.Refused.class);
        scene = new Scene(1, 0).tick().join("stranger");
        assertThat(scene.sentTo("stranger")).hasOnlyElementsOfType(ToWorker.Refused.class);
        assertThat(scene.killed()).isEmpty();
    }

    @Test
    void goesOnWithTheSurvivorsAtOnceAndLaunchesAReplacement() {
        Scene scene = Scene.stepping(3, 0).steps(1, 40, "w0-1", "w1-1", "w2-1").forget();
        scene.on(new Event.Exited(id("w1-1"), 128 + 9));
        assertThat(scene.sentTo("w0-1")).containsExactly(new ToWorker.Prepare(1, 2));
        assertThat(scene.launched()).containsExactly("w1-2");
        scene.ready(2, at(40), "w0-1").ready(2, at(42), "w2-1");
        Generation formed = scene.formed();
        assertThat(formed.shares()).extracting(Share::worker).containsExactly(id("w0-1"), id("w2-1"));
        assertThat(formed.source()).isEqualTo(1);
        assertThat(formed.position()).hasValue(42);
        assertThat(scene.incidents()).extracting(Incident::kind).containsExactly("worker-killed");
    }

    @Test
    void tellsHowLongAnIncidentTookOnceTheNextPositionIsApplied() {
        Scene scene = Scene.stepping(2, 0).steps(1, 40, "w0-1", "w1-1");
        scene.on(new Event.Exited(id("w1-1"), 1)).ready(2, at(40), "w0-1");
        scene.formed(2, 40, "w0-1").forget();
        scene.millis += 70;
        scene.steps(2, 40, "w0-1").tick();
        assertThat(scene.incidents()).isEmpty();
        scene.millis += 50;
        scene.steps(2, 42, "w0-1").tick();
        assertThat(scene.incidents()).singleElement().satisfies(incident -> {
            assertThat(incident.kind()).isEqualTo("worker-exited");
            assertThat(incident.recoverNanos()).hasValue(120_000_000);
            assertThat(incident.decision().orElseThrow().alternatives()).isNotEmpty();
        });
    }

    @Test
    void aSpareTakesThePlaceOfAWorkerThatFails() {
        Scene scene = Scene.stepping(2, 1).on(new Event.ConnectionLost(3, id("w0-1"), "reset"));
        assertThat(scene.killed()).containsExactly("w0-1");
        scene.ready(2, at(0), "w1-1", "w2-1");
        assertThat(scene.formed().shares()).noneMatch(Share::isSpare).hasSize(2);
    }

    @Test
    void aStoppedWorkerIsOutWithinTwoSeconds() {
        Scene scene = Scene.stepping(2, 0).pass(3_000, 1, WAITS, "w0-1", "w1-1");
        scene.pass(1_900, 1, WAITS, "w0-1");
        assertThat(scene.killed()).containsExactly("w1-1");
        assertThat(scene.sentTo("w0-1")).contains(new ToWorker.Prepare(1, 2));
        assertThat(scene.incidents()).extracting(Incident::kind).containsExactly("worker-silent");
        assertThat(scene.incidents().getFirst().detectNanos()).isBetween(900_000_000L, 1_900_000_000L);
    }

    @Test
    void blamesNobodyForTheTimeInWhichTheSupervisorItselfWasStopped() {
        Scene scene = Scene.stepping(2, 0).pass(3_000, 1, WAITS, "w0-1", "w1-1");
        scene.millis += 60_000;
        scene.tick();
        assertThat(scene.killed()).isEmpty();
    }

    @Test
    void fencesTheOneThatIsStuckAndNotThoseWhoWaitForIt() {
        Scene scene = Scene.stepping(2, 0);
        for (int i = 0; i < 70 * 20; i++) {
            scene.millis += 50;
            scene.say(new FromWorker.Heartbeat(id("w0-1"), 1, WAITS));
            scene.say(new FromWorker.Heartbeat(id("w1-1"), 1, new Progress(0, Phase.DATA, -1)));
            scene.tick();
        }
        assertThat(scene.killed()).startsWith("w1-1").doesNotContain("w0-1");
        assertThat(scene.incidents()).extracting(Incident::kind).contains("worker-stuck");
    }

    @Test
    void aStandstillAfterIrregularStepsIsFoundWithinSeconds() {
        Scene scene = Scene.stepping(2, 0);
        int[] beats = {1, 1, 40, 1, 2, 60, 1, 1, 25, 1};
        for (int step = 1; step <= 60; step++) {
            long position = 2L * (step / 2);
            Phase phase = step % 2 == 0 ? Phase.COMPUTING : Phase.EXCHANGING;
            scene.pass(50 * beats[step % beats.length], 1, new Progress(position, phase, 0), "w0-1", "w1-1");
        }
        scene.forget().pass(15_000, 1, new Progress(60, Phase.EXCHANGING, 0), "w0-1", "w1-1");
        assertThat(scene.sentTo("w0-1")).contains(new ToWorker.Prepare(1, 2));
        assertThat(scene.incidents()).isEmpty();
        scene.ready(2, at(60), "w0-1").pass(11_000, 1, new Progress(60, Phase.EXCHANGING, 0), "w0-1", "w1-1");
        assertThat(scene.killed()).as("it does not leave its group").containsOnly("w1-1");
    }

    @Test
    void regroupsWithoutBlameWhenEverybodyWaitsForEverybody() {
        Scene scene = Scene.stepping(2, 0).pass(61_000, 1, WAITS, "w0-1", "w1-1");
        assertThat(scene.killed()).isEmpty();
        scene.ready(2, at(0), "w0-1", "w1-1");
        assertThat(scene.formed().number()).isEqualTo(2);
        assertThat(scene.incidents()).extracting(Incident::kind).containsExactly("group-stuck");
    }

    @Test
    void aBrokenGroupIsFormedAnewAndOnlyWhoDiedIsBlamed() {
        Scene scene = Scene.stepping(3, 0);
        scene.say(new FromWorker.Broken(id("w0-1"), 1, at(4), "connection reset by peer"));
        assertThat(scene.sentTo("w2-1")).containsExactly(new ToWorker.Prepare(1, 2));
        scene.on(new Event.Exited(id("w1-1"), 139)).ready(2, at(4), "w0-1", "w2-1");
        assertThat(scene.formed().shares()).hasSize(2);
        assertThat(scene.incidents()).extracting(Incident::kind).containsExactly("worker-killed");
    }

    @Test
    void aGroupBrokenByNobodyIsAnIncidentOfItsOwn() {
        Scene scene = Scene.stepping(2, 0);
        scene.say(new FromWorker.Broken(id("w0-1"), 1, at(4), "timeout")).ready(2, at(4), "w0-1", "w1-1");
        assertThat(scene.formed().shares()).hasSize(2);
        assertThat(scene.incidents()).extracting(Incident::kind).containsExactly("group-broken");
    }

    @Test
    void whoDoesNotGetReadyInTimeIsKilledAndTheOthersGoOn() {
        Scene scene = Scene.stepping(3, 0).on(new Event.Exited(id("w2-1"), 1));
        scene.ready(2, at(0), "w0-1").pass(10_100, 1, WAITS, "w0-1", "w1-1");
        assertThat(scene.killed()).contains("w1-1");
        assertThat(scene.formed().shares()).hasSize(1);
    }

    @Test
    void anotherFailureWhileRegroupingNeedsNoOtherNumber() {
        Scene scene = Scene.stepping(3, 0).on(new Event.Exited(id("w2-1"), 1)).on(new Event.Exited(id("w1-1"), 1));
        assertThat(scene.sentTo("w0-1")).containsExactly(new ToWorker.Prepare(1, 2));
        scene.ready(2, at(0), "w0-1");
        assertThat(scene.formed().shares()).hasSize(1);
    }

    @Test
    void aSourceThatDiesWhileOthersCopyIsReplacedByTheNextHighest() {
        Scene scene = Scene.stepping(3, 0).on(new Event.Exited(id("w2-1"), 1));
        scene.ready(2, at(10), "w0-1").ready(2, at(8), "w1-1").forget();
        scene.on(new Event.Exited(id("w0-1"), 1)).ready(3, at(8), "w1-1");
        assertThat(scene.formed().position()).hasValue(8);
    }

    @Test
    void aKilledGroupOfOneIsNotReplacedBeforeItsProcessIsGone() {
        Scene scene = Scene.stepping(1, 0).on(new Event.ConnectionLost(1, id("w0-1"), "reset"));
        assertThat(scene.launched()).isEmpty();
        scene.on(new Event.Exited(id("w0-1"), 137));
        assertThat(scene.launched()).containsExactly("w0-2");
    }

    @Test
    void aReplacementLeavesSurvivorsTheProcessorForTheirFirstStepAndNobodyElseWaits() {
        assertThat(new Scene(2, 0).tick().commands(Command.Launch.class))
                .extracting(Command.Launch::pause)
                .containsExactly(Duration.ZERO, Duration.ZERO);
        Scene scene = Scene.stepping(2, 0).on(new Event.Exited(id("w1-1"), 137));
        assertThat(scene.commands(Command.Launch.class))
                .extracting(Command.Launch::pause)
                .containsExactly(Patience.standard().pause());
        scene.forget().on(new Event.Exited(id("w0-1"), 137));
        assertThat(scene.commands(Command.Launch.class))
                .extracting(Command.Launch::pause)
                .containsExactly(Duration.ZERO);
    }

    @Test
    void whenAllDieTheRunGoesOnFromTheNewestCheckpoint() {
        Scene scene = Scene.stepping(2, 0).steps(1, 40, "w0-1", "w1-1");
        scene.on(new Event.Exited(id("w0-1"), 137)).on(new Event.Exited(id("w1-1"), 137));
        assertThat(scene.launched()).containsExactly("w0-2", "w1-2");
        scene.join("w0-2").join("w1-2").ready(2, NONE, "w0-2", "w1-2");
        assertThat(scene.formed().position()).isEmpty();
    }

    @Test
    void anOldGenerationsWordsAndAFencedWorkersAreRefused() {
        Scene scene = Scene.stepping(3, 0).on(new Event.ConnectionLost(3, id("w0-1"), "reset"));
        scene.ready(2, at(0), "w1-1", "w2-1").formed(2, 0, "w1-1", "w2-1").forget();
        scene.say(new FromWorker.Done(id("w0-1"), 1, "sha"));
        assertThat(scene.sentTo("w0-1")).hasOnlyElementsOfType(ToWorker.Stop.class);
        scene.say(new FromWorker.Done(id("w1-1"), 1, "sha")).say(new FromWorker.Done(id("w2-1"), 1, "sha"));
        assertThat(scene.reasons)
                .filteredOn(reason -> reason.startsWith("refused"))
                .hasSize(3);
        assertThat(scene.supervision.stage()).isInstanceOf(Stage.Running.class);
    }

    @Test
    void theMajorityNamesWhoseStateIsWrongAndEveryoneGoesBackToWhereAllAgreed() {
        Scene scene = Scene.stepping(3, 0).stand(1, 6, 4, "w0-1", "w1-1", "w2-1");
        scene.say(new FromWorker.Stands(id("w0-1"), 1, 8, 5)).say(new FromWorker.Stands(id("w1-1"), 1, 8, 6));
        assertThat(scene.killed()).isEmpty();
        scene.say(new FromWorker.Stands(id("w2-1"), 1, 8, 5));
        assertThat(scene.killed()).containsExactly("w1-1");
        assertThat(scene.incidents()).extracting(Incident::kind).containsExactly("numbers-wrong", "state-differs");
        scene.ready(2, at(10), "w0-1", "w2-1");
        assertThat(scene.formed().position()).isEmpty();
        assertThat(scene.formed().notAfter()).hasValue(5);
    }

    @Test
    void nobodyIsFencedForWrongNumbersBeforeASuccessorWouldKnowOfThem() {
        Scene scene = Scene.stepping(3, 0);
        scene.registryAnswers = false;
        scene.stand(1, 8, 5, "w0-1", "w2-1").stand(1, 8, 6, "w1-1");
        assertThat(scene.sentTo("w1-1")).hasOnlyElementsOfType(ToWorker.Prepare.class);
        assertThat(scene.killed()).isEmpty();
        scene.answer(scene.commands(Command.Write.class).getLast());
        assertThat(scene.killed()).containsExactly("w1-1");
        assertThat(scene.facts.trusted().notAfter()).hasValue(0);
    }

    @Test
    void aSuccessorRemembersThatStatesAreInDoubt() {
        Scene before = Scene.stepping(3, 0).stand(1, 6, 4, "w0-1", "w1-1", "w2-1");
        before.stand(1, 8, 5, "w0-1", "w2-1").stand(1, 8, 6, "w1-1");
        Scene scene = new Scene(before.facts, 2).join("w0-1", 1, at(10)).join("w2-1", 1, at(10));
        scene.on(new Event.Exited(id("w1-1"), 137)).join("w1-2-e2", 0, NONE);
        scene.ready(2, at(10), "w0-1", "w2-1").ready(2, NONE, "w1-2-e2");
        assertThat(scene.formed().position()).isEmpty();
        assertThat(scene.formed().notAfter()).hasValue(5);
        scene.formed(2, 4, "w0-1", "w1-2-e2", "w2-1").tick();
        assertThat(scene.facts.trusted().notAfter()).isEmpty();
    }

    @Test
    void whoseGradientsComeOutDifferentGoesAndWhoStandsWhereAllWasCheckedGoesOnFromThere() {
        Scene scene = Scene.stepping(3, 0).say(new FromWorker.Checked(id("w0-1"), 1, 8));
        scene.say(new FromWorker.Miscomputed(id("w0-1"), 1, 8, List.of(id("w2-1")), "microbatch 7"));
        assertThat(scene.killed()).containsExactly("w2-1");
        assertThat(scene.incidents()).extracting(Incident::kind).contains("gradient-differs");
        scene.ready(2, at(8), "w0-1", "w1-1");
        assertThat(scene.formed().position()).hasValue(8);
    }

    @Test
    void wrongArithmeticThatNobodyLookedAtForSomeStepsIsUndoneAsFarAsThat() {
        Scene scene = Scene.stepping(3, 0).say(new FromWorker.Checked(id("w0-1"), 1, 8));
        scene.stand(1, 20, 1, "w0-1", "w1-1", "w2-1");
        scene.say(new FromWorker.Miscomputed(id("w0-1"), 1, 28, List.of(id("w2-1")), "microbatch 7"));
        scene.ready(2, at(28), "w0-1", "w1-1");
        assertThat(scene.formed().position()).isEmpty();
        assertThat(scene.formed().notAfter()).hasValue(8);
    }

    @Test
    void aStepThatGivesNoNumbersFromACheckpointEitherIsTheRecipesAndEndsTheRun() {
        Scene scene = Scene.stepping(2, 0).stand(1, 6, 4, "w0-1", "w1-1");
        scene.say(new FromWorker.NotFinite(id("w0-1"), 1, 10, "loss NaN")).ready(2, at(10), "w0-1", "w1-1");
        assertThat(scene.formed().notAfter()).hasValue(5);
        scene.formed(2, 4, "w0-1", "w1-1").say(new FromWorker.NotFinite(id("w0-1"), 2, 10, "loss NaN"));
        scene.on(new Event.Exited(id("w0-1"), 0)).on(new Event.Exited(id("w1-1"), 0));
        assertThat(scene.outcomes()).singleElement().isInstanceOf(Outcome.Diverged.class);
        assertThat(scene.outcomes().toString()).contains("step 6", "loss NaN", "training.on-divergence");
    }

    @Test
    void theRecipeMayHaveTheBatchSkippedAndEveryLaterGenerationKnows() {
        Scene scene = notFiniteTwice(OnDivergence.SKIP_BATCH);
        assertThat(scene.formed().position()).hasValue(10);
        assertThat(scene.formed().adjustments()).containsExactly(new Adjustment.SkipBatch(6));
        scene.forget().on(new Event.Exited(id("w0-1"), 137)).ready(4, at(12), "w1-1");
        assertThat(scene.formed().adjustments()).containsExactly(new Adjustment.SkipBatch(6));
        Scene successor = new Scene(scene.facts, 2);
        successor
                .on(new Event.Exited(id("w1-1"), 137))
                .join("w0-2")
                .join("w1-2-e2")
                .ready(5, NONE, "w0-2", "w1-2-e2");
        assertThat(successor.formed().adjustments()).containsExactly(new Adjustment.SkipBatch(6));
    }

    @Test
    void theRecipeMayHaveTheRateLoweredFromTheCheckpointOn() {
        Scene scene = notFiniteTwice(OnDivergence.LOWER_RATE);
        assertThat(scene.formed().notAfter()).hasValue(4);
        assertThat(scene.formed().adjustments()).containsExactly(new Adjustment.LowerRate(3, 0.5));
    }

    /** Both workers say so of step 6, in generation 1 and, from a checkpoint of step 2, in generation 2. */
    private static Scene notFiniteTwice(OnDivergence policy) {
        Scene scene = new Scene(Facts.none(new Targets(2, 0, 8)), 1, policy).tick();
        scene.join("w0-1").join("w1-1").ready(1, NONE, "w0-1", "w1-1").formed(1, 0, "w0-1", "w1-1");
        scene.stand(1, 6, 4, "w0-1", "w1-1");
        scene.say(new FromWorker.NotFinite(id("w0-1"), 1, 10, "loss NaN")).ready(2, at(10), "w0-1", "w1-1");
        scene.formed(2, 4, "w0-1", "w1-1").forget();
        return scene.say(new FromWorker.NotFinite(id("w1-1"), 2, 10, "loss NaN"))
                .ready(3, at(10), "w0-1", "w1-1");
    }

    @Test
    void twoThatDifferGoBackToWhereTheyAgreedAndNobodyIsBlamed() {
        Scene scene = Scene.stepping(2, 0);
        scene.say(new FromWorker.Stands(id("w0-1"), 1, 8, 5)).say(new FromWorker.Stands(id("w1-1"), 1, 8, 6));
        scene.ready(2, at(8), "w0-1", "w1-1");
        assertThat(scene.killed()).isEmpty();
        assertThat(scene.formed().position()).isEmpty();
        assertThat(scene.incidents().toString()).contains("undecided");
    }

    @Test
    void agreedDigestsAreRecorded() {
        Scene scene = Scene.stepping(2, 0);
        scene.say(new FromWorker.Stands(id("w0-1"), 1, 8, 5))
                .say(new FromWorker.Stands(id("w1-1"), 1, 8, 5))
                .tick();
        assertThat(scene.facts.position()).hasValue(8);
    }

    @Test
    void theRunIsCompletedWhenAllMembersHaveTheSameWeights() {
        Scene scene = Scene.stepping(2, 0).say(new FromWorker.Done(id("w0-1"), 1, "sha"));
        assertThat(scene.supervision.stage()).isInstanceOf(Stage.Running.class);
        scene.say(new FromWorker.Done(id("w1-1"), 1, "sha"));
        assertThat(scene.sentTo("w0-1")).hasOnlyElementsOfType(ToWorker.Stop.class);
        scene.on(new Event.Exited(id("w0-1"), 0));
        assertThat(scene.outcomes()).isEmpty();
        scene.on(new Event.Exited(id("w1-1"), 0));
        assertThat(scene.outcomes()).containsExactly(new Outcome.Completed("sha"));
        assertThat(scene.incidents()).isEmpty();
        assertThat(scene.facts.outcome()).contains(new Outcome.Completed("sha"));
    }

    @Test
    void differentWeightsAtTheEndAreNoEnd() {
        Scene scene = Scene.stepping(2, 0);
        scene.say(new FromWorker.Done(id("w0-1"), 1, "a")).say(new FromWorker.Done(id("w1-1"), 1, "b"));
        assertThat(scene.incidents()).extracting(Incident::kind).containsExactly("states-differ");
        assertThat(scene.supervision.stage()).isInstanceOf(Stage.Regrouping.class);
    }

    @Test
    void aWorkerThatSaysItIsUselessToGoOnEndsTheRunWithItsReason() {
        Scene scene = Scene.stepping(2, 0).say(new FromWorker.Leaves(id("w0-1"), 1, true, "loss is not finite"));
        scene.on(new Event.Exited(id("w0-1"), 5)).on(new Event.Exited(id("w1-1"), 0));
        assertThat(scene.outcomes()).containsExactly(new Outcome.Failed(id("w0-1"), "loss is not finite"));
    }

    @Test
    void whoDoesNotEndWhenToldToIsKilled() {
        Scene scene =
                Scene.stepping(1, 0).on(new Event.StopAsked("interrupted")).pass(10_100, 1, WAITS, "w0-1");
        assertThat(scene.killed()).containsExactly("w0-1");
        scene.on(new Event.Exited(id("w0-1"), 137));
        assertThat(scene.outcomes()).containsExactly(new Outcome.Stopped("interrupted"));
    }

    @Test
    void aSlotThatFailsAgainAndAgainIsTriedLessAndLessAndThenNoMore() {
        Scene scene = new Scene(1, 0).tick();
        long last = scene.millis;
        var pauses = new ArrayList<Long>();
        for (int life = 1; life <= Budgets.standard().recovery().triesOfOneMax() + 1; life++) {
            scene.forget().on(new Event.Exited(id("w0-" + life), 1));
            for (int i = 0;
                    i < 800 && scene.launched().isEmpty() && scene.outcomes().isEmpty();
                    i++) {
                scene.pass(50, 0, WAITS);
            }
            pauses.add(scene.millis - last);
            last = scene.millis;
        }
        assertThat(pauses).containsExactly(0L, 500L, 1_000L, 2_000L, 4_000L, 8_000L, 0L);
        assertThat(scene.outcomes()).singleElement().isInstanceOf(Outcome.Spent.class);
        assertThat(scene.outcomes().toString()).contains("exit code 1");
    }

    @Test
    void fewerOrMoreAreHadWhenOthersAreWanted() {
        Scene scene = Scene.stepping(3, 0).on(new Event.Resize(2, 0)).ready(2, at(4), "w0-1", "w1-1", "w2-1");
        assertThat(scene.formed().shares()).hasSize(2);
        assertThat(scene.sentTo("w2-1")).anyMatch(ToWorker.Stop.class::isInstance);
        scene.formed(2, 4, "w0-1", "w1-1").on(new Event.Exited(id("w2-1"), 0)).forget();
        scene.on(new Event.Resize(4, 0));
        assertThat(scene.launched()).containsExactly("w2-2", "w3-1");
        assertThat(scene.incidents()).isEmpty();
    }

    @Test
    void aResizeThatCannotBeIsRefusedByName() {
        Scene scene = Scene.stepping(1, 0).on(new Event.Resize(9, 0));
        assertThat(scene.commands).isEmpty();
        assertThat(scene.reasons).singleElement().asString().contains("refused", "1 to 8 workers");
    }

    @Test
    void anotherSupervisorsRunIsLeftAloneAtOnce() {
        Scene scene = Scene.stepping(2, 0).on(new Event.Superseded(2));
        assertThat(scene.commands).containsExactly(new Command.Finish(new Outcome.Superseded(2)));
        scene.forget().on(new Event.Exited(id("w0-1"), 9));
        assertThat(scene.commands).isEmpty();
    }
}
