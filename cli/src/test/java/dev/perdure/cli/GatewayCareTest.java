package dev.perdure.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.perdure.cli.GatewayCare.Act;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** What follows from what is seen of a gateway. */
class GatewayCareTest {
    private static long seconds(double seconds) {
        return (long) (seconds * TimeUnit.SECONDS.toNanos(1));
    }

    @Test
    void aPlaceIsFilledAtOnceAndAgainAtOnceAfterOneThatServedForAWhile() {
        GatewayCare care = GatewayCare.vacant(seconds(5));
        assertThat(care.due(seconds(5))).isInstanceOf(Act.Start.class);
        care = care.started(seconds(5)).heard(seconds(7));
        for (int i = 8; i < 100; i++) {
            assertThat(care.due(seconds(i))).isInstanceOf(Act.Wait.class);
            care = care.heard(seconds(i));
        }
        care = care.gone(seconds(100));
        assertThat(care.due(seconds(100))).isInstanceOf(Act.Start.class);
        assertThat(care.failures()).isEqualTo(1);
    }

    @Test
    void silenceIsAnEndAndOnlyOfThoseThatWereHeardASoonOne() {
        GatewayCare starting = GatewayCare.vacant(0).started(0);
        assertThat(starting.due(seconds(200))).isInstanceOf(Act.Wait.class);
        assertThat(starting.due(seconds(301))).isInstanceOf(Act.Kill.class);
        GatewayCare serving = starting.heard(seconds(200));
        assertThat(serving.due(seconds(205))).isInstanceOf(Act.Wait.class);
        assertThat(serving.due(seconds(205.5)))
                .isInstanceOfSatisfying(
                        Act.Kill.class, kill -> assertThat(kill.reason()).contains("5500 ms", "5000 ms"));
    }

    @Test
    void pausesGrowWhileNoneServesForLong() {
        GatewayCare care = GatewayCare.vacant(0);
        long now = 0;
        long pause = 0;
        for (int i = 0; i < 12; i++) {
            care = care.started(now).heard(now).gone(now);
            long next = now;
            while (care.due(next) instanceof Act.Wait) {
                next += seconds(0.1);
            }
            assertThat(next - now).isGreaterThanOrEqualTo(pause).isLessThanOrEqualTo(seconds(10));
            pause = next - now;
            now = next;
        }
        assertThat(pause).isEqualTo(seconds(10));
    }
}
