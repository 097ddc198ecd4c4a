package dev.perdure.training;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class LossNoticesTest {
    private final LossNotices notices = new LossNotices();
    private final List<StorageWatch.Notice> heard = new ArrayList<>();
    private final Random random = new Random(11);
    private long step;

    private void losses(int steps, double level) {
        for (int i = 0; i < steps; i++) {
            double loss = level * Math.exp(0.05 * random.nextGaussian());
            notices.hear(new TrainingEvent.StepApplied(++step, 1, loss, 0.9, 0.1, 1, 64, 16))
                    .ifPresent(heard::add);
        }
    }

    @Test
    void aSpikeIsNoticedAtItsStepWithTheLossAndWhatIsUsual() {
        losses(100, 0.5);
        losses(1, 40);
        losses(100, 0.5);
        assertThat(heard).singleElement().satisfies(notice -> {
            assertThat(notice.kind()).isEqualTo("loss-spike");
            assertThat(notice.evidence()).startsWith("step 101: loss").contains("is usual");
        });
    }

    @Test
    void lossesThatStayHighAreASpikeOnceAndThenDivergenceOnce() {
        losses(100, 0.5);
        losses(60, 40);
        assertThat(heard).extracting(StorageWatch.Notice::kind).containsExactly("loss-spike", "loss-diverging");
        assertThat(heard.getLast().evidence()).startsWith("step 116: ").contains("for 16 steps");
    }

    @Test
    void anotherSpikeIsNoticedAgain() {
        losses(100, 0.5);
        losses(1, 40);
        losses(30, 0.5);
        losses(1, 40);
        assertThat(heard).extracting(StorageWatch.Notice::kind).containsExactly("loss-spike", "loss-spike");
    }

    @Test
    void aTrainingThatLearnsIsLeftInPeace() {
        for (double level = 3; level > 0.1; level *= 0.99) {
            losses(5, level);
        }
        assertThat(heard).isEmpty();
    }
}
