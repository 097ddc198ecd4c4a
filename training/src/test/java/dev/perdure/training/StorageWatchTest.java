package dev.perdure.training;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class StorageWatchTest {
    private final StorageWatch watch = new StorageWatch();
    private final List<StorageWatch.Notice> heard = new ArrayList<>();
    private long step;

    private void saves(int times, double millis) {
        for (int i = 0; i < times; i++) {
            double wobble = 1 + 0.1 * Math.sin((double) ++step);
            watch.hear(new TrainingEvent.Saved(step, 1, 0, 1, millis * wobble)).ifPresent(heard::add);
        }
    }

    @Test
    void theThirdSlowSaveInARowIsNoticedAndThoseAfterItAreNot() {
        saves(40, 100);
        saves(2, 5_000);
        assertThat(heard).isEmpty();
        saves(4, 5_000);
        assertThat(heard).singleElement().satisfies(notice -> {
            assertThat(notice.kind()).isEqualTo("storage-slow");
            assertThat(notice.evidence())
                    .startsWith("the checkpoint of step 43: ")
                    .contains("seconds");
        });
    }

    @Test
    void itIsNoticedAgainOnceItWasAsBefore() {
        saves(40, 100);
        saves(3, 5_000);
        saves(40, 100);
        saves(3, 5_000);
        assertThat(heard).extracting(StorageWatch.Notice::kind).containsExactly("storage-slow", "storage-slow");
    }

    @Test
    void twoSlowSavesAreAnAccident() {
        saves(40, 100);
        saves(2, 5_000);
        saves(40, 100);
        assertThat(heard).isEmpty();
    }

    @Test
    void everyFailedSaveIsNoticedWithWhatBecomesOfIt() {
        assertThat(watch.hear(new TrainingEvent.SaveFailed(7, "disk full", true)))
                .contains(new StorageWatch.Notice(
                        "save-failed", "the checkpoint of step 7: disk full (it is tried again)"));
        assertThat(watch.hear(new TrainingEvent.SaveFailed(7, "disk full", false)))
                .map(StorageWatch.Notice::evidence)
                .contains("the checkpoint of step 7: disk full (given up; the next may succeed)");
    }

    @Test
    void aClockThatJumpsBackWhileSavingHarmsNothing() {
        saves(40, 100);
        assertThat(watch.hear(new TrainingEvent.Saved(41, 1, 0, 1, -3_600_000))).isEmpty();
        saves(3, 5_000);
        assertThat(heard).hasSize(1);
    }

    @Test
    void whatIsNotOfStorageIsNotJudged() {
        assertThat(watch.hear(new TrainingEvent.Warned("few samples"))).isEqualTo(Optional.empty());
        assertThat(watch.hear(new TrainingEvent.StepApplied(1, 1, 0.5, 0.9, 0.1, 1, 64, 16)))
                .isEmpty();
    }
}
