package dev.perdure.routing;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

class QuarantineTest {
    private static final long MINUTE = Duration.ofMinutes(1).toNanos();

    private static Quarantine of(int max) {
        return new Quarantine(new Quarantine.Options(max, Duration.ofMinutes(1)));
    }

    private static boolean died(Quarantine quarantine, Evidence evidence, long now, String... had) {
        return quarantine.died(new TreeSet<>(List.of(had)), evidence, now).isPresent();
    }

    private static boolean died(Quarantine quarantine, long now, String... had) {
        return died(quarantine, Evidence.STRONG, now, had);
    }

    @Test
    void twoDeathsQuarantineUntilThatHasExpired() {
        Quarantine quarantine = of(10);
        assertThat(died(quarantine, 0, "a")).isFalse();
        assertThat(quarantine.suspects("a", 0)).isTrue();
        assertThat(died(quarantine, 1, "a")).isTrue();
        assertThat(quarantine.holds("a", MINUTE)).isTrue();
        assertThat(quarantine.holds("a", MINUTE + 1)).isFalse();
        assertThat(quarantine.suspects("a", MINUTE + 1)).isFalse();
    }

    @Test
    void anItemThatIsAnsweredIsCleared() {
        Quarantine quarantine = of(10);
        died(quarantine, 0, "a");
        quarantine.answered("a");
        assertThat(died(quarantine, 1, "a")).isFalse();
    }

    @Test
    void endsFromOutsideCountLess() {
        Quarantine quarantine = of(10);
        assertThat(died(quarantine, Evidence.WEAK, 0, "a")).isFalse();
        assertThat(quarantine.suspects("a", 0)).as("many are killed by chance").isFalse();
        assertThat(died(quarantine, Evidence.WEAK, 0, "a")).isFalse();
        assertThat(quarantine.suspects("a", 0)).isTrue();
        assertThat(died(quarantine, Evidence.WEAK, 0, "a")).isTrue();
        assertThat(Evidence.of(137)).isEqualTo(Evidence.WEAK);
        assertThat(Evidence.of(134)).isEqualTo(Evidence.STRONG);
        assertThat(Evidence.of(139)).isEqualTo(Evidence.STRONG);
        assertThat(Evidence.of(1)).isEqualTo(Evidence.STRONG);
    }

    @Test
    void ofSeveralThatWereWithADeadOneBeforeNoneIsFoundGuilty() {
        Quarantine quarantine = of(10);
        for (int i = 0; i < 5; i++) {
            assertThat(died(quarantine, i, "a", "b")).isFalse();
            assertThat(quarantine.suspects("a", i)).isTrue();
            assertThat(quarantine.suspects("b", i)).isTrue();
        }
        assertThat(died(quarantine, 5, "a", "c")).isTrue();
        assertThat(quarantine.holds("a", 5)).isTrue();
    }

    @Test
    void whatTheGuiltyExplainsSaysNothingAgainstThoseNearBy() {
        Quarantine quarantine = of(10);
        died(quarantine, 0, "guilty", "near");
        died(quarantine, Evidence.WEAK, 0, "near", "other");
        assertThat(died(quarantine, 0, "guilty")).isTrue();
        assertThat(quarantine.suspects("near", 0)).isFalse();
        assertThat(quarantine.knows("near", 0)).as("of another death").isTrue();
        died(quarantine, 0, "other");
        assertThat(died(quarantine, 0, "other")).isTrue();
        assertThat(quarantine.knows("near", 0)).isFalse();
    }

    @Test
    void itIsBoundedAndForgetsSuspectsBeforeTheGuilty() {
        Quarantine quarantine = of(5);
        died(quarantine, 0, "guilty");
        died(quarantine, 0, "guilty");
        for (int i = 0; i < 1_000; i++) {
            died(quarantine, i, "near " + i);
            assertThat(quarantine.size()).isLessThanOrEqualTo(5);
        }
        assertThat(quarantine.holds("guilty", 1)).isTrue();
        for (int i = 0; i < 10; i++) {
            died(quarantine, 1, "other " + i);
            died(quarantine, 1, "other " + i);
        }
        assertThat(quarantine.size()).isEqualTo(5);
    }
}
