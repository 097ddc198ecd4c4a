package dev.perdure.routing;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class QuarantineTest {
    private static final long MINUTE = Duration.ofMinutes(1).toNanos();

    private static Quarantine of(int max) {
        return new Quarantine(new Quarantine.Options(max, Duration.ofMinutes(1)));
    }

    private static boolean died(Quarantine quarantine, Evidence evidence, long now, String... had) {
        return quarantine
                .died(new TreeSet<>(List.of(had)), evidence, Set.of(), now)
                .isPresent();
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

    @Test
    void theGuiltyIsFoundInCompanyByTheDeathsThatOthersWereNotAt() {
        Quarantine quarantine = of(10);
        assertThat(died(quarantine, 0, "guilty", "a")).isFalse();
        assertThat(died(quarantine, 1, "guilty", "a", "b")).isFalse();
        assertThat(died(quarantine, 2, "guilty", "b", "c")).isFalse();
        assertThat(died(quarantine, 3, "guilty", "c", "d"))
                .as("a shared two, b two, c two of its four")
                .isTrue();
        assertThat(quarantine.holds("guilty", 3)).isTrue();
        for (String innocent : List.of("a", "b", "c", "d")) {
            assertThat(quarantine.knows(innocent, 3)).as(innocent).isFalse();
        }
    }

    @Test
    void whatTheMoreSuspectMayHaveDoneDoesNotConvictThoseNearBy() {
        Quarantine quarantine = of(10);
        died(quarantine, Evidence.WEAK, 0, "guilty", "other", "near");
        died(quarantine, Evidence.WEAK, 0, "guilty", "other", "near");
        died(quarantine, Evidence.WEAK, 0, "guilty", "other");
        died(quarantine, Evidence.WEAK, 0, "guilty", "other");
        assertThat(died(quarantine, 1, "near", "new"))
                .as("ended by the new one")
                .isFalse();
        assertThat(quarantine.suspects("near", 1)).isTrue();
        assertThat(quarantine.suspects("new", 1)).isTrue();
    }

    @Test
    void whatIsUnderWayIsNotForgottenHoweverMuchItIs() {
        Quarantine quarantine = of(5);
        var had = new TreeSet<String>();
        IntStream.range(0, 100).forEach(i -> had.add("item %02d".formatted(i)));
        assertThat(quarantine.died(had, Evidence.STRONG, had, 0)).isEmpty();
        assertThat(quarantine.size()).isEqualTo(100);
        assertThat(had).allMatch(item -> quarantine.suspects(item, 0));
        assertThat(quarantine.died(new TreeSet<>(Set.of("item 00")), Evidence.STRONG, Set.of(), 1))
                .isEqualTo(Optional.of("item 00"));
        assertThat(quarantine.size()).as("they were near the guilty").isEqualTo(1);
    }

    @Test
    void ofTooManyThoseWithTheLeastEvidenceAreForgotten() {
        Quarantine quarantine = of(3);
        died(quarantine, 0, "strong");
        for (int i = 0; i < 10; i++) {
            died(quarantine, Evidence.WEAK, 1, "weak " + i);
        }
        assertThat(quarantine.suspects("strong", 1)).isTrue();
        assertThat(quarantine.knows("weak 9", 1)).isTrue();
        assertThat(quarantine.knows("weak 0", 1)).isFalse();
        assertThat(quarantine.size()).isEqualTo(3);
    }
}
