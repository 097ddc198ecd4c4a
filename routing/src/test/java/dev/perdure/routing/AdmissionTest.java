package dev.perdure.routing;

import static org.assertj.core.api.Assertions.assertThat;

import dev.perdure.routing.Admission.Verdict;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class AdmissionTest {
    private static final long MS = 1_000_000;

    private static Ask ask(long deadline, int priority) {
        return new Ask(List.of(new Tier.Model("v")), deadline, priority, "client", Optional.empty(), List.of("digest"));
    }

    /** A fleet of so many threads, an open-loop client that does not wait for anybody, and admission between them. */
    private static final class Shop {
        private record Item(long at, long order, Runnable what) {}

        private final PriorityQueue<Item> agenda = new PriorityQueue<>(
                (a, b) -> a.at() != b.at() ? Long.compare(a.at(), b.at()) : Long.compare(a.order(), b.order()));
        private final Deque<RequestId> queue = new ArrayDeque<>();
        private final Map<RequestId, Long> deadlines = new HashMap<>();
        private final Map<RequestId, Long> begun = new HashMap<>();
        private final Admission admission;
        private final SplittableRandom random;
        private final int threads;
        private final boolean isRegular;
        private long now;
        private long order;
        private int computing;
        private int good;
        private int urgent;
        private int offered;

        Shop(long seed, int threads, boolean isRegular, Admission.Options options) {
            random = new SplittableRandom(seed);
            admission = new Admission(options);
            this.threads = threads;
            this.isRegular = isRegular;
        }

        void in(long delay, Runnable what) {
            agenda.add(new Item(now + delay, order++, what));
        }

        /** Returns the share of what the threads could have done that was answered in time. */
        double goodput(double times, long deadline, Duration length) {
            long gap = (long) (10.0 * MS / threads / times);
            in(0, () -> arrive(gap, deadline));
            long warm = length.toNanos() / 4;
            int before = 0;
            while (now < length.toNanos()) {
                Item next = agenda.remove();
                if (now < warm && next.at() >= warm) {
                    before = good;
                }
                now = next.at();
                next.what().run();
                Admission.Turn turn = admission.turns(now);
                turn.admitted().forEach(this::begin);
            }
            return (good - before) / ((length.toNanos() - warm) / (10.0 * MS) * threads);
        }

        private void arrive(long gap, long deadline) {
            in((long) (-Math.log(1 - random.nextDouble()) * gap), () -> arrive(gap, deadline));
            var id = new RequestId(offered++);
            deadlines.put(id, now + deadline);
            int priority = offered % 10 == 0 ? 0 : 1;
            if (admission.arrives(id, ask(now + deadline, priority), now) instanceof Verdict.Admitted) {
                begin(id);
            }
        }

        private void begin(RequestId id) {
            begun.put(id, now);
            queue.addLast(id);
            in(Math.max(0, deadlines.getOrDefault(id, now) - now), () -> {
                Long since = begun.remove(id);
                if (since != null) { // nobody waits any more, but it is computed all the same
                    admission.late(now - since);
                }
            });
            compute();
        }

        private void compute() {
            while (computing < threads && !queue.isEmpty()) {
                RequestId id = queue.removeFirst();
                computing++;
                double time = isRegular ? 1 : -Math.log(1 - random.nextDouble());
                in((long) (10 * MS * time), () -> finish(id));
            }
        }

        private void finish(RequestId id) {
            computing--;
            Long since = begun.remove(id);
            if (since != null) {
                admission.answered(now - since, now);
                good++;
                urgent += id.number() % 10 == 9 ? 1 : 0;
            }
            compute();
        }
    }

    @Test
    void underThreefoldOverloadNineTenthsOfCapacityAreAnsweredInTime() {
        for (int threads : new int[] {2, 8, 32}) {
            for (boolean isRegular : new boolean[] {true, false}) {
                for (long deadline : new long[] {100 * MS, 500 * MS}) {
                    var shop = new Shop(threads, threads, isRegular, Admission.Options.usual());
                    assertThat(shop.goodput(3, deadline, Duration.ofSeconds(30)))
                            .as("%d threads, regular %s, deadline %d ms", threads, isRegular, deadline / MS)
                            .isGreaterThan(0.9);
                }
            }
        }
    }

    @Test
    void withoutAdmissionNextToNothingWouldBeAnsweredInTime() {
        var open = new Admission.Options(
                0, new ConcurrencyLimit.Options(1_000_000, 1_000_000, 1_000_000, 1), Optional.empty());
        assertThat(new Shop(1, 8, false, open).goodput(3, 500 * MS, Duration.ofSeconds(30)))
                .isLessThan(0.1);
    }

    @Test
    void withRoomForAllNobodyIsRefused() {
        var shop = new Shop(2, 8, false, Admission.Options.usual());
        assertThat(shop.goodput(0.6, 500 * MS, Duration.ofSeconds(30))).isBetween(0.57, 0.63);
    }

    @Test
    void urgentRequestsAreAnsweredFirst() {
        var shop = new Shop(3, 8, false, Admission.Options.usual());
        shop.goodput(3, 500 * MS, Duration.ofSeconds(30));
        assertThat(shop.urgent).isGreaterThan((int) (shop.offered * 0.1 * 0.95));
    }

    private static Admission full(int queueMax) {
        var admission = new Admission(
                new Admission.Options(queueMax, new ConcurrencyLimit.Options(4, 4, 4, 1.5), Optional.empty()));
        for (int i = 0; i < 4; i++) {
            assertThat(admission.arrives(new RequestId(i), ask(1_000 * MS, 1), 0))
                    .isInstanceOf(Verdict.Admitted.class);
        }
        return admission;
    }

    @Test
    void theQueueIsBoundedAndMakesRoomForWhatIsMoreUrgent() {
        Admission admission = full(2);
        assertThat(admission.arrives(new RequestId(10), ask(1_000 * MS, 1), 0)).isInstanceOf(Verdict.Queued.class);
        assertThat(admission.arrives(new RequestId(11), ask(1_000 * MS, 1), 0)).isInstanceOf(Verdict.Queued.class);
        assertThat(admission.arrives(new RequestId(12), ask(1_000 * MS, 1), 0))
                .isInstanceOfSatisfying(Verdict.Refused.class, refused -> {
                    assertThat(refused.status()).isEqualTo(Status.OVERLOADED);
                    assertThat(refused.reason()).isEqualTo("2 requests wait already");
                    assertThat(refused.retryAfter()).isPositive();
                });
        assertThat(admission.arrives(new RequestId(13), ask(1_000 * MS, 0), 0)).isInstanceOf(Verdict.Queued.class);
        admission.ended();
        assertThat(admission.turns(1))
                .isEqualTo(new Admission.Turn(List.of(new RequestId(13)), List.of(new RequestId(11))));
        assertThat(admission.waiting()).isEqualTo(1);
    }

    @Test
    void whoeverCannotBeAnsweredInTimeIsToldBeforeAndNotAfter() {
        Admission admission = full(10);
        long now = 0;
        for (int i = 0; i < 1_000; i++) { // four at once, of 10 ms each
            now += 5 * MS / 2;
            admission.arrives(new RequestId(100 + i), ask(now + 10_000 * MS, 1), now);
            admission.answered(10 * MS, now);
            admission.turns(now);
        }
        admission.arrives(new RequestId(1), ask(now + 10_000 * MS, 1), now);
        for (int i = 0; i < 400; i++) {
            now += 5 * MS / 2;
            admission.arrives(new RequestId(2_000 + i), ask(now + 10_000 * MS, 1), now);
            admission.answered(10 * MS, now);
            admission.turns(now);
        }
        assertThat(admission.arrives(new RequestId(2), ask(now + 11 * MS, 1), now))
                .isInstanceOf(Verdict.Refused.class);
        assertThat(admission.arrives(new RequestId(3), ask(now + 40 * MS, 1), now))
                .isInstanceOf(Verdict.Queued.class);
        assertThat(admission.turns(now + 31 * MS).dropped()).containsExactly(new RequestId(3));
    }

    @Test
    void aClientThatAsksTooOftenIsToldWhenToComeAgain() {
        var admission = new Admission(new Admission.Options(
                10, ConcurrencyLimit.Options.usual(), Optional.of(new Clients.Options(10, 2, 3))));
        assertThat(admission.arrives(new RequestId(1), ask(1_000 * MS, 0), 0)).isInstanceOf(Verdict.Admitted.class);
        assertThat(admission.arrives(new RequestId(2), ask(1_000 * MS, 0), 0)).isInstanceOf(Verdict.Admitted.class);
        assertThat(admission.arrives(new RequestId(3), ask(1_000 * MS, 0), 0))
                .isEqualTo(new Verdict.Refused(
                        Status.RATE_LIMITED, "client 'client' asks too often", Duration.ofMillis(100)));
        assertThat(admission.arrives(new RequestId(4), ask(1_000 * MS, 0), 100 * MS))
                .isInstanceOf(Verdict.Admitted.class);
    }

    @Test
    void clientsRememberedAreBounded() {
        var clients = new Clients(new Clients.Options(1, 1, 3));
        for (int i = 0; i < 100; i++) {
            assertThat(clients.refuses("client " + i, 0)).isEmpty();
            assertThat(clients.size()).isLessThanOrEqualTo(3);
        }
        assertThat(clients.refuses("client 99", 0)).isPresent();
    }

    @Test
    void bodiesAndBatchesHaveLimitsThatSayWhatIsExpected() {
        var limits = new RequestLimits(1_000, 8);
        assertThat(limits.refusesBody(1_000)).isEmpty();
        assertThat(limits.refusesBody(1_001).orElseThrow()).contains("1001 bytes (expected: at most 1000)");
        assertThat(limits.refusesItems(8)).isEmpty();
        assertThat(limits.refusesItems(0).orElseThrow()).contains("0 items (expected: 1 to 8)");
        assertThat(limits.refusesItems(9)).isPresent();
    }
}
