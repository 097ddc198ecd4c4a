package dev.perdure.benchmarks;

import dev.perdure.oip.Deadline;
import dev.perdure.oip.OipAddress;
import dev.perdure.oip.OipClient;
import dev.perdure.oip.Outcome;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;

/** Clients that ask again as soon as they are answered, each over a connection of its own: how much can be answered at most. */
final class ClosedLoad implements AutoCloseable {
    private static final Duration WITHIN = Duration.ofSeconds(10);

    private final List<OipClient> clients = new ArrayList<>();
    private final KnownAnswers known;
    private final AtomicInteger numbers = new AtomicInteger();

    ClosedLoad(OipAddress address, int connections, KnownAnswers known) {
        this.known = known;
        for (int i = 0; i < connections; i++) {
            clients.add(new OipClient(address));
        }
    }

    /** Asks for so long, and returns how many right answers came each second. */
    double perSecond(Duration length) throws InterruptedException {
        var right = new LongAdder();
        long begin = System.nanoTime();
        long end = begin + length.toNanos();
        List<Thread> threads = clients.stream()
                .map(client -> Thread.ofVirtual().start(() -> {
                    while (System.nanoTime() - end < 0) {
                        if (isRight(client)) {
                            right.increment();
                        }
                    }
                }))
                .toList();
        for (Thread thread : threads) {
            thread.join();
        }
        return right.sum() * 1e9 / (System.nanoTime() - begin);
    }

    /** Asks one after the other over the first connection, and adds the nanoseconds that each took. */
    void time(int requests, List<Double> nanos) {
        for (int i = 0; i < requests; i++) {
            long begin = System.nanoTime();
            if (!isRight(clients.getFirst())) {
                throw new IllegalStateException(
                        "a request of a bench was not answered rightly (expected: all of them)");
            }
            nanos.add((double) (System.nanoTime() - begin));
        }
    }

    private boolean isRight(OipClient client) {
        int number = Math.floorMod(numbers.getAndIncrement(), known.size());
        Outcome outcome =
                client.infer(known.request(number), Deadline.in(WITHIN)).join();
        return outcome instanceof Outcome.Answered answered
                && known.wrong(number, answered.response()).isEmpty();
    }

    @Override
    public void close() {
        clients.forEach(OipClient::close);
    }
}
