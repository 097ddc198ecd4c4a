package dev.perdure.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class MovingRateTest {
    private static final long MS = 1_000_000;

    private final MovingRate rate = new MovingRate(10_000 * MS);
    private long now = 7_000 * MS;

    private void work(int times, long millisEach, double amountEach) {
        for (int i = 0; i < times; i++) {
            now += millisEach * MS;
            rate.add(now, amountEach);
        }
    }

    private double perSecond() {
        return rate.perSecond().orElseThrow();
    }

    @Test
    void nothingIsSaidBeforeAQuarterOfASecondWasMeasured() {
        assertThat(rate.perSecond()).isEmpty();
        rate.restart(now);
        work(2, 124, 64);
        assertThat(rate.perSecond()).isEmpty();
        work(1, 2, 64);
        assertThat(rate.perSecond()).isPresent();
    }

    @Test
    void steadyWorkHasItsRateHoweverSmallItsPieces() {
        rate.restart(now);
        work(40_000, 1, 2);
        assertThat(perSecond()).isEqualTo(2_000, within(1e-6));
    }

    @Test
    void whatIsOlderThanTheWindowCountsNothing() {
        rate.restart(now);
        work(100, 100, 1_000);
        work(50, 100, 10);
        assertThat(perSecond()).as("half of the window is of before").isBetween(4_000.0, 6_500.0);
        work(60, 100, 10);
        assertThat(perSecond()).isEqualTo(100, within(1e-6));
    }

    @Test
    void neitherWorkNorTimeFromBeforeARestartCounts() {
        rate.restart(now);
        work(50, 100, 1_000);
        now += 60_000 * MS;
        rate.restart(now);
        assertThat(rate.perSecond()).isEmpty();
        work(10, 100, 10);
        assertThat(perSecond()).isEqualTo(100, within(1e-6));
    }

    @Test
    void piecesLongerThanTheWindowStillHaveARate() {
        rate.restart(now);
        work(5, 30_000, 60);
        assertThat(perSecond()).isEqualTo(2, within(1e-9));
    }
}
