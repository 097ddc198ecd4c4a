package dev.perdure.routing;

import static org.assertj.core.api.Assertions.assertThat;

import dev.perdure.routing.Health.Signal;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class HealthTest {
    private static final long SECOND = 1_000_000_000L;
    private static final Health.Limits LIMITS = Health.Limits.usual();
    private static final List<Signal> SIGNALS = List.of(
            new Signal.Passed(),
            new Signal.Use(),
            new Signal.Rest(),
            new Signal.Tick(),
            new Signal.Drain(),
            new Signal.Found(new Finding.Slow("slow")),
            new Signal.Found(new Finding.Silent("silent")),
            new Signal.Found(new Finding.GoldenWrong("wrong")),
            new Signal.Found(new Finding.Exited(137)));

    /** All sequences of six signals, a second apart. */
    @Test
    void noSequenceBreaksWhatIsPromised() {
        int length = 6;
        int all = (int) Math.pow(SIGNALS.size(), length);
        for (int code = 0; code < all; code++) {
            Health health = new Health.Starting(0);
            boolean gone = false;
            boolean wrong = false;
            boolean passed = false;
            int rest = code;
            for (int i = 0; i < length; i++) {
                Signal signal = SIGNALS.get(rest % SIGNALS.size());
                rest /= SIGNALS.size();
                Health before = health;
                health = health.after(signal, i * SECOND, LIMITS);
                Finding found = signal instanceof Signal.Found it ? it.what() : new Finding.Slow("");
                gone |= found instanceof Finding.Exited;
                wrong |= found instanceof Finding.GoldenWrong && !gone;
                passed |= signal instanceof Signal.Passed;
                assertThat(health instanceof Health.Stopped)
                        .as("code %d: gone is for ever", code)
                        .isEqualTo(gone);
                boolean isTrusted = health.isInUse() || health instanceof Health.Standby;
                assertThat(isTrusted && wrong)
                        .as("code %d: wrong is for ever", code)
                        .isFalse();
                assertThat(isTrusted && !passed)
                        .as("code %d: used before shown to be right", code)
                        .isFalse();
                assertThat(before instanceof Health.Draining && isTrusted)
                        .as("code %d: drained", code)
                        .isFalse();
                if (before instanceof Health.Ejected out && isTrusted) {
                    assertThat(i * SECOND)
                            .as("code %d: back before the pause", code)
                            .isGreaterThanOrEqualTo(out.until());
                }
            }
        }
    }

    @Test
    void pausesDoubleUntilItHasProvedItself() {
        Health health = new Health.Starting(0).after(new Signal.Passed(), 0, LIMITS);
        long now = 0;
        for (long pause = 500; pause <= 8_000; pause *= 2) {
            health = health.after(new Signal.Use(), now, LIMITS)
                    .after(new Signal.Found(new Finding.Slow("")), now, LIMITS);
            assertThat(health).isInstanceOf(Health.Ejected.class);
            long until = ((Health.Ejected) health).until();
            assertThat(until - now).isEqualTo(Duration.ofMillis(pause).toNanos());
            now = until;
            health = health.after(new Signal.Passed(), now, LIMITS);
        }
        assertThat(health.times()).isEqualTo(5);
        health = health.after(new Signal.Use(), now, LIMITS).after(new Signal.Tick(), now + 2 * SECOND, LIMITS);
        assertThat(health).isInstanceOf(Health.Serving.class);
        assertThat(health.after(new Signal.Tick(), now + 40 * SECOND, LIMITS).times())
                .isZero();
    }

    @Test
    void theWeightGrowsFromATenthToOneDuringTheSlowStart() {
        Health trial = new Health.OnTrial(0, 0);
        assertThat(trial.weight(0, LIMITS)).isEqualTo(0.1);
        assertThat(trial.weight(SECOND, LIMITS)).isEqualTo(0.5);
        assertThat(trial.after(new Signal.Tick(), 2 * SECOND, LIMITS).weight(2 * SECOND, LIMITS))
                .isEqualTo(1);
        assertThat(new Health.Standby(0, 0).weight(0, LIMITS)).isZero();
    }

    @Test
    void aWorseFindingReplacesALesserOneAndNotTheOtherWayRound() {
        Health slow = new Health.Serving(0, 0).after(new Signal.Found(new Finding.Slow("")), 0, LIMITS);
        Health wrong = slow.after(new Signal.Found(new Finding.GoldenWrong("")), 1, LIMITS);
        assertThat(wrong.isWrong()).isTrue();
        assertThat(wrong.after(new Signal.Found(new Finding.Silent("")), 2, LIMITS))
                .isEqualTo(wrong);
        assertThat(wrong.after(new Signal.Drain(), 2, LIMITS)).isEqualTo(wrong);
    }
}
