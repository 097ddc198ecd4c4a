package dev.perdure.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.perdure.core.Shape;
import dev.perdure.oip.Tensor;
import dev.perdure.recall.MemoryRecall;
import dev.perdure.recall.Question;
import dev.perdure.recall.RecallLimits;
import dev.perdure.routing.ReplicaId;
import java.time.InstantSource;
import java.util.List;
import org.junit.jupiter.api.Test;

/** An answer is known to be good by a golden answer after it, and by nothing else. */
class KnownGoodTest {
    private static final ServedVersion VERSION = Doubling.version("1", 2, '1');
    private static final ReplicaId ONE = new ReplicaId("1", 1);
    private static final ReplicaId TWO = new ReplicaId("1", 2);

    private final MemoryRecall recall = new MemoryRecall(RecallLimits.usual(), InstantSource.system());
    private final KnownGood known = new KnownGood(recall, InstantSource.system(), "double");

    private void gave(ReplicaId replica, String... inputs) {
        float[] values = new float[inputs.length];
        for (int i = 0; i < inputs.length; i++) {
            values[i] = inputs[i].charAt(0);
        }
        known.gave(replica, VERSION, List.of(inputs), List.of(Tensor.of("y", Shape.of(values.length, 1), values)));
    }

    private boolean knows(String input) {
        return recall.find(new Question(VERSION.digest(), input)).isPresent();
    }

    private void awaitKept(long count) {
        await().atMost(Doubling.LONG).until(() -> recall.counts().kept() == count);
    }

    @Test
    void onlyWhatWasGivenBeforeAGoldenSampleWasAskedIsKnownByItsAnswer() {
        gave(ONE, "a", "b");
        known.probes(ONE);
        gave(ONE, "c");
        known.right(ONE);
        awaitKept(2);
        assertThat(knows("a")).isTrue();
        assertThat(knows("c")).isFalse();
        known.probes(ONE);
        known.right(ONE);
        awaitKept(3);
    }

    @Test
    void aGoldenAnswerOfOneReplicaSaysNothingOfAnother() {
        gave(ONE, "a");
        gave(TWO, "b");
        known.probes(ONE);
        known.probes(TWO);
        known.right(ONE);
        awaitKept(1);
        assertThat(knows("b")).isFalse();
    }

    @Test
    void aProbeWithoutAnAnswerLeavesThemWaitingForTheNext() {
        gave(ONE, "a");
        known.probes(ONE);
        known.probes(ONE);
        known.right(ONE);
        awaitKept(1);
    }

    @Test
    void aWrongReplicasAnswersAreForgottenOldAndNewButNoOthers() {
        gave(ONE, "a");
        gave(TWO, "b");
        known.probes(ONE);
        known.probes(TWO);
        known.right(ONE);
        known.right(TWO);
        awaitKept(2);
        gave(ONE, "c");
        known.probes(ONE);
        known.wrong(ONE);
        gave(ONE, "d");
        known.probes(ONE);
        known.right(ONE);
        gave(TWO, "e");
        known.probes(TWO);
        known.right(TWO);
        await().atMost(Doubling.LONG).until(() -> knows("e"));
        assertThat(knows("a")).isFalse();
        assertThat(knows("c")).isFalse();
        assertThat(knows("d")).isFalse();
        assertThat(knows("b")).isTrue();
    }

    @Test
    void whatWaitedWhenAReplicaWentIsNotKnownAndWhatWasKnownStays() {
        gave(ONE, "a");
        known.probes(ONE);
        known.right(ONE);
        awaitKept(1);
        gave(ONE, "b");
        known.probes(ONE);
        known.gone(ONE);
        known.right(ONE);
        gave(TWO, "c");
        known.probes(TWO);
        known.right(TWO);
        await().atMost(Doubling.LONG).until(() -> knows("c"));
        assertThat(knows("b")).isFalse();
        assertThat(knows("a")).isTrue();
    }

    @Test
    void aContradictedAnswerIsForgottenAndNotTakenAgain() {
        gave(ONE, "a", "b");
        known.probes(ONE);
        known.right(ONE);
        awaitKept(2);
        gave(TWO, "a", "c");
        known.contradicted(VERSION, List.of("a"));
        known.probes(TWO);
        known.right(TWO);
        await().atMost(Doubling.LONG).until(() -> knows("c"));
        assertThat(knows("a")).isFalse();
        assertThat(knows("b")).isTrue();
    }

    @Test
    void aWrongVersionHasNothingKnownAndKeepsNothing() {
        gave(ONE, "a");
        known.probes(ONE);
        known.right(ONE);
        awaitKept(1);
        gave(ONE, "b");
        known.probes(ONE);
        known.wrong(Deployment.of(VERSION, 1, 0.1));
        known.right(ONE);
        assertThat(recall.counts().kept()).isZero();
    }

    @Test
    void ofABatchEachItemHasItsOwnAnswer() {
        gave(ONE, "a", "b", "c");
        known.probes(ONE);
        known.right(ONE);
        awaitKept(3);
        KnownGood.Found found =
                known.find(VERSION, List.of("c", "x", "a"), List.of(0, 1, 2)).orElseThrow();
        assertThat(found.items()).containsExactly(0, 2);
        assertThat(Doubling.floats(found.outputs())).containsExactly('c', 'a');
        assertThat(known.find(VERSION, List.of("x"), List.of(0))).isEmpty();
    }
}
