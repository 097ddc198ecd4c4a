package dev.perdure.replica;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is computed together, and when. Times are microseconds. */
class BatcherTest {
    private static final long NEVER = 1_000_000_000;

    private record Request(int id, long samples, long arrived, long deadline) implements Batcher.Waiting {
        @Override
        public long arrivedNanos() {
            return arrived * 1000;
        }

        @Override
        public long deadlineNanos() {
            return deadline * 1000;
        }
    }

    private static Request request(int id, long samples, long arrived) {
        return new Request(id, samples, arrived, NEVER);
    }

    private static Batcher batcher(int samplesMax, long delayMicros) {
        return new Batcher(new BatchLimits(samplesMax, Duration.ofNanos(delayMicros * 1000), 1000));
    }

    private static Batcher.Decision<Request> decide(Batcher batcher, long nowMicros, Request... queue) {
        return batcher.decide(List.of(queue), nowMicros * 1000);
    }

    @Test
    void withoutDelayWhateverWaitsGoesTogether() {
        var decision = decide(batcher(8, 0), 10, request(1, 1, 9), request(2, 3, 10));
        assertThat(decision.batch()).extracting(Request::id).containsExactly(1, 2);
    }

    @Test
    void aBatchWaitsForOthersUntilItsFirstHasWaitedLongEnough() {
        Batcher batcher = batcher(8, 50);
        var early = decide(batcher, 30, request(1, 1, 10), request(2, 1, 25));
        assertThat(early.batch()).isEmpty();
        assertThat(early.waitNanos()).isEqualTo(30_000);
        assertThat(decide(batcher, 60, request(1, 1, 10), request(2, 1, 25)).batch())
                .hasSize(2);
    }

    @Test
    void aFullBatchDoesNotWait() {
        assertThat(decide(batcher(4, 50), 0, request(1, 2, 0), request(2, 2, 0)).batch())
                .hasSize(2);
        assertThat(decide(batcher(4, 50), 0, request(1, 2, 0), request(2, 3, 0)).batch())
                .as("the second does not fit in, so the first has nobody to wait for")
                .extracting(Request::id)
                .containsExactly(1);
    }

    @Test
    void aRequestOfMoreThanABatchGoesAlone() {
        var decision = decide(batcher(4, 50), 0, request(1, 9, 0), request(2, 1, 0));
        assertThat(decision.batch()).extracting(Request::id).containsExactly(1);
    }

    @Test
    void whatIsLateIsNeverComputed() {
        var decision = decide(batcher(4, 0), 100, new Request(1, 1, 0, 100), new Request(2, 1, 0, 101));
        assertThat(decision.late()).extracting(Request::id).containsExactly(1);
        assertThat(decision.batch()).extracting(Request::id).containsExactly(2);
    }

    @Test
    void whoHasLittleTimeDoesNotSpendItWaiting() {
        var decision = decide(batcher(4, 50), 1, request(1, 1, 0), new Request(2, 1, 1, 90));
        assertThat(decision.batch()).extracting(Request::id).containsExactly(1, 2);
    }

    @Test
    void nothingChangesUntilSomebodyComesWhenNobodyIsThere() {
        var decision = decide(batcher(4, 50), 1);
        assertThat(decision.batch()).isEmpty();
        assertThat(decision.waitNanos()).isEqualTo(Long.MAX_VALUE);
    }

    /** Any sequence of arrivals, with one instance that takes its time. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20})
    void everybodyIsComputedOnceOrLateInOrderAndInTime(long seed) {
        var random = new SplittableRandom(seed);
        long delay = random.nextInt(3) * 40L;
        int samplesMax = 1 + random.nextInt(16);
        Batcher batcher = batcher(samplesMax, delay);
        var queue = new ArrayDeque<Request>();
        var seen = new ArrayList<Integer>();
        long now = 0;
        int arrived = 0;
        while (seen.size() < 500) {
            for (int i = random.nextInt(3); i > 0 && arrived < 500; i--) {
                long deadline = random.nextInt(4) == 0 ? now + 1 + random.nextInt(100) : NEVER;
                queue.add(new Request(arrived++, 1 + random.nextInt(20), now, deadline));
            }
            Batcher.Decision<Request> decision = batcher.decide(queue, now * 1000);
            check(decision, now, samplesMax, delay);
            queue.removeAll(decision.late());
            queue.removeAll(decision.batch());
            decision.late().forEach(late -> seen.add(late.id()));
            decision.batch().forEach(gone -> seen.add(gone.id()));
            if (!queue.isEmpty() && decision.batch().isEmpty()) {
                assertThat(decision.waitNanos()).isBetween(1L, delay * 1000);
            }
            now += 1 + random.nextInt(decision.batch().isEmpty() ? 5 : 60);
        }
        assertThat(seen).doesNotHaveDuplicates().hasSize(500);
    }

    private static void check(Batcher.Decision<Request> decision, long now, int samplesMax, long delay) {
        assertThat(decision.late()).allMatch(late -> late.deadline() <= now);
        assertThat(decision.batch()).allMatch(gone -> gone.deadline() > now);
        assertThat(decision.batch()).extracting(Request::id).isSorted();
        long samples = decision.batch().stream().mapToLong(Request::samples).sum();
        assertThat(decision.batch().size() <= 1 || samples <= samplesMax).isTrue();
    }
}
