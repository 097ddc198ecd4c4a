package dev.perdure.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class SeriallyTest {
    private static final int TICK = -1;
    private static final int NESTED = -2;
    private static final int MANY = 50_000;

    private final List<Integer> dealt = new ArrayList<>(); // without a lock: it shows when two deal at once
    private final AtomicInteger at = new AtomicInteger();
    private final CountDownLatch ticks = new CountDownLatch(3);
    private volatile boolean isTwice;
    private volatile long everyNanos = Duration.ofDays(1).toNanos();
    private long dueNanos = System.nanoTime() + everyNanos;

    private final Serially<Integer> events = new Serially<>("test", new Dealer(), TICK, Duration.ofMillis(1));

    private final class Dealer implements Serially.Dealer<Integer> {
        @Override
        public void deal(Integer event) {
            isTwice |= at.getAndIncrement() != 0;
            dealt.add(event);
            if (event == TICK) {
                ticks.countDown();
                dueNanos = System.nanoTime() + everyNanos;
            } else if (event == 0) {
                events.tell(NESTED);
                isTwice |= dealt.getLast() == NESTED;
            }
            at.decrementAndGet();
        }

        @Override
        public long dueNanos() {
            return dueNanos;
        }

        @Override
        public boolean isBusy() {
            return false;
        }
    }

    @AfterEach
    void end() throws InterruptedException {
        events.end();
    }

    @Test
    void eachIsDealtWithOnceAndByOneInTheOrderOfWhoeverTellsIt() throws InterruptedException {
        events.start();
        var threads = new ArrayList<Thread>();
        for (int t = 0; t < 4; t++) {
            int from = t * MANY;
            threads.add((t % 2 == 0 ? Thread.ofPlatform() : Thread.ofVirtual()).start(() -> {
                for (int i = 0; i < MANY; i++) {
                    events.tell(from + i);
                }
            }));
        }
        for (Thread thread : threads) {
            thread.join();
        }
        events.end();
        assertThat(isTwice).isFalse();
        assertThat(dealt).filteredOn(event -> event >= 0).hasSize(4 * MANY);
        for (int t = 0; t < 4; t++) {
            int from = t * MANY;
            assertThat(dealt.stream()
                            .filter(event -> event >= from && event < from + MANY)
                            .toList())
                    .isSorted()
                    .doesNotHaveDuplicates();
        }
        assertThat(dealt).containsOnlyOnce(NESTED);
    }

    @Test
    void theTimeIsToldWhenItIsDueThoughNobodyTellsAnything() throws InterruptedException {
        everyNanos = Duration.ofMillis(1).toNanos();
        dueNanos = System.nanoTime();
        events.start();
        ticks.await();
        assertThat(isTwice).isFalse();
    }

    @Test
    void nothingIsDealtWithAfterTheEnd() throws InterruptedException {
        events.start();
        events.end();
        int before = dealt.size();
        events.tell(7);
        assertThat(dealt).hasSize(before);
    }
}
