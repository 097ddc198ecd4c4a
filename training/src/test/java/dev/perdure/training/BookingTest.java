package dev.perdure.training;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class BookingTest {
    private static final Instant DAY = Instant.parse("2026-03-01T12:00:00Z");

    private final ProgressFile first = ProgressFile.scratch();
    private final ProgressFile second = ProgressFile.scratch();
    private final List<String> entered = new ArrayList<>();
    private long now = 1_000;
    private final Booking booking = new Booking(first, () -> now, () -> DAY, new Probe() {
        @Override
        public void enters(Phase phase, long step) {
            entered.add(phase + " of step " + step);
        }
    });

    @AfterEach
    void close() {
        first.close();
        second.close();
    }

    /** Spends so long on something. */
    private void spend(Purpose purpose, long nanos) {
        booking.switchTo(purpose);
        now += nanos;
    }

    private static long sum(ProgressFile progress) {
        return progress.ledger().values().stream().mapToLong(nanos -> nanos).sum();
    }

    @Test
    void everyNanosecondIsBookedToExactlyOnePurposeAndTheSumIsTheTimePassed() {
        var random = new Random(5);
        var spent = new EnumMap<Purpose, Long>(Purpose.class);
        Purpose[] purposes = Purpose.values();
        for (Purpose purpose : purposes) {
            spent.put(purpose, 0L);
        }
        long began = now;
        for (int i = 0; i < 5_000; i++) {
            Purpose next = purposes[random.nextInt(purposes.length)];
            long nanos = random.nextInt(1_000);
            if (random.nextBoolean()) {
                spend(next, nanos);
            } else {
                booking.enter(Phase.DATA, next, i);
                now += nanos;
            }
            spent.merge(next, nanos, Long::sum);
        }
        booking.switchTo(Purpose.IDLE);
        assertThat(first.ledger()).isEqualTo(spent);
        assertThat(sum(first)).isEqualTo(now - began);
    }

    @Test
    void whatWasTakenForSomethingElseGoesToWhatItReallyWas() {
        spend(Purpose.COMPUTE, 40);
        booking.itWas(Purpose.DETECT);
        booking.switchTo(Purpose.REGROUP);
        assertThat(first.ledger()).containsEntry(Purpose.DETECT, 40L).containsEntry(Purpose.COMPUTE, 0L);
    }

    @Test
    void aPurposeWithinAnotherIsGivenBack() {
        spend(Purpose.COMPUTE, 10);
        Purpose former = booking.switchTo(Purpose.SAVE_STALL);
        now += 3;
        booking.switchTo(former);
        now += 20;
        booking.switchTo(Purpose.IDLE);
        assertThat(former).isEqualTo(Purpose.COMPUTE);
        assertThat(first.ledger()).containsEntry(Purpose.COMPUTE, 30L).containsEntry(Purpose.SAVE_STALL, 3L);
    }

    @Test
    void whoTakesOverBooksTheWholeFailureAtHandAndNothingFromBefore() {
        spend(Purpose.DETECT, 100);
        spend(Purpose.REGROUP, 200);
        spend(Purpose.COMPUTE, 50); // that failure is over
        spend(Purpose.DETECT, 7);
        spend(Purpose.REGROUP, 11);
        spend(Purpose.RESTORE, 5);
        spend(Purpose.REGROUP, 13);
        booking.switchTo(Purpose.COMPUTE);
        booking.takesOver(second);
        now += 9;
        booking.switchTo(Purpose.IDLE);
        assertThat(second.ledger())
                .containsEntry(Purpose.DETECT, 7L)
                .containsEntry(Purpose.REGROUP, 24L)
                .containsEntry(Purpose.COMPUTE, 9L);
        assertThat(sum(second)).isEqualTo(7 + 24 + 9);
        assertThat(booking.progress()).isSameAs(second);
    }

    @Test
    void everythingButWaitingEndsTheFailureAtHand() {
        for (Purpose purpose : Purpose.values()) {
            spend(Purpose.DETECT, 7);
            spend(purpose, 1);
            booking.switchTo(Purpose.IDLE);
            ProgressFile other = ProgressFile.scratch();
            booking.takesOver(other);
            boolean goesOn = switch (purpose) {
                case RESTORE, IDLE, DETECT, REGROUP -> true;
                case COMPUTE, DEGRADED, DATA, SAVE_STALL, REDO -> false;
            };
            assertThat(sum(other) > 0).as("%s", purpose).isEqualTo(goesOn);
            booking.into(first);
            other.close();
            spend(Purpose.COMPUTE, 1); // over before the next
        }
    }

    @Test
    void whoIsFollowedByAnotherFileLeavesTheFailureWhereItWas() {
        spend(Purpose.DETECT, 7);
        booking.switchTo(Purpose.COMPUTE);
        booking.into(second);
        now += 9;
        booking.switchTo(Purpose.IDLE);
        assertThat(first.ledger()).containsEntry(Purpose.DETECT, 7L);
        assertThat(second.ledger()).isEqualTo(only(Purpose.COMPUTE, 9));
    }

    private static Map<Purpose, Long> only(Purpose purpose, long nanos) {
        var ledger = new EnumMap<Purpose, Long>(Purpose.class);
        for (Purpose each : Purpose.values()) {
            ledger.put(each, each == purpose ? nanos : 0);
        }
        return ledger;
    }

    @Test
    void aPhaseIsASignOfLifeAndIsShown() {
        booking.enter(Phase.EXCHANGE, Purpose.COMPUTE, 3);
        assertThat(first.heartbeatMillis()).isEqualTo(DAY.toEpochMilli());
        assertThat(entered).containsExactly("EXCHANGE of step 3");
    }
}
