package dev.perdure.replica;

import com.google.common.util.concurrent.ListenableFuture;
import dev.perdure.oip.Deadline;
import dev.perdure.oip.InferRequest;
import dev.perdure.oip.ModelId;
import dev.perdure.oip.OipAddress;
import dev.perdure.oip.OipClient;
import dev.perdure.oip.OipClientSettings;
import dev.perdure.oip.OipError;
import dev.perdure.oip.OipException;
import dev.perdure.oip.OipLimits;
import dev.perdure.oip.Pending;
import dev.perdure.replica.v1.Control;
import dev.perdure.replica.v1.ReplicaGrpc.ReplicaFutureStub;
import dev.perdure.replica.v1.ReplicaGrpc.ReplicaStub;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * The other end of one replica: asks it, watches it, and tells it what to do, all over one connection. It may be used by any
 * number of threads. Methods with a time block for no longer, and say by an {@link OipException} that there is no answer.
 */
public final class ReplicaClient implements AutoCloseable {
    /**
     * Ten seconds to connect: where nobody listens that is known at once, and a replica that has just begun, on a machine that is
     * busy with others like it, may need more than one for its first connection.
     */
    public static final OipClientSettings SETTINGS =
            new OipClientSettings(OipLimits.DEFAULT, Duration.ofSeconds(10), OipClientSettings.DEFAULT.silence());

    private final OipClient client;
    private final ReplicaFutureStub control;
    private final ReplicaStub streams;

    /** Hears of a replica, on the thread that reads from it, which must not be held up. */
    public interface Listener {
        /** It said how it is. */
        void heard(Heartbeat heartbeat);

        /** It is gone, or cannot be reached, and nothing more will be heard. Called once, as soon as the connection breaks. */
        void lost(String why);
    }

    /** Connects to nobody yet. */
    public ReplicaClient(OipAddress address, OipClientSettings settings) {
        this.client = OipClient.multiplexed(address, settings);
        this.control = client.stub(ReplicaFutureStub.class);
        this.streams = client.stub(ReplicaStub.class);
    }

    public ReplicaClient(OipAddress address) {
        this(address, SETTINGS);
    }

    /** Returns the protocol's own client, over the same connection. */
    public OipClient protocol() {
        return client;
    }

    /** Sends a request. Does not block. */
    public Pending infer(InferRequest request, Deadline deadline) {
        return client.infer(request, deadline);
    }

    /**
     * Hears of the replica from now on. Does not block. A watch ends with one {@link Listener#lost}, also when nobody is
     * there; who wants to hear more watches again.
     */
    public void watch(Listener listener) {
        streams.watch(Control.WatchRequest.getDefaultInstance(), new Watch(listener));
    }

    /**
     * Has it load a bundle; returns when the model can be asked.
     *
     * @param digest the SHA-256 of the manifest that is expected; absent for whatever is there
     * @throws LoadRefusedException if it will not
     * @throws OipException {@link OipError#UNAVAILABLE} when it is not reached, {@link OipError#LATE} when there is no answer
     *     within the time; it may have been loaded then, or be yet
     */
    public ModelState load(String place, Optional<String> digest, Duration within) throws LoadRefusedException {
        Control.LoadResponse response = answer(
                control.load(Control.LoadRequest.newBuilder()
                        .setPlace(place)
                        .setDigest(digest.orElse(""))
                        .build()),
                within);
        return switch (response.getResultCase()) {
            case LOADED -> Messages.read(response.getLoaded());
            case REFUSED -> throw Messages.read(response.getRefused());
            case RESULT_NOT_SET -> throw new OipException(OipError.INTERNAL, "load: an answer without a result");
        };
    }

    /** Has it unload a model; returns when it is freed. False when it was not loaded. */
    public boolean unload(ModelId model, Duration within) {
        return answer(
                        control.unload(Control.UnloadRequest.newBuilder()
                                .setName(model.name())
                                .setVersion(model.version().orElse(""))
                                .build()),
                        within)
                .getUnloaded();
    }

    /** Has it answer what is under way, begin nothing new, and end. Returns at once; its end is heard by who watches. */
    public void drain(Duration within) {
        answer(control.drain(Control.DrainRequest.getDefaultInstance()), within);
    }

    /** Has it end some time after this process has gone, instead of the one that it worked for. */
    public void adopt(long pid, Duration within) {
        answer(control.adopt(Control.AdoptRequest.newBuilder().setPid(pid).build()), within);
    }

    static <A> A answer(ListenableFuture<A> pending, Duration within) {
        try {
            return pending.get(within.toNanos(), TimeUnit.NANOSECONDS);
        } catch (ExecutionException e) {
            Status status = Status.fromThrowable(e);
            OipError error = status.getCode() == Status.Code.INVALID_ARGUMENT ? OipError.INVALID : OipError.UNAVAILABLE;
            throw new OipException(error, words(status));
        } catch (TimeoutException e) {
            pending.cancel(true);
            throw new OipException(OipError.LATE, "no answer within " + within);
        } catch (InterruptedException e) {
            pending.cancel(true);
            Thread.currentThread().interrupt();
            throw new OipException(OipError.LATE, "interrupted before there was an answer");
        }
    }

    private static String words(Status status) {
        return status.getCode()
                + Optional.ofNullable(status.getDescription())
                        .or(() -> Optional.ofNullable(status.getCause()).map(String::valueOf))
                        .map(words -> ": " + words)
                        .orElse("");
    }

    /** Ends the connection: what is under way gets no answer, and who watches hears that it is lost. */
    @Override
    public void close() {
        client.close();
    }

    private static final class Watch implements StreamObserver<Control.Heartbeat> {
        private final Listener listener;
        private final AtomicBoolean over = new AtomicBoolean();

        Watch(Listener listener) {
            this.listener = listener;
        }

        @Override
        public void onNext(Control.Heartbeat heartbeat) {
            listener.heard(Messages.read(heartbeat));
        }

        @Override
        public void onError(Throwable cause) {
            end(words(Status.fromThrowable(cause)));
        }

        @Override
        public void onCompleted() {
            end("it said that it ends");
        }

        private void end(String why) {
            if (over.compareAndSet(false, true)) {
                listener.lost(why);
            }
        }
    }
}
