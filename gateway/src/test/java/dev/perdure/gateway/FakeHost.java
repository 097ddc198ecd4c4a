package dev.perdure.gateway;

import dev.perdure.oip.InferRequest;
import dev.perdure.oip.MemoryModels;
import dev.perdure.oip.OipAddress;
import dev.perdure.oip.OipClient;
import dev.perdure.oip.OipServer;
import dev.perdure.oip.OipServerSettings;
import dev.perdure.oip.ServerMetadata;
import dev.perdure.oip.Tensor;
import dev.perdure.oip.Trace;
import dev.perdure.routing.ReplicaId;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;

/** Replicas in this process, each behind a real socket; what they answer is the test's. */
final class FakeHost implements ReplicaHost, AutoCloseable {
    /** Ends the replica that computes. */
    static final class Death extends RuntimeException {
        private static final long serialVersionUID = 1;
    }

    /** What a replica computes. */
    interface Model {
        List<Tensor> answer(ReplicaId replica, InferRequest request) throws InterruptedException;
    }

    private final Model model;
    private final ScheduledExecutorService beats = Executors.newScheduledThreadPool(2);
    private final Queue<Trace> traces = new ConcurrentLinkedQueue<>();
    private final AtomicLong deaths = new AtomicLong();

    FakeHost(Model model) {
        this.model = model;
    }

    long deaths() {
        return deaths.get();
    }

    /** Returns what requests to replicas were part of. */
    Queue<Trace> traces() {
        return traces;
    }

    @Override
    public Launched start(ReplicaId replica, ServedVersion version, boolean isUrgent, Listener listener)
            throws IOException {
        return new Fake(replica, version, listener);
    }

    @Override
    public void close() {
        beats.shutdownNow();
    }

    private final class Fake implements Launched {
        private final ReplicaId replica;
        private final Listener listener;
        private final OipServer server;
        private final OipClient client;
        private final AtomicLong done = new AtomicLong();
        private final AtomicLong taken = new AtomicLong();
        private final AtomicBoolean isOver = new AtomicBoolean();

        Fake(ReplicaId replica, ServedVersion version, Listener listener) throws IOException {
            this.replica = replica;
            this.listener = listener;
            var models = new MemoryModels(
                    new ServerMetadata("fake", "1", List.of()),
                    List.of(new MemoryModels.Model(version.metadata(List.of(version.version())), (request, call) -> {
                        call.trace().ifPresent(traces::add);
                        return answer(request);
                    })));
            var usual = OipServerSettings.DEFAULT;
            var settings = new OipServerSettings(
                    usual.limits(), usual.requestWithin(), usual.stallMax(), usual.idleMax(), 100, 100, Duration.ZERO);
            server = new OipServer(models, settings, List.of(new OipAddress.Tcp("127.0.0.1", 0)));
            client = new OipClient(server.addresses().getFirst());
            listener.ready(client);
            var _ = beats.scheduleAtFixedRate(this::beat, 0, 50, TimeUnit.MILLISECONDS);
        }

        private void beat() {
            if (!isOver.get()) {
                listener.beat(done.get(), (int) (taken.get() - done.get()));
            }
        }

        private List<Tensor> answer(InferRequest request) throws InterruptedException {
            taken.incrementAndGet();
            try {
                return model.answer(replica, request);
            } catch (Death e) {
                deaths.incrementAndGet();
                end(139);
                throw e;
            } finally {
                done.incrementAndGet();
            }
        }

        /** Whoever waits hears of the end before anything else, as of a process that dies. */
        private void end(int exit) {
            if (isOver.compareAndSet(false, true)) {
                listener.exited(exit);
                Thread.ofVirtual().start(() -> {
                    client.close();
                    server.close();
                });
            }
        }

        @Override
        public void stop() {
            end(0);
        }

        @Override
        public void kill() {
            end(137);
        }
    }
}
