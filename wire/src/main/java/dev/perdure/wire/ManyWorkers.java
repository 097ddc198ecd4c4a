package dev.perdure.wire;

import com.linecorp.armeria.client.ClientFactory;
import com.linecorp.armeria.client.grpc.GrpcClients;
import dev.perdure.supervision.FromWorker;
import dev.perdure.supervision.ToWorker;
import dev.perdure.supervision.WorkerId;
import dev.perdure.wire.v1.SupervisorGrpc;
import dev.perdure.wire.v1.Wire;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Many workers that exist only as streams, over few connections and one thread: a load for measuring a supervisor. They do not
 * come back when a stream breaks, and what they say is not held back.
 */
public final class ManyWorkers implements AutoCloseable {
    private final ClientFactory factory = ClientFactory.builder().workerGroup(1).build();
    private final Map<WorkerId, Talk> talks = new ConcurrentHashMap<>();

    /** Hears what the supervisor says to any of them, on the thread that reads it: must not block. */
    public interface Listener {
        void said(WorkerId worker, ToWorker message);
    }

    /**
     * Connects workers, each with its first word.
     *
     * @param addressFile where the supervisor's address stands
     * @throws IOException if nobody listens there
     */
    public ManyWorkers(Path addressFile, List<FromWorker.Join> joins, Listener listener) throws IOException {
        SupervisorAddress address = SupervisorAddress.read(addressFile);
        SupervisorGrpc.SupervisorStub stub = GrpcClients.builder(
                        "gproto+h2c://%s:%d".formatted(address.host(), address.port()))
                .factory(factory)
                .responseTimeoutMillis(0)
                .setHeader("authorization", "Bearer " + address.token())
                .build(SupervisorGrpc.SupervisorStub.class);
        for (FromWorker.Join join : joins) {
            var talk = new Talk(join.worker(), listener);
            talks.put(join.worker(), talk);
            stub.talk(talk);
            say(join);
        }
    }

    /**
     * Says something in a worker's name. May be called by any thread.
     *
     * @return false if it was not said, because the stream has ended, or because it is a heartbeat and what was said before is
     *     not on its way yet
     */
    public boolean say(FromWorker message) {
        Talk talk = talks.get(message.worker());
        return talk != null && talk.say(message);
    }

    @Override
    public void close() {
        factory.close();
    }

    private static final class Talk implements ClientResponseObserver<Wire.FromWorker, Wire.ToWorker> {
        private final WorkerId worker;
        private final Listener listener;
        private volatile @Nullable ClientCallStreamObserver<Wire.FromWorker> out;

        Talk(WorkerId worker, Listener listener) {
            this.worker = worker;
            this.listener = listener;
        }

        /** Observers of streams are for one thread at a time. */
        synchronized boolean say(FromWorker message) {
            ClientCallStreamObserver<Wire.FromWorker> stream = out;
            if (stream == null || (message instanceof FromWorker.Heartbeat && !stream.isReady())) {
                return false;
            }
            stream.onNext(FromWorkers.write(message));
            return true;
        }

        @Override
        public void beforeStart(ClientCallStreamObserver<Wire.FromWorker> stream) {
            out = stream;
        }

        @Override
        public void onNext(Wire.ToWorker message) {
            listener.said(worker, ToWorkers.read(message));
        }

        @Override
        public void onError(Throwable cause) {
            out = null;
        }

        @Override
        public void onCompleted() {
            out = null;
        }
    }
}
