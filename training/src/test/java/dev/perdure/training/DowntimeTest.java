package dev.perdure.training;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class DowntimeTest {
    private final ProgressFile progress = ProgressFile.scratch();
    private long now = 5_000;
    private final Downtime downtime = new Downtime(progress, () -> now);

    @AfterEach
    void close() {
        progress.close();
    }

    /** So long passes, of which the workers book so much. */
    private void pass(long nanos, long booked) {
        now += nanos;
        progress.addWall(nanos);
        progress.book(Purpose.COMPUTE, booked);
    }

    private void assertBooked(long detecting, long regrouping) {
        assertThat(progress.ledger())
                .containsEntry(Purpose.DETECT, detecting)
                .containsEntry(Purpose.REGROUP, regrouping);
    }

    @Test
    void withoutAFailureWhatNobodyBookedStaysIdle() {
        pass(100, 60);
        downtime.stepped();
        assertBooked(0, 0);
        assertThat(progress.ledger()).containsEntry(Purpose.IDLE, 40L);
    }

    @Test
    void theGapAroundAFailureWentIntoNoticingItFirstAndThenIntoRegrouping() {
        pass(50, 50);
        downtime.stepped();
        downtime.failed(30);
        pass(100, 0);
        downtime.stepped();
        assertBooked(30, 70);
    }

    @Test
    void noticingCannotHaveTakenLongerThanTheGap() {
        downtime.failed(500);
        pass(100, 0);
        downtime.stepped();
        assertBooked(100, 0);
    }

    @Test
    void whatTheWorkersBookedIsNotBookedTwice() {
        downtime.failed(30);
        pass(100, 60);
        downtime.stepped();
        assertBooked(30, 10);
        assertThat(progress.unbooked()).isZero();
    }

    @Test
    void whereTheWorkersBookedMoreThanThePassedTimeNothingIsTakenBack() {
        pass(100, 40);
        downtime.stepped();
        downtime.failed(30);
        pass(100, 150);
        downtime.stepped();
        assertBooked(0, 0);
    }

    @Test
    void ofSeveralFailuresAtOnceTheOneThatWasNoticedLastCounts() {
        downtime.failed(10);
        downtime.failed(40);
        downtime.failed(20);
        pass(100, 0);
        downtime.stepped();
        assertBooked(40, 60);
    }

    @Test
    void aFailureIsBookedOnce() {
        downtime.failed(30);
        pass(100, 0);
        downtime.stepped();
        pass(100, 0);
        downtime.stepped();
        assertBooked(30, 70);
        assertThat(progress.ledger()).containsEntry(Purpose.IDLE, 100L);
    }
}
