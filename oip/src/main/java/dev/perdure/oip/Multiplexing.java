package dev.perdure.oip;

import com.linecorp.armeria.client.grpc.GrpcClientBuilder;
import dev.perdure.oip.multiplex.v1.MultiplexGrpc.MultiplexStub;
import dev.perdure.oip.multiplex.v1.Multiplexed;
import io.grpc.stub.StreamObserver;
import io.netty.channel.EventLoop;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.LongPredicate;
import org.jspecify.annotations.Nullable;

/**
 * Sends all requests over one stream, which is opened when one is sent and none is open. Everything but {@link #send} is done by
 * the one thread of the connection, so nothing here is locked.
 *
 * <p>A server that ends says which requests of a stream it has not read, and answers the others; those that were not read were not
 * sent. Of what a stream leaves that breaks nobody knows.
 */
final class Multiplexing implements Sending {
    /** More in one message would keep what comes after waiting. */
    private static final int BYTES_MAX = 256 * 1024;
    /** How often it is looked whether deadlines have passed; whoever owns requests usually looks for itself. */
    private static final long LOOK_MILLIS = 20;

    private final OipLimits limits;
    private final EventLoop loop;
    private final MultiplexStub stub;
    private final Gathering<Asked> outbox;
    private final AtomicBoolean isClosing = new AtomicBoolean();
    private final Set<Line> lines = new LinkedHashSet<>();
    private long numbers;
    private @Nullable Line open;
    private boolean isLooking;
    private boolean isClosed;

    Multiplexing(EventLoop loop, GrpcClientBuilder stubs, OipLimits limits) {
        this.limits = limits;
        this.loop = loop;
        this.stub = stubs.build(MultiplexStub.class);
        this.outbox = new Gathering<>(loop, this::take);
    }

    /** A request, until it is answered. Its number and its stream are given when it is written. */
    private final class Asked {
        private final Multiplexed.Request.Builder written;
        private final Deadline deadline;
        private final Pending pending = new Pending(() -> outbox.add(this));
        private long number;
        private @Nullable Line line;

        Asked(Multiplexed.Request.Builder written, Deadline deadline) {
            this.written = written;
            this.deadline = deadline;
        }

        private boolean isOver() {
            if (deadline.passed()) {
                pending.complete(new Outcome.Late());
            }
            return pending.isDone();
        }
    }

    @Override
    public Pending send(InferRequest request, Deadline deadline, Map<String, String> headers) {
        var asked = new Asked(
                Multiplexed.Request.newBuilder()
                        .setRequest(GrpcRequests.write(request))
                        .putAllHeaders(headers),
                deadline);
        outbox.add(asked);
        return asked.pending;
    }

    /** Writes what is new, and tells what is given up. */
    private void take(Queue<Asked> queue) {
        var message = Multiplexed.Requests.newBuilder();
        var fresh = new ArrayList<Asked>();
        int bytes = 0;
        while (bytes < BYTES_MAX && !queue.isEmpty()) {
            Asked asked = queue.remove();
            if (isClosed) {
                asked.pending.complete(new Outcome.NotSent("this client is closed"));
            } else if (asked.isOver()) {
                abandon(asked, message);
            } else {
                fresh.add(asked);
                Multiplexed.Request written = numbered(asked);
                message.addRequests(written);
                bytes += written.getSerializedSize();
            }
        }
        if (message.getRequestsCount() + message.getAbandonedCount() > 0) {
            line().send(message.build(), fresh);
        }
        if (!queue.isEmpty()) {
            outbox.wake();
        }
        look();
    }

    /** A stream that takes nothing more is not told. */
    private void abandon(Asked asked, Multiplexed.Requests.Builder message) {
        Line line = asked.line;
        if (line != null && line.waiting.remove(asked.number) != null && line.equals(open)) {
            message.addAbandoned(asked.number);
        }
    }

    private Multiplexed.Request numbered(Asked asked) {
        asked.number = ++numbers;
        return asked.written
                .setNumber(asked.number)
                .setMicrosLeft(Math.max(1, asked.deadline.left().toNanos() / 1000))
                .build();
    }

    private Line line() {
        Line known = open;
        if (known == null) {
            known = new Line();
            lines.add(known);
            open = known;
        }
        return known;
    }

    private void look() {
        if (!isLooking && lines.stream().anyMatch(line -> !line.waiting.isEmpty())) {
            isLooking = true;
            var _ = loop.schedule(this::lookForLate, LOOK_MILLIS, TimeUnit.MILLISECONDS);
        }
    }

    private void lookForLate() {
        isLooking = false;
        lines.stream()
                .flatMap(line -> List.copyOf(line.waiting.values()).stream())
                .filter(Asked::isOver)
                .forEach(outbox::add);
        look();
    }

    @Override
    public void close() {
        if (isClosing.compareAndSet(false, true)) {
            loop.submit(this::end).awaitUninterruptibly();
        }
    }

    private void end() {
        isClosed = true;
        List.copyOf(lines).forEach(Line::end);
    }

    /** One stream. */
    private final class Line implements StreamObserver<Multiplexed.Answers> {
        private final Map<Long, Asked> waiting = new TreeMap<>();
        private @Nullable StreamObserver<Multiplexed.Requests> requests;

        /** It may be over before this returns. */
        void send(Multiplexed.Requests message, List<Asked> fresh) {
            for (Asked asked : fresh) {
                asked.line = this;
                waiting.put(asked.number, asked);
            }
            if (requests == null) {
                requests = stub.infer(this);
            }
            if (lines.contains(this)) {
                requests.onNext(message);
            }
        }

        void end() {
            if (requests != null) {
                requests.onCompleted();
            }
            over(new Outcome.NoAnswer("this client was closed"));
        }

        @Override
        public void onNext(Multiplexed.Answers answers) {
            for (Multiplexed.Answer answer : answers.getAnswersList()) {
                Optional.ofNullable(waiting.remove(answer.getNumber()))
                        .ifPresent(asked -> asked.pending.complete(outcome(answer)));
            }
            if (answers.hasLastRead()) {
                takesNoMore();
                complete(after -> after > answers.getLastRead(), new Outcome.NotSent("the other end takes no more"));
            }
        }

        private void takesNoMore() {
            if (equals(open)) {
                open = null;
            }
        }

        private void complete(LongPredicate which, Outcome outcome) {
            var left = waiting.values().stream()
                    .filter(asked -> which.test(asked.number))
                    .toList();
            for (Asked asked : left) {
                waiting.remove(asked.number);
                asked.pending.complete(outcome);
            }
        }

        @Override
        public void onError(Throwable cause) {
            over(Outcomes.ofAll(cause));
        }

        @Override
        public void onCompleted() {
            over(new Outcome.NoAnswer("the other end has ended"));
        }

        private void over(Outcome outcome) {
            takesNoMore();
            lines.remove(this);
            complete(_ -> true, outcome);
        }
    }

    private Outcome outcome(Multiplexed.Answer answer) {
        try {
            return switch (answer.getResultCase()) {
                case RESPONSE -> new Outcome.Answered(GrpcResponses.read(answer.getResponse(), limits));
                case REFUSED -> new Outcome.Refused(refusal(answer.getRefused()));
                case RESULT_NOT_SET -> new Outcome.NoAnswer("an answer without a result");
            };
        } catch (OipException e) {
            return new Outcome.NoAnswer("an answer that cannot be read: " + e.reason());
        }
    }

    private static OipException refusal(Multiplexed.Refused refused) {
        OipError error = OipError.named(refused.getError());
        return refused.hasRetryAfterMillis()
                ? OipException.retryAfter(error, refused.getReason(), Duration.ofMillis(refused.getRetryAfterMillis()))
                : new OipException(error, refused.getReason());
    }
}
