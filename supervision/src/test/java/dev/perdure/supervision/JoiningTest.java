package dev.perdure.supervision;

import static dev.perdure.supervision.Scene.id;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

/** Workers join a generation that steps on until they are ready. */
class JoiningTest {
    /** One worker steps in generation 2 at position 6, and another has joined: generation 3 is being met for. */
    private static Scene joining() {
        Scene scene = Scene.stepping(2, 0).on(new Event.Exited(id("w1-1"), 1)).ready(2, OptionalLong.of(6), "w0-1");
        return scene.formed(2, 6, "w0-1").forget().join("w1-2");
    }

    private static Scene switching() {
        Scene scene = joining();
        scene.met(3, "w1-2");
        assertThat(scene.sentTo("w0-1")).noneMatch(ToWorker.Switch.class::isInstance);
        return scene.met(3, "w0-1");
    }

    /** Two of three step in generation 2, a third meets for generation 3, and one of the two dies. */
    private static Scene leftByOneWhileJoining() {
        Scene scene = Scene.stepping(3, 0).on(new Event.Exited(id("w2-1"), 1));
        scene.ready(2, OptionalLong.of(6), "w0-1", "w1-1").formed(2, 6, "w0-1", "w1-1");
        return scene.join("w2-2").forget().on(new Event.Exited(id("w1-1"), 137));
    }

    @Test
    void whoCannotBeCalledBackAtOnceFromAMeetingThatFailsIsNotWaitedForAndJoinsLater() {
        Scene scene = leftByOneWhileJoining();
        assertThat(scene.sentTo("w2-2")).contains(new ToWorker.Prepare(1, 4));
        scene.ready(4, OptionalLong.of(8), "w0-1");
        Generation without = scene.formed();
        assertThat(without.shares()).extracting(Share::worker).containsExactly(id("w0-1"));
        scene.formed(4, 8, "w0-1")
                .forget()
                .ready(4, OptionalLong.empty(), "w2-2")
                .tick();
        assertThat(scene.refusals()).isEmpty();
        assertThat(scene.killed()).isEmpty();
        scene.join("w1-2");
        assertThat(scene.sentTo("w2-2")).hasAtLeastOneElementOfType(ToWorker.Extend.class);
    }

    @Test
    void whoMeetsIsWaitedForWhenNobodyElseHasAState() {
        Scene scene = leftByOneWhileJoining().on(new Event.Exited(id("w0-1"), 137));
        scene.join("w0-2").ready(4, OptionalLong.empty(), "w0-2");
        assertThat(scene.sentTo("w0-2")).noneMatch(ToWorker.Form.class::isInstance);
        scene.ready(4, OptionalLong.empty(), "w2-2");
        assertThat(scene.formed().shares()).extracting(Share::worker).contains(id("w0-2"), id("w2-2"));
    }

    @Test
    void theOthersStepWhileItCopies() {
        Scene scene = joining();
        Generation next = ((ToWorker.Extend) scene.sentTo("w0-1").getFirst()).generation();
        assertThat(next.number()).isEqualTo(3);
        assertThat(next.joiners()).containsExactly(id("w1-2"));
        assertThat(next.shares().get(next.source()).worker()).isEqualTo(id("w0-1"));
        assertThat(scene.sentTo("w1-2")).contains(new ToWorker.Extend(1, next));
        assertThat(scene.sentTo("w0-1")).noneMatch(ToWorker.Prepare.class::isInstance);
        assertThat(scene.steps(2, 20, "w0-1").supervision.stage())
                .isInstanceOfSatisfying(
                        Stage.Running.class,
                        running -> assertThat(running.generation().number()).isEqualTo(2));
    }

    @Test
    void allGoOverOnceAllHaveMet() {
        Scene scene = switching();
        assertThat(scene.sentTo("w0-1")).endsWith(new ToWorker.Switch(1, 3));
        assertThat(scene.sentTo("w1-2")).endsWith(new ToWorker.Switch(1, 3));
        scene.formed(3, 8, "w0-1", "w1-2").steps(3, 10, "w0-1", "w1-2");
        assertThat(scene.supervision.stage())
                .isInstanceOfSatisfying(
                        Stage.Running.class,
                        running -> assertThat(running.generation().number()).isEqualTo(3));
        assertThat(scene.sentTo("w0-1")).noneMatch(ToWorker.Prepare.class::isInstance);
        assertThat(scene.killed()).isEmpty();
    }

    /** Only what a checkpoint gave back is trusted unseen; these states came from steps that nobody has looked at. */
    @Test
    void thatOthersHaveJoinedMakesNoStateTrusted() {
        Scene scene = switching();
        Trusted before = scene.facts.trusted();
        scene.formed(3, 8, "w0-1", "w1-2").steps(3, 10, "w0-1", "w1-2").tick();
        assertThat(scene.facts.trusted()).isEqualTo(before);
    }

    @Test
    void aHeartbeatFromTheNextGenerationIsEnough() {
        Scene scene = switching().steps(3, 10, "w0-1");
        assertThat(((Stage.Running) scene.supervision.stage()).generation().number())
                .isEqualTo(3);
    }

    @Test
    void nobodyWaitsForAJoinerThatDies() {
        Scene scene = joining().on(new Event.Exited(id("w1-2"), 137));
        assertThat(scene.sentTo("w0-1")).noneMatch(ToWorker.Prepare.class::isInstance);
        assertThat(scene.steps(2, 20, "w0-1").refusals()).isEmpty();
        scene.millis += 5_000;
        scene.tick().join("w1-3");
        assertThat(scene.sentTo("w1-3")).anyMatch(ToWorker.Extend.class::isInstance);
    }

    @Test
    void whoDiesWhileAllGoOverIsGroupedWithout() {
        Scene scene = switching().on(new Event.Exited(id("w1-2"), 137));
        assertThat(scene.sentTo("w0-1")).endsWith(new ToWorker.Prepare(1, 4));
        scene.forget().ready(4, OptionalLong.of(8), "w0-1");
        assertThat(scene.formed().shares()).hasSize(1);
    }

    @Test
    void aMemberThatDiesMeanwhileEndsItForAll() {
        Scene scene = joining().on(new Event.Exited(id("w0-1"), 137));
        assertThat(scene.sentTo("w1-2")).endsWith(new ToWorker.Prepare(1, 4));
    }

    @Test
    void theGenerationBeforeIsOverOnlyWhenOneOfItsOwnStandsStill() {
        Scene scene = joining().on(new Event.ConnectionLost(scene0(), id("w0-1"), "reset"));
        scene.ready(4, OptionalLong.empty(), "w1-2");
        assertThat(scene.supervision.stage()).isInstanceOf(Stage.Regrouping.class);
        scene.on(new Event.Exited(id("w0-1"), 137));
        assertThat(scene.formed().number()).isEqualTo(4);
    }

    /** Returns the connection of the first worker. */
    private static long scene0() {
        return joining().connections.getOrDefault(id("w0-1"), 0L);
    }

    @Test
    void thatItTakesTooLongIsNoReasonToWaitForEver() {
        Scene scene = joining();
        scene.pass(61_000, 2, new Progress(20, Progress.Phase.COPYING, -1), "w0-1", "w1-2");
        assertThat(scene.sentTo("w0-1")).contains(new ToWorker.Prepare(1, 4));
    }
}
