package dev.perdure.replica;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.perdure.oip.OipException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class BatchQueueTest {
    private static Item item(long priority) {
        return new Item(
                priority,
                List.of(),
                1,
                System.nanoTime(),
                System.nanoTime() + 60_000_000_000L,
                new CompletableFuture<>());
    }

    private static BatchQueue queue(int max) {
        return new BatchQueue(new BatchLimits(1, Duration.ZERO, max));
    }

    @Test
    void urgentRequestsPassOthersAndThoseOfOnePriorityKeepTheirOrder() throws Exception {
        BatchQueue queue = queue(8);
        List<Item> items = List.of(item(100), item(100), item(1), item(50), item(1));
        items.forEach(queue::offer);
        for (int next : new int[] {2, 4, 3, 0, 1}) {
            assertThat(queue.next()).containsExactly(items.get(next));
        }
        assertThat(queue.size()).isZero();
    }

    @Test
    void whoAsksWhetherAllIsWellIsLetInWhenNobodyElseIs() {
        BatchQueue queue = queue(2);
        assertThat(queue.offer(item(100))).isTrue();
        assertThat(queue.offer(item(100))).isTrue();
        assertThatThrownBy(() -> queue.offer(item(100))).isInstanceOf(OipException.class);
        for (int i = 0; i < 16; i++) {
            assertThat(queue.offer(item(1))).isTrue();
        }
        assertThatThrownBy(() -> queue.offer(item(1))).isInstanceOf(OipException.class);
    }

    @Test
    void whoeverIsWithdrawnIsNotComputed() throws Exception {
        BatchQueue queue = queue(8);
        Item first = item(100);
        Item second = item(100);
        queue.offer(first);
        queue.offer(second);
        queue.withdraw(first);
        assertThat(queue.size()).isEqualTo(1);
        assertThat(queue.next()).containsExactly(second);
    }
}
