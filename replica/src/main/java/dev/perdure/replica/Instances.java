package dev.perdure.replica;

import dev.perdure.engine.PredictionFailedException;
import dev.perdure.engine.Predictor;
import dev.perdure.engine.PredictorClosedException;
import dev.perdure.engine.WrongTensorException;
import dev.perdure.oip.OipError;
import dev.perdure.oip.OipException;
import dev.perdure.oip.Tensor;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The threads that compute for one model. A batch in which the engine fails is computed again item by item, so that what is bad
 * fails alone.
 */
final class Instances {
    private static final Logger LOG = LoggerFactory.getLogger(Instances.class);
    private static final long IDLE = Long.MIN_VALUE;

    private final String model;
    private final Predictor predictor;
    private final BatchQueue queue;
    private final List<Thread> threads = new ArrayList<>();
    private final List<AtomicLong> busySince = new ArrayList<>();
    private final LongAdder batches = new LongAdder();
    private final LongAdder samples = new LongAdder();
    private final LongAdder queuedNanos = new LongAdder();
    private final LongAdder computedNanos = new LongAdder();

    /** What instances are at. */
    record Work(int computing, long oldestNanos) {}

    Instances(String model, Predictor predictor, BatchQueue queue, int count) {
        this.model = model;
        this.predictor = predictor;
        this.queue = queue;
        for (int i = 0; i < count; i++) {
            var since = new AtomicLong(IDLE);
            busySince.add(since);
            threads.add(Thread.ofPlatform()
                    .daemon()
                    .name("model-%s-%d".formatted(model, i))
                    .start(() -> work(since)));
        }
    }

    private void work(AtomicLong since) {
        try {
            for (List<Item> batch = queue.next(); !batch.isEmpty(); batch = queue.next()) {
                since.set(System.nanoTime());
                compute(batch);
                computedNanos.add(System.nanoTime() - since.getAndSet(IDLE));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void compute(List<Item> batch) {
        long now = System.nanoTime();
        batch.forEach(item -> queuedNanos.add(now - item.arrivedNanos()));
        Optional<Throwable> failure = tried(batch);
        if (failure.isEmpty()) {
            return;
        }
        if (batch.size() == 1) {
            batch.getFirst().refuse(refusal(failure.get()));
            return;
        }
        LOG.warn(
                "model {}: a batch of {} requests failed, each is tried alone: {}",
                model,
                batch.size(),
                words(failure));
        for (Item item : batch) {
            tried(List.of(item)).ifPresent(again -> item.refuse(refusal(again)));
        }
    }

    private static String words(Optional<Throwable> failure) {
        return failure.map(Throwable::getMessage).orElse("");
    }

    /** Answers all of a batch; returns why that could not be done, and then none is answered. */
    private Optional<Throwable> tried(List<Item> batch) {
        try (Arena arena = Arena.ofConfined()) {
            var memory = new BatchMemory(batch, predictor.inputs(), predictor.outputs(), arena);
            predictor.predict(memory.inputs(), memory.outputs());
            List<List<Tensor>> answers = memory.answers(predictor.outputs());
            batches.increment();
            for (int i = 0; i < batch.size(); i++) {
                samples.add(batch.get(i).samples());
                batch.get(i).outputs().complete(answers.get(i));
            }
            return Optional.empty();
        } catch (RuntimeException | Error e) { // an instance outlives whatever a request does to it
            return Optional.of(e);
        }
    }

    private OipException refusal(Throwable failure) {
        return switch (failure) {
            case OipException known -> known;
            case WrongTensorException wrong ->
                new OipException(OipError.INVALID, "model %s: %s".formatted(model, wrong.getMessage()));
            case PredictorClosedException _ ->
                new OipException(OipError.UNAVAILABLE, "model %s: unloaded. Ask another replica".formatted(model));
            case PredictionFailedException failed ->
                new OipException(
                        OipError.INTERNAL,
                        "model %s: the engine failed: %s. Ask again or another replica"
                                .formatted(model, failed.getMessage()));
            default -> {
                LOG.error("model {}: a request failed unforeseen", model, failure);
                yield new OipException(
                        OipError.INTERNAL,
                        "model %s: internal error (expected: none). The replica's log says more".formatted(model));
            }
        };
    }

    long batches() {
        return batches.sum();
    }

    long samples() {
        return samples.sum();
    }

    long queuedNanos() {
        return queuedNanos.sum();
    }

    long computedNanos() {
        return computedNanos.sum();
    }

    Work work() {
        long now = System.nanoTime();
        OptionalLong oldest = busySince.stream()
                .mapToLong(AtomicLong::get)
                .filter(since -> since != IDLE)
                .map(since -> now - since)
                .max();
        long computing = busySince.stream().filter(since -> since.get() != IDLE).count();
        return new Work((int) computing, oldest.orElse(0));
    }

    /** Waits until everything that was queued is computed, after the queue was closed. Not interruptible. */
    void join() {
        boolean interrupted = false;
        for (Thread thread : threads) {
            while (thread.isAlive()) {
                try {
                    thread.join();
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
