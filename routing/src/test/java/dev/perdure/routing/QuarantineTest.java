package dev.perdure.routing;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class QuarantineTest {
    private static final long MINUTE = Duration.ofMinutes(1).toNanos();

    private static Quarantine of(int max) {
        return new Quarantine(new Quarantine.Options(max, Duration.ofMinutes(1)));
    }

    @Test
    void twoDeathsQuarantineUntilThatHasExpired() {
        Quarantine quarantine = of(10);
        assertThat(quarantine.died("a", 0)).isFalse();
        assertThat(quarantine.suspects("a", 0)).isTrue();
        assertThat(quarantine.died("a", 1)).isTrue();
        assertThat(quarantine.holds("a", MINUTE)).isTrue();
        assertThat(quarantine.holds("a", MINUTE + 1)).isFalse();
        assertThat(quarantine.suspects("a", MINUTE + 1)).isFalse();
    }

    @Test
    void anItemThatIsAnsweredIsCleared() {
        Quarantine quarantine = of(10);
        quarantine.died("a", 0);
        quarantine.answered("a");
        assertThat(quarantine.died("a", 1)).isFalse();
    }

    @Test
    void itIsBoundedAndForgetsSuspectsBeforeTheGuilty() {
        Quarantine quarantine = of(5);
        quarantine.died("guilty", 0);
        quarantine.died("guilty", 0);
        for (int i = 0; i < 1_000; i++) {
            quarantine.died("near " + i, i);
            assertThat(quarantine.size()).isLessThanOrEqualTo(5);
        }
        assertThat(quarantine.holds("guilty", 1)).isTrue();
        for (int i = 0; i < 10; i++) {
            quarantine.died("other " + i, 1);
            quarantine.died("other " + i, 1);
        }
        assertThat(quarantine.size()).isEqualTo(5);
    }
}
