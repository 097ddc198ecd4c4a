package dev.perdure.oip;

import com.linecorp.armeria.common.grpc.GrpcSerializationFormats;
import com.linecorp.armeria.server.ServerBuilder;
import com.linecorp.armeria.server.ServiceRequestContext;
import com.linecorp.armeria.server.grpc.GrpcService;
import dev.perdure.oip.multiplex.v1.MultiplexGrpc;
import dev.perdure.oip.multiplex.v1.Multiplexed;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/**
 * Answers requests that come over streams, many at once ({@link OipClient#multiplexed}). Each stream belongs to the thread of its
 * connection; answers may come from any. Nothing decides here who may ask: it is for servers that only one's own processes reach.
 */
public final class MultiplexServer extends MultiplexGrpc.MultiplexImplBase implements AutoCloseable {
    private static final int BYTES_MAX = 256 * 1024;
    private static final int ENVELOPE_BYTES = 64 * 1024;
    private static final String PATH = "/" + MultiplexGrpc.SERVICE_NAME + "/Infer";

    private final Inference inference;
    private final OipServerSettings settings;
    private final Set<Line> lines = ConcurrentHashMap.newKeySet();
    private volatile boolean isClosed;

    /** Nobody is answered before it is {@linkplain #mount mounted}. */
    public MultiplexServer(Inference inference, OipServerSettings settings) {
        this.inference = inference;
        this.settings = settings;
    }

    /** Returns how long a message may be: with one request that is as large as it may be, and what stands around it. */
    static int messageBytesMax(OipLimits limits) {
        return Math.addExact(limits.bodyBytesMax(), ENVELOPE_BYTES + BYTES_MAX);
    }

    /** Adds it to a server. */
    public void mount(ServerBuilder builder) {
        builder.route()
                .path(PATH)
                .requestTimeoutMillis(0)
                .maxRequestLength(0)
                .build(GrpcService.builder()
                        .supportedSerializationFormats(GrpcSerializationFormats.PROTO)
                        .addService(this)
                        .maxRequestMessageLength(messageBytesMax(settings.limits()))
                        .maxResponseMessageLength(messageBytesMax(settings.limits()))
                        .useClientTimeoutHeader(false)
                        .build());
    }

    @Override
    public StreamObserver<Multiplexed.Requests> infer(StreamObserver<Multiplexed.Answers> answers) {
        var line = new Line(ServiceRequestContext.current(), (ServerCallStreamObserver<Multiplexed.Answers>) answers);
        lines.add(line);
        if (isClosed) {
            line.end();
        }
        return line;
    }

    /** Reads nothing more, and says what was read of each stream. A stream ends when all of that is answered. Does not block. */
    @Override
    public void close() {
        isClosed = true;
        lines.forEach(Line::end);
    }

    /** One stream. Everything is done by the thread of its connection, but that answers are added. */
    private final class Line implements StreamObserver<Multiplexed.Requests> {
        private final ServiceRequestContext context;
        private final ServerCallStreamObserver<Multiplexed.Answers> answers;
        private final Gathering<Multiplexed.Answer> outbox;
        private final Map<Long, CompletableFuture<@Nullable Void>> underWay = new HashMap<>();
        private long lastRead;
        private boolean isEnding;
        private boolean isOver;

        Line(ServiceRequestContext context, ServerCallStreamObserver<Multiplexed.Answers> answers) {
            this.context = context;
            this.answers = answers;
            this.outbox = new Gathering<>(context.eventLoop().withoutContext(), this::take);
            answers.setOnCancelHandler(this::broken);
        }

        @Override
        public void onNext(Multiplexed.Requests message) {
            if (isOver || isClosed) {
                return;
            }
            message.getAbandonedList().forEach(number -> abandon(underWay.remove(number)));
            message.getRequestsList().forEach(this::begin);
        }

        private static void abandon(@Nullable CompletableFuture<@Nullable Void> abandoned) {
            if (abandoned != null) {
                abandoned.complete(null);
            }
        }

        private void begin(Multiplexed.Request received) {
            long number = received.getNumber();
            lastRead = number;
            var abandoned = new CompletableFuture<@Nullable Void>();
            underWay.put(number, abandoned);
            try {
                var _ = inference
                        .begin(GrpcRequests.read(received.getRequest(), settings.limits()), call(received, abandoned))
                        .whenComplete((response, failure) ->
                                outbox.add(failure == null ? answered(number, response) : refused(number, failure)));
            } catch (RuntimeException | Error e) {
                outbox.add(refused(number, e));
            }
        }

        private Call call(Multiplexed.Request received, CompletableFuture<?> abandoned) {
            Map<String, String> headers = received.getHeadersMap();
            Duration left = Duration.ofNanos(received.getMicrosLeft() * 1000);
            Optional<String> parent = Optional.ofNullable(headers.get(Trace.PARENT));
            return new Call(
                    Deadline.in(left.compareTo(settings.requestWithin()) < 0 ? left : settings.requestWithin()),
                    name -> Optional.ofNullable(headers.get(name)),
                    String.valueOf(context.remoteAddress()),
                    Optional.empty(),
                    parent.map(_ -> Trace.of(
                            parent, Optional.ofNullable(headers.get(Trace.STATE)), ThreadLocalRandom.current())),
                    abandoned);
        }

        private void take(Queue<Multiplexed.Answer> queue) {
            var message = Multiplexed.Answers.newBuilder();
            int bytes = 0;
            while (bytes < BYTES_MAX) {
                Multiplexed.Answer answer = queue.poll();
                if (answer == null) {
                    break;
                }
                if (underWay.remove(answer.getNumber()) != null) {
                    message.addAnswers(answer);
                    bytes += answer.getSerializedSize();
                }
            }
            if (!isOver && message.getAnswersCount() > 0) {
                answers.onNext(message.build());
            }
            if (!queue.isEmpty()) {
                outbox.wake();
            }
            endIfDone();
        }

        void end() {
            context.eventLoop().execute(() -> {
                if (!isOver && !isEnding) {
                    isEnding = true;
                    answers.onNext(Multiplexed.Answers.newBuilder()
                            .setLastRead(lastRead)
                            .build());
                    endIfDone();
                }
            });
        }

        private void endIfDone() {
            if (isEnding && !isOver && underWay.isEmpty()) {
                answers.onCompleted();
                over();
            }
        }

        private void broken() {
            context.eventLoop().execute(this::over);
        }

        private void over() {
            isOver = true;
            lines.remove(this);
            underWay.values().forEach(Line::abandon);
            underWay.clear();
        }

        @Override
        public void onError(Throwable cause) {
            over();
        }

        @Override
        public void onCompleted() {
            if (!isOver) {
                answers.onCompleted();
                over();
            }
        }
    }

    private static Multiplexed.Answer answered(long number, InferResponse response) {
        try {
            return Multiplexed.Answer.newBuilder()
                    .setNumber(number)
                    .setResponse(GrpcResponses.write(response))
                    .build();
        } catch (RuntimeException e) {
            return refused(number, e);
        }
    }

    private static Multiplexed.Answer refused(long number, Throwable thrown) {
        Throwable cause = thrown instanceof CompletionException wrapped && wrapped.getCause() != null
                ? wrapped.getCause()
                : thrown;
        OipException why = Calls.answer(cause);
        var refused =
                Multiplexed.Refused.newBuilder().setError(why.error().name()).setReason(why.reason());
        why.retryAfter().ifPresent(after -> refused.setRetryAfterMillis(after.toMillis()));
        return Multiplexed.Answer.newBuilder()
                .setNumber(number)
                .setRefused(refused)
                .build();
    }
}
