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
        assertThat(quarantine.died("a", Evidence.STRONG, true, 0)).isFalse();
        assertThat(quarantine.suspects("a", 0)).isTrue();
        assertThat(quarantine.died("a", Evidence.STRONG, true, 1)).isTrue();
        assertThat(quarantine.holds("a", MINUTE)).isTrue();
        assertThat(quarantine.holds("a", MINUTE + 1)).isFalse();
        assertThat(quarantine.suspects("a", MINUTE + 1)).isFalse();
    }

    @Test
    void anItemThatIsAnsweredIsCleared() {
        Quarantine quarantine = of(10);
        quarantine.died("a", Evidence.STRONG, true, 0);
        quarantine.answered("a");
        assertThat(quarantine.died("a", Evidence.STRONG, true, 1)).isFalse();
    }

    @Test
    void endsFromOutsideCountLess() {
        Quarantine quarantine = of(10);
        assertThat(quarantine.died("a", Evidence.WEAK, true, 0)).isFalse();
        assertThat(quarantine.suspects("a", 0)).as("many are killed by chance").isFalse();
        assertThat(quarantine.died("a", Evidence.WEAK, true, 0)).isFalse();
        assertThat(quarantine.suspects("a", 0)).isTrue();
        assertThat(quarantine.died("a", Evidence.WEAK, true, 0)).isTrue();
        assertThat(Evidence.of(137)).isEqualTo(Evidence.WEAK);
        assertThat(Evidence.of(134)).isEqualTo(Evidence.STRONG);
        assertThat(Evidence.of(139)).isEqualTo(Evidence.STRONG);
        assertThat(Evidence.of(1)).isEqualTo(Evidence.STRONG);
    }

    @Test
    void ofSeveralThatMayBeGuiltyNoneIsFoundSo() {
        Quarantine quarantine = of(10);
        for (String digest : new String[] {"a", "b"}) {
            quarantine.died(digest, Evidence.STRONG, true, 0);
            assertThat(quarantine.isNear(digest, Evidence.STRONG, 0)).isTrue();
            assertThat(quarantine.died(digest, Evidence.STRONG, false, 0)).isFalse();
            assertThat(quarantine.suspects(digest, 0)).isTrue();
        }
        assertThat(quarantine.died("a", Evidence.STRONG, true, 0)).isTrue();
        assertThat(quarantine.holds("b", 0)).isFalse();
    }

    @Test
    void itIsBoundedAndForgetsSuspectsBeforeTheGuilty() {
        Quarantine quarantine = of(5);
        quarantine.died("guilty", Evidence.STRONG, true, 0);
        quarantine.died("guilty", Evidence.STRONG, true, 0);
        for (int i = 0; i < 1_000; i++) {
            quarantine.died("near " + i, Evidence.STRONG, true, i);
            assertThat(quarantine.size()).isLessThanOrEqualTo(5);
        }
        assertThat(quarantine.holds("guilty", 1)).isTrue();
        for (int i = 0; i < 10; i++) {
            quarantine.died("other " + i, Evidence.STRONG, true, 1);
            quarantine.died("other " + i, Evidence.STRONG, true, 1);
        }
        assertThat(quarantine.size()).isEqualTo(5);
    }
}
