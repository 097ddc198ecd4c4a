package dev.perdure.supervision;

import static dev.perdure.supervision.Scene.id;
import static org.assertj.core.api.Assertions.assertThat;

import dev.perdure.supervision.Progress.Phase;
import java.util.List;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

/** What a successor makes of the facts, and of who comes back. */
class TakeOverTest {
    private static final Progress STEPS = new Progress(8, Phase.COMPUTING, 0);

    private static OptionalLong at(long position) {
        return OptionalLong.of(position);
    }

    private static Scene successor(Scene before) {
        return new Scene(before.facts, 2).tick();
    }

    @Test
    void nothingIsRedoneWhenAllMembersComeBack() {
        Scene scene = successor(Scene.stepping(2, 0)).join("w0-1", 1, at(8)).join("w1-1", 1, at(8));
        assertThat(scene.supervision.stage()).isInstanceOf(Stage.Running.class);
        assertThat(scene.commands(Command.Send.class))
                .extracting(Command.Send::message)
                .hasOnlyElementsOfType(ToWorker.Welcome.class);
        assertThat(scene.launched()).isEmpty();
        scene.pass(1_000, 1, STEPS, "w0-1", "w1-1");
        assertThat(scene.killed()).isEmpty();
    }

    @Test
    void whereItFindsThemIsNotTakenForWhereAllWasChecked() {
        Scene first = Scene.stepping(3, 0).say(new FromWorker.Checked(id("w0-1"), 1, 4));
        var now = new Progress(28, Phase.COMPUTING, 0);
        Scene scene = successor(first)
                .join("w0-1", 1, at(28))
                .join("w1-1", 1, at(28))
                .join("w2-1", 1, at(28))
                .pass(500, 1, now, "w0-1", "w1-1", "w2-1");
        scene.say(new FromWorker.Miscomputed(id("w0-1"), 1, 28, List.of(id("w2-1")), "microbatch 7"));
        scene.ready(2, at(28), "w0-1", "w1-1");
        assertThat(scene.formed().notAfter()).hasValue(4);
    }

    @Test
    void whoIsNotHeardOfWhileTheOthersGoBackNeverComesBackWithItsWrongState() {
        Scene first = Scene.stepping(3, 0).say(new FromWorker.Checked(id("w0-1"), 1, 4));
        first.say(new FromWorker.Miscomputed(id("w0-1"), 1, 28, List.of(id("w1-1")), "microbatch 7"));
        var stands = new Progress(28, Phase.IDLE, 0);
        Scene scene = successor(first).join("w0-1", 0, at(28)).pass(10_100, 0, stands, "w0-1");
        scene.ready(2, at(28), "w0-1");
        assertThat(scene.formed().notAfter()).hasValue(4);
        assertThat(scene.killed()).contains("w1-1", "w2-1");
    }

    @Test
    void whereNobodyHasSaidWhatWasRestoredOnlyTheRecipeIsTrusted() {
        Scene first =
                new Scene(2, 0).tick().join("w0-1", 0, OptionalLong.empty()).join("w1-1", 0, OptionalLong.empty());
        first.ready(1, OptionalLong.empty(), "w0-1", "w1-1");
        var now = new Progress(28, Phase.COMPUTING, 0);
        Scene scene =
                successor(first).join("w0-1", 1, at(28)).join("w1-1", 1, at(28)).pass(500, 1, now, "w0-1", "w1-1");
        scene.say(new FromWorker.Miscomputed(id("w0-1"), 1, 28, List.of(id("w1-1")), "microbatch 7"));
        scene.ready(2, at(28), "w0-1");
        assertThat(scene.formed().notAfter()).hasValue(-1);
    }

    @Test
    void whoDoesNotComeBackInTimeIsKilledAndTheOthersRegroup() {
        Scene scene = successor(Scene.stepping(2, 0)).join("w0-1", 1, at(8)).pass(5_100, 1, STEPS, "w0-1");
        assertThat(scene.killed()).containsExactly("w1-1");
        assertThat(scene.sentTo("w0-1")).contains(new ToWorker.Prepare(2, 2));
        scene.ready(2, at(8), "w0-1");
        assertThat(scene.formed().position()).hasValue(8);
        assertThat(scene.formed().meetingPoint()).contains("2.2");
    }

    @Test
    void whoHasLeftItsGroupMakesTheOthersRegroup() {
        Scene scene = successor(Scene.stepping(2, 0)).join("w0-1", 1, at(8)).join("w1-1", 0, at(8));
        assertThat(scene.sentTo("w0-1")).contains(new ToWorker.Prepare(2, 2));
    }

    @Test
    void whoWasLaunchedButNeverCameIsKilledAndNotForgotten() {
        Scene first = new Scene(2, 0).tick();
        assertThat(first.facts.living()).hasSize(2);
        Scene scene = successor(first).pass(60_100, 0, STEPS);
        assertThat(scene.killed()).contains("w0-1", "w1-1");
    }

    @Test
    void slotsThatWereWrittenOffStayWrittenOff() {
        Scene first = new Scene(1, 0).tick();
        for (int life = 1; life <= 4; life++) {
            first.on(new Event.Exited(id("w0-" + life), 1)).pass(10_000, 0, STEPS);
        }
        Slot remembered = first.facts.slots().getOrDefault(0, Slot.NEW);
        assertThat(remembered.failures()).isEqualTo(4);
        assertThat(successor(first).facts.slots()).containsEntry(0, remembered);
    }

    @Test
    void anEndedRunIsOnlyCleanedUp() {
        Scene first = Scene.stepping(1, 0).say(new FromWorker.Done(id("w0-1"), 1, "sha"));
        Scene scene = successor(first).join("w0-1", 1, at(8));
        assertThat(scene.sentTo("w0-1")).anyMatch(ToWorker.Stop.class::isInstance);
        scene.on(new Event.Exited(id("w0-1"), 0));
        assertThat(scene.outcomes()).containsExactly(new Outcome.Completed("sha"));
        assertThat(scene.launched()).isEmpty();
    }
}
