package dev.perdure.oip;

import com.linecorp.armeria.client.grpc.GrpcClientBuilder;
import dev.perdure.oip.multiplex.v1.MultiplexGrpc.MultiplexStub;
import dev.perdure.oip.multiplex.v1.Multiplexed;
import io.grpc.stub.StreamObserver;
import io.netty.channel.EventLoop;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Sends all requests over one stream, which is opened when one is sent and none is open. Everything but {@link #send} is done by
 * the one thread of the connection, so nothing here is locked.
 *
 * <p>A stream that ends says which requests it has not read; those were not sent. Of the others that are not answered nobody
 * knows.
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
    private final AtomicLong numbers = new AtomicLong();
    private final Map<Long, Asked> waiting = new TreeMap<>();
    private @Nullable Line line;
    private boolean isLooking;
    private final AtomicBoolean isClosing = new AtomicBoolean();
    private boolean isClosed;

    Multiplexing(EventLoop loop, GrpcClientBuilder stubs, OipLimits limits) {
        this.limits = limits;
        this.loop = loop;
        this.stub = stubs.build(MultiplexStub.class);
        this.outbox = new Gathering<>(loop, this::take);
    }

    /** A request, until it is answered. Its number is given when it is written. */
    private final class Asked {
        private final Multiplexed.Request.Builder written;
        private final Deadline deadline;
        private final Pending pending = new Pending(this::abandon);
        private long number;

        Asked(Multiplexed.Request.Builder written, Deadline deadline) {
            this.written = written;
            this.deadline = deadline;
        }

        private void abandon() {
            outbox.add(this);
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

    private void take(Queue<Asked> queue) {
        var message = Multiplexed.Requests.newBuilder();
        int bytes = 0;
        while (bytes < BYTES_MAX) {
            Asked asked = queue.poll();
            if (asked == null) {
                break;
            }
            bytes += take(asked, message);
        }
        if (message.getRequestsCount() + message.getAbandonedCount() > 0) {
            open().send(message.build());
        }
        if (!queue.isEmpty()) {
            outbox.wake();
        }
        look();
    }

    /** Returns how many bytes were added to a message. */
    private int take(Asked asked, Multiplexed.Requests.Builder message) {
        if (isClosed) {
            asked.pending.complete(new Outcome.NotSent("this client is closed"));
        } else if (asked.isOver()) {
            if (asked.number > 0 && waiting.remove(asked.number) != null) {
                message.addAbandoned(asked.number);
            }
        } else {
            asked.number = numbers.incrementAndGet();
            waiting.put(asked.number, asked);
            Multiplexed.Request written = asked.written
                    .setNumber(asked.number)
                    .setMicrosLeft(Math.max(1, asked.deadline.left().toNanos() / 1000))
                    .build();
            message.addRequests(written);
            return written.getSerializedSize();
        }
        return 0;
    }

    private Line open() {
        Line open = line;
        if (open == null) {
            open = new Line();
            line = open;
            open.begin();
        }
        return open;
    }

    private void look() {
        if (!isLooking && !waiting.isEmpty()) {
            isLooking = true;
            var _ = loop.schedule(this::lookForLate, LOOK_MILLIS, TimeUnit.MILLISECONDS);
        }
    }

    private void lookForLate() {
        isLooking = false;
        List.copyOf(waiting.values()).stream().filter(Asked::isOver).forEach(outbox::add);
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
        Optional.ofNullable(line).ifPresent(Line::end);
    }

    /** One stream. */
    private final class Line implements StreamObserver<Multiplexed.Answers> {
        private @Nullable StreamObserver<Multiplexed.Requests> requests;
        private long lastRead = Long.MAX_VALUE;

        /** It may be over before this returns. */
        void begin() {
            requests = stub.infer(this);
        }

        void send(Multiplexed.Requests message) {
            if (line == this && requests != null) {
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
                lastRead = answers.getLastRead();
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

        /** All that wait were sent by this stream: the next is opened after this one is over. */
        private void over(Outcome outcome) {
            if (line != this) {
                return;
            }
            line = null;
            var left = new ArrayList<>(waiting.values());
            waiting.clear();
            for (Asked asked : left) {
                asked.pending.complete(
                        asked.number > lastRead ? new Outcome.NotSent("the other end takes no more") : outcome);
            }
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
