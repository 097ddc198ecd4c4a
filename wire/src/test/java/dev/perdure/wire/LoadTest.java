package dev.perdure.wire;

import static org.assertj.core.api.Assertions.assertThat;

import com.linecorp.armeria.client.ClientFactory;
import com.linecorp.armeria.client.grpc.GrpcClients;
import dev.perdure.supervision.FromWorker;
import dev.perdure.supervision.Progress;
import dev.perdure.supervision.WorkerId;
import dev.perdure.wire.v1.SupervisorGrpc;
import dev.perdure.wire.v1.Wire;
import io.grpc.stub.StreamObserver;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Ten thousand workers and one supervisor, who uses two threads and prints what they cost. */
@Tag("soak")
class LoadTest {
    private static final int WORKERS = 10_000;
    private static final int ROUNDS = 30;

    @TempDir
    Path folder;

    private final AtomicLong heard = new AtomicLong();

    @Test
    void everyHeartbeatOfTenThousandWorkersIsHeard() throws Exception {
        var listener = new SupervisorServer.Listener() {
            @Override
            public void said(WorkerId worker, FromWorker message) {
                heard.incrementAndGet();
            }

            @Override
            public void lost(WorkerId worker, String why) {
                // when all is over
            }
        };
        try (var server = Ends.server(folder.resolve("supervisor"), 1, listener);
                var factory = ClientFactory.builder().workerGroup(1).build()) {
            List<StreamObserver<Wire.FromWorker>> workers = join(server.address(), factory);
            awaitHeard(WORKERS);
            long cpu = cpuNanos();
            long began = System.nanoTime();
            for (int round = 1; round <= ROUNDS; round++) {
                for (int i = 0; i < WORKERS; i++) {
                    workers.get(i).onNext(FromWorkers.write(heartbeat(i, round)));
                }
                awaitHeard((round + 1L) * WORKERS);
            }
            double messages = (double) ROUNDS * WORKERS;
            System.out.printf(
                    "%,.0f heartbeats/s with 10,000 workers; %.1f us of the supervisor's CPU each, %,.0f/s on one core%n",
                    messages / ((System.nanoTime() - began) / 1e9),
                    (cpuNanos() - cpu) / 1e3 / messages,
                    messages / ((cpuNanos() - cpu) / 1e9));
            assertThat(heard.get()).isEqualTo((ROUNDS + 1L) * WORKERS);
        }
    }

    private static List<StreamObserver<Wire.FromWorker>> join(SupervisorAddress address, ClientFactory factory) {
        SupervisorGrpc.SupervisorStub stub = GrpcClients.builder("gproto+h2c://127.0.0.1:" + address.port())
                .factory(factory)
                .responseTimeoutMillis(0)
                .setHeader("authorization", "Bearer " + address.token())
                .build(SupervisorGrpc.SupervisorStub.class);
        var workers = new ArrayList<StreamObserver<Wire.FromWorker>>();
        for (int i = 0; i < WORKERS; i++) {
            StreamObserver<Wire.FromWorker> worker = stub.talk(new Silent());
            worker.onNext(FromWorkers.write(Ends.join(new WorkerId("w" + i), 0)));
            workers.add(worker);
        }
        return workers;
    }

    private static FromWorker heartbeat(int worker, int round) {
        return new FromWorker.Heartbeat(
                new WorkerId("w" + worker), 1, new Progress(2L * round, Progress.Phase.COMPUTING, 3));
    }

    private void awaitHeard(long count) {
        Awaitility.await()
                .pollInterval(Duration.ofMillis(5))
                .atMost(Duration.ofMinutes(2))
                .until(() -> heard.get() >= count);
    }

    private static long cpuNanos() {
        var threads = ManagementFactory.getThreadMXBean();
        long nanos = 0;
        for (Thread thread : Thread.getAllStackTraces().keySet()) {
            if (thread.getName().startsWith("supervisor-")) {
                nanos += threads.getThreadCpuTime(thread.threadId());
            }
        }
        return nanos;
    }

    private static final class Silent implements StreamObserver<Wire.ToWorker> {
        @Override
        public void onNext(Wire.ToWorker answer) {
            // only what workers say counts
        }

        @Override
        public void onError(Throwable cause) {
            // when all is over
        }

        @Override
        public void onCompleted() {
            // when all is over
        }
    }
}
