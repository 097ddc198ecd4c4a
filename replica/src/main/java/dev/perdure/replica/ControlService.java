package dev.perdure.replica;

import com.linecorp.armeria.server.ServiceRequestContext;
import dev.perdure.oip.ModelId;
import dev.perdure.oip.OipException;
import dev.perdure.replica.v1.Control;
import dev.perdure.replica.v1.ReplicaGrpc;
import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What is asked of a replica beside the protocol. Loading and unloading have threads of the platform: native code in a virtual
 * one would hold up requests.
 */
final class ControlService extends ReplicaGrpc.ReplicaImplBase implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ControlService.class);

    private final ReplicaServer replica;
    private final Set<ServerCallStreamObserver<Control.Heartbeat>> watchers = ConcurrentHashMap.newKeySet();
    private final ScheduledExecutorService beats = Executors.newSingleThreadScheduledExecutor(
            task -> Thread.ofPlatform().daemon().name("heartbeat").unstarted(task));
    private final AtomicBoolean closed = new AtomicBoolean();
    private boolean ended; // on the heartbeat thread

    ControlService(ReplicaServer replica, ReplicaSettings settings) {
        this.replica = replica;
        long nanos = settings.heartbeatEvery().toNanos();
        var _ = beats.scheduleAtFixedRate(this::beat, nanos, nanos, TimeUnit.NANOSECONDS);
    }

    private void beat() {
        try {
            if (!watchers.isEmpty()) {
                Control.Heartbeat heartbeat = Messages.write(replica.heartbeat());
                watchers.forEach(watcher -> tell(watcher, heartbeat));
            }
        } catch (RuntimeException e) { // it would be the last one
            LOG.error("no heartbeat", e);
        }
    }

    /** Whoever does not read hears of later heartbeats only. */
    private void tell(ServerCallStreamObserver<Control.Heartbeat> watcher, Control.Heartbeat heartbeat) {
        if (watcher.isCancelled()) {
            watchers.remove(watcher);
        } else if (watcher.isReady()) {
            watcher.onNext(heartbeat);
        }
    }

    @Override
    public void watch(Control.WatchRequest request, StreamObserver<Control.Heartbeat> answers) {
        ServiceRequestContext.current().clearRequestTimeout();
        var watcher = (ServerCallStreamObserver<Control.Heartbeat>) answers;
        watcher.setOnCancelHandler(() -> watchers.remove(watcher));
        beats.execute(() -> {
            if (ended) {
                watcher.onCompleted();
                return;
            }
            watcher.onNext(Messages.write(replica.heartbeat()));
            watchers.add(watcher);
        });
    }

    @Override
    public void load(Control.LoadRequest request, StreamObserver<Control.LoadResponse> answers) {
        ServiceRequestContext.current().clearRequestTimeout();
        Optional<String> digest = Optional.of(request.getDigest()).filter(text -> !text.isEmpty());
        answer("load", answers, () -> {
            try {
                ModelState loaded = replica.load(request.getPlace(), digest);
                return Control.LoadResponse.newBuilder()
                        .setLoaded(Messages.write(loaded))
                        .build();
            } catch (LoadRefusedException e) {
                LOG.warn("not loaded: {}", e.getMessage());
                return Messages.write(e);
            }
        });
    }

    @Override
    public void unload(Control.UnloadRequest request, StreamObserver<Control.UnloadResponse> answers) {
        ServiceRequestContext.current().clearRequestTimeout();
        answer(
                "unload",
                answers,
                () -> Control.UnloadResponse.newBuilder()
                        .setUnloaded(replica.unload(ModelId.of(request.getName(), request.getVersion())))
                        .build());
    }

    @Override
    public void drain(Control.DrainRequest request, StreamObserver<Control.DrainResponse> answers) {
        answer("drain", answers, () -> {
            replica.drain();
            return Control.DrainResponse.getDefaultInstance();
        });
    }

    @Override
    public void adopt(Control.AdoptRequest request, StreamObserver<Control.AdoptResponse> answers) {
        answer("adopt", answers, () -> {
            replica.adopt(request.getPid());
            return Control.AdoptResponse.getDefaultInstance();
        });
    }

    private interface Answering<A> {
        A answer();
    }

    private static <A> void answer(String what, StreamObserver<A> answers, Answering<A> answering) {
        Thread.ofPlatform().daemon().name(what).start(() -> {
            try {
                answers.onNext(answering.answer());
                answers.onCompleted();
            } catch (OipException e) {
                answers.onError(status(e));
            } catch (RuntimeException | Error e) {
                LOG.error("{} failed unforeseen", what, e);
                answers.onError(Status.INTERNAL
                        .withDescription("internal error (expected: none). The replica's log says more")
                        .asRuntimeException());
            }
        });
    }

    private static RuntimeException status(OipException e) {
        return Status.fromCode(e.error().code()).withDescription(e.reason()).asRuntimeException();
    }

    /** Tells those who watch for the last time, and that it is the last. */
    @Override
    public void close() {
        if (closed.getAndSet(true)) {
            return;
        }
        beats.execute(() -> {
            beat();
            ended = true;
            watchers.forEach(StreamObserver::onCompleted);
            watchers.clear();
        });
        beats.shutdown();
        try {
            boolean _ = beats.awaitTermination(1, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
