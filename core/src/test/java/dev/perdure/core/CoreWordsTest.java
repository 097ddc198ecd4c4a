package dev.perdure.core;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class CoreWordsTest {

    @Test
    void suggestsTheNearestNameAndNothingWhenNoneIsNear() {
        var known = List.of("epochs", "batch", "learning-rate");
        assertThat(Suggestions.nearest("epoch", known)).contains("epochs");
        assertThat(Suggestions.nearest("bacth", known)).contains("batch");
        assertThat(Suggestions.nearest("learning_rate", known)).contains("learning-rate");
        assertThat(Suggestions.nearest("optimizer", known)).isEmpty();
    }

    @Test
    void seedsNeverChange() {
        // Pinned: another value would change every run's weights.
        assertThat(Seeds.derive(42, Seeds.Purpose.DROPOUT, 1, 2, 3)).isEqualTo(-7836904820277631359L);
    }

    @Test
    void seedsOfDifferentPlacesDiffer() {
        var seeds = new HashSet<Long>();
        for (var purpose : Seeds.Purpose.values()) {
            for (long epoch = 0; epoch < 10; epoch++) {
                for (long step = 0; step < 100; step++) {
                    seeds.add(Seeds.derive(7, purpose, epoch, step));
                }
            }
        }
        assertThat(seeds).hasSize(Seeds.Purpose.values().length * 1000);
        assertThat(Seeds.derive(7, Seeds.Purpose.SPLIT, 1, 2)).isNotEqualTo(Seeds.derive(7, Seeds.Purpose.SPLIT, 2, 1));
    }

    @Test
    void digestsOfMemoryAndOfBytesAgreeWhateverTheSize() {
        var random = new Random(1);
        for (int size : new int[] {0, 1, 1 << 20, (1 << 20) + 1, 3 << 20}) {
            byte[] bytes = new byte[size];
            random.nextBytes(bytes);
            assertThat(Digests.sha256(MemorySegment.ofArray(bytes))).isEqualTo(Digests.sha256(bytes));
        }
        assertThat(Digests.sha256(new byte[0]))
                .isEqualTo("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    }

    @Test
    void backoffDoublesUpToItsLimit() {
        var backoff = new Backoff(3, Duration.ofMillis(100), Duration.ofMillis(350));
        assertThat(backoff.pauseAfter(1)).isEqualTo(Duration.ofMillis(100));
        assertThat(backoff.pauseAfter(2)).isEqualTo(Duration.ofMillis(200));
        assertThat(backoff.pauseAfter(3)).isEqualTo(Duration.ofMillis(350));
        assertThat(backoff.pauseAfter(1_000_000)).isEqualTo(Duration.ofMillis(350));
        assertThat(backoff.allowsAfter(2)).isTrue();
        assertThat(backoff.allowsAfter(3)).isFalse();
    }
}
