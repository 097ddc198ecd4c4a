package dev.perdure.oip;

import com.google.common.util.concurrent.ListenableFuture;
import dev.perdure.oip.v2.GRPCInferenceServiceGrpc.GRPCInferenceServiceFutureStub;
import dev.perdure.oip.v2.Oip;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.function.Function;

/**
 * Speaks the protocol with one server, over gRPC and one connection that all requests share. It may be used by any number
 * of threads.
 *
 * <p>Only {@link #infer} tells exactly what became of a request. All other methods block for the time that they are given, and
 * say with an {@link OipException} that there is no answer: {@link OipError#UNAVAILABLE} when nobody was reached.
 */
public final class OipClient implements AutoCloseable {
    private final Connection connection;
    private final Calling calling;
    private final Sending sending;

    /**
     * Connects to nobody yet.
     *
     * @param lost called whenever a connection has ended, by the thread that reads from it, which must not be held up
     */
    public OipClient(OipAddress address, OipClientSettings settings, Runnable lost) {
        this(settings, new Connection(address, settings, lost), false);
    }

    private OipClient(OipClientSettings settings, Connection connection, boolean isMultiplexed) {
        this.connection = connection;
        this.calling = new Calling(connection.stub(GRPCInferenceServiceFutureStub.class), settings.limits());
        this.sending = isMultiplexed ? connection.multiplexing(settings.limits()) : calling;
    }

    /**
     * A client of a server with {@link MultiplexServer}, which costs both ends less for each request: all go over one stream.
     * Deadlines are noticed some milliseconds late. Connects to nobody yet.
     */
    public static OipClient multiplexed(OipAddress address, OipClientSettings settings) {
        return new OipClient(settings, new Connection(address, settings, () -> {}), true);
    }

    /** A client that tells nobody when its connection ends. */
    public OipClient(OipAddress address) {
        this(address, OipClientSettings.DEFAULT, () -> {});
    }

    /**
     * Sends a request. Does not block.
     *
     * @param headers sent with it, by lower-case names
     */
    public Pending infer(InferRequest request, Deadline deadline, Map<String, String> headers) {
        return sending.send(request, deadline, headers);
    }

    /** Sends a request without headers. Does not block. */
    public Pending infer(InferRequest request, Deadline deadline) {
        return infer(request, deadline, Map.of());
    }

    /** Returns a stub, of this generated type, of another service of the same server, over the same connection. */
    public <S> S stub(Class<S> kind) {
        return connection.stub(kind);
    }

    /** Whether there is a server that says that it lives; false when nobody answers. */
    public boolean live(Duration within) {
        return yes(
                within,
                stub -> stub.serverLive(Oip.ServerLiveRequest.getDefaultInstance()),
                Oip.ServerLiveResponse::getLive);
    }

    /** Whether there is a server that says that it can answer rightly; false when nobody answers. */
    public boolean ready(Duration within) {
        return yes(
                within,
                stub -> stub.serverReady(Oip.ServerReadyRequest.getDefaultInstance()),
                Oip.ServerReadyResponse::getReady);
    }

    private <A> boolean yes(
            Duration within,
            Function<GRPCInferenceServiceFutureStub, ListenableFuture<A>> ask,
            Function<A, Boolean> answer) {
        try {
            return answer.apply(asked(within, ask));
        } catch (OipException _) {
            return false;
        }
    }

    /** Whether a model can be asked. */
    public boolean ready(ModelId model, Duration within) {
        return asked(
                        within,
                        stub -> stub.modelReady(Oip.ModelReadyRequest.newBuilder()
                                .setName(model.name())
                                .setVersion(model.version().orElse(""))
                                .build()))
                .getReady();
    }

    public ServerMetadata metadata(Duration within) {
        return GrpcAnswers.readServer(
                asked(within, stub -> stub.serverMetadata(Oip.ServerMetadataRequest.getDefaultInstance())));
    }

    public ModelMetadata metadata(ModelId model, Duration within) {
        return GrpcAnswers.readModel(asked(
                within,
                stub -> stub.modelMetadata(Oip.ModelMetadataRequest.newBuilder()
                        .setName(model.name())
                        .setVersion(model.version().orElse(""))
                        .build())));
    }

    /** What the models have done: one, or all. */
    public List<ModelStatistics> statistics(Optional<ModelId> model, Duration within) {
        return GrpcAnswers.readStatistics(asked(
                within,
                stub -> stub.modelStatistics(Oip.ModelStatisticsRequest.newBuilder()
                        .setName(model.map(ModelId::name).orElse(""))
                        .setVersion(model.flatMap(ModelId::version).orElse(""))
                        .build())));
    }

    public List<RepositoryEntry> index(boolean ready, Duration within) {
        return GrpcAnswers.readIndex(asked(
                within,
                stub -> stub.repositoryIndex(
                        Oip.RepositoryIndexRequest.newBuilder().setReady(ready).build())));
    }

    /** Loads a model; returns when it can be asked. */
    public void load(String model, Map<String, Parameter> parameters, Duration within) {
        asked(
                within,
                stub -> stub.repositoryModelLoad(Oip.RepositoryModelLoadRequest.newBuilder()
                        .setModelName(model)
                        .putAllParameters(GrpcParameters.writeRepository(parameters))
                        .build()));
    }

    public void unload(String model, Map<String, Parameter> parameters, Duration within) {
        asked(
                within,
                stub -> stub.repositoryModelUnload(Oip.RepositoryModelUnloadRequest.newBuilder()
                        .setModelName(model)
                        .putAllParameters(GrpcParameters.writeRepository(parameters))
                        .build()));
    }

    private <A> A asked(Duration within, Function<GRPCInferenceServiceFutureStub, ListenableFuture<A>> ask) {
        ListenableFuture<A> answer = ask.apply(calling.until(Deadline.in(within)));
        try {
            return answer.get();
        } catch (ExecutionException e) {
            Outcomes.of(e).orThrow();
            throw new AssertionError("a failure has no result", e);
        } catch (InterruptedException e) {
            answer.cancel(true);
            Thread.currentThread().interrupt();
            throw new OipException(OipError.LATE, "interrupted before there was an answer");
        }
    }

    /** Ends the connection; what is under way gets no answer. */
    @Override
    public void close() {
        sending.close();
        connection.close();
    }
}
