package dev.perdure.cli;

import dev.perdure.oip.Deadline;
import dev.perdure.oip.ModelId;
import dev.perdure.oip.OipAddress;
import dev.perdure.oip.OipClient;
import dev.perdure.oip.Outcome;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * Clients that send on schedule over several connections, and do what any client does whose connection broke: connect again, and
 * ask again. Every answer is judged.
 */
final class RetryingLoad implements AutoCloseable {
    private static final Duration DEADLINE = Duration.ofMinutes(4);
    private static final int TRIES_MAX = 50;
    private static final long AGAIN_MILLIS = 20;
    /** The pool that is usual has one thread on two cores, and whoever runs a load may have it. */
    private static final Executor THREADS = task -> Thread.ofVirtual().start(task);

    private final LinearModel model;
    private final List<OipClient> clients = new ArrayList<>();
    private final List<String> examples = new ArrayList<>();
    private int right;
    private int wrong;
    private int failed;
    private int broken;
    private volatile boolean isClosed;

    /** @param connections of which each gateway gets some, most likely */
    RetryingLoad(LinearModel model, OipAddress address, int connections) {
        this.model = model;
        for (int i = 0; i < connections; i++) {
            clients.add(new OipClient(address));
        }
    }

    /** Sends everything, and returns when every request has come to an end. */
    void run(int requests, double perSecond) throws InterruptedException {
        var open = new CountDownLatch(requests);
        long begin = System.nanoTime();
        for (int i = 0; i < requests; i++) {
            for (long left = 1; left > 0; left = begin + (long) (i * 1e9 / perSecond) - System.nanoTime()) {
                LockSupport.parkNanos(left);
            }
            send(i, 1, open);
        }
        if (!open.await(DEADLINE.toSeconds() + 30, TimeUnit.SECONDS)) {
            synchronized (this) {
                failed += (int) open.getCount();
                examples.add(open.getCount() + " of which nothing was heard");
            }
        }
    }

    private void send(int number, int tries, CountDownLatch open) {
        if (isClosed) {
            return;
        }
        OipClient client = clients.get(number % clients.size());
        var _ = client.infer(
                        LinearModel.request(ModelId.of(model.name()), LinearModel.input(number)), Deadline.in(DEADLINE))
                .thenAccept(outcome -> ended(number, tries, outcome, open));
    }

    private void ended(int number, int tries, Outcome outcome, CountDownLatch open) {
        if (isBroken(outcome, tries)) {
            CompletableFuture.delayedExecutor(AGAIN_MILLIS, TimeUnit.MILLISECONDS, THREADS)
                    .execute(() -> send(number, tries + 1, open));
            return;
        }
        judge(number, outcome);
        open.countDown();
    }

    private synchronized boolean isBroken(Outcome outcome, int tries) {
        boolean isBroken = outcome instanceof Outcome.NoAnswer || outcome instanceof Outcome.NotSent;
        broken += isBroken ? 1 : 0;
        return isBroken && tries < TRIES_MAX;
    }

    private synchronized void judge(int number, Outcome outcome) {
        if (!(outcome instanceof Outcome.Answered answered)) {
            failed++;
            examples.add(outcome.toString());
            return;
        }
        Optional<String> difference = model.wrong(number, answered.response());
        difference.ifPresentOrElse(examples::add, () -> right++);
        wrong += difference.isPresent() ? 1 : 0;
    }

    synchronized int right() {
        return right;
    }

    synchronized int wrong() {
        return wrong;
    }

    synchronized int failed() {
        return failed;
    }

    /** Returns how often a request had to be sent again because its connection broke. */
    synchronized int broken() {
        return broken;
    }

    @Override
    public synchronized String toString() {
        return "%d right, %d wrong, %d failed, %d broken %s"
                .formatted(right, wrong, failed, broken, examples.subList(0, Math.min(5, examples.size())));
    }

    @Override
    public void close() {
        isClosed = true;
        clients.forEach(OipClient::close);
    }
}
