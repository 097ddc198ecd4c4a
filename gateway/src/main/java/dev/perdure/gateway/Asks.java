package dev.perdure.gateway;

import dev.perdure.core.Digests;
import dev.perdure.oip.Call;
import dev.perdure.oip.Deadline;
import dev.perdure.oip.InferRequest;
import dev.perdure.oip.OipError;
import dev.perdure.oip.OipException;
import dev.perdure.oip.Parameter;
import dev.perdure.oip.Tensor;
import dev.perdure.routing.Ask;
import dev.perdure.routing.RequestLimits;
import dev.perdure.routing.Tier;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/** What a request asks for, in the words of those who decide about it. */
final class Asks {
    /** What requests that belong together share, as a header or parameter. */
    static final String AFFINITY = "perdure_affinity";
    /** Who asks, as a header or parameter, where that need not be shown; whoever says nothing is its address. */
    static final String CLIENT = "perdure_client";

    private static final int PRIORITY_USUAL = 100;

    private final RequestLimits limits;
    private final Duration deadline;
    private final Duration deadlineMax;

    Asks(GatewaySettings settings) {
        limits = settings.limits();
        deadline = settings.deadline();
        deadlineMax = settings.deadlineMax();
    }

    /**
     * Reads a request that fits its model.
     *
     * @param originNanos of the clock that deadlines are on
     * @param mark tells its inputs' digests from those of others; empty if they are not to be
     * @throws OipException {@link OipError#INVALID} if its inputs are of different or too many items
     */
    Ask read(InferRequest request, Call call, List<Tier> tiers, long originNanos, String mark) {
        int items = items(request);
        return new Ask(
                tiers,
                deadline(request, call).nanoTime() - originNanos,
                request.priority()
                        .map(priority -> (int) Math.min(priority, Integer.MAX_VALUE))
                        .orElse(PRIORITY_USUAL),
                call.client().or(() -> said(CLIENT, request, call)).orElseGet(() -> host(call.peer())),
                said(AFFINITY, request, call),
                digests(request.inputs(), items, mark));
    }

    /** Returns the call with this share of the time that is left. */
    Call within(double share, InferRequest request, Call call) {
        Duration left = deadline(request, call).left();
        var part = Deadline.in(Duration.ofNanos((long) (share * left.toNanos())));
        return new Call(part, call.header(), call.peer(), call.client(), call.trace(), call.abandoned());
    }

    private int items(InferRequest request) {
        long items = request.inputs().getFirst().shape().size(0);
        limits.refusesItems(items).ifPresent(why -> {
            throw new OipException(OipError.INVALID, why);
        });
        for (Tensor input : request.inputs()) {
            if (input.shape().size(0) != items) {
                throw new OipException(
                        OipError.INVALID,
                        "input %s: %d items (expected: %d, as %s has)"
                                .formatted(
                                        input.name(),
                                        input.shape().size(0),
                                        items,
                                        request.inputs().getFirst().name()));
            }
        }
        return Math.toIntExact(items);
    }

    private Deadline deadline(InferRequest request, Call call) {
        boolean isSaid = request.timeout().isPresent()
                || call.header().apply("grpc-timeout").isPresent();
        return call.deadline().or(Deadline.in(isSaid ? deadlineMax : deadline));
    }

    private static Optional<String> said(String name, InferRequest request, Call call) {
        if (request.parameters().get(name) instanceof Parameter.Text(String text) && !text.isBlank()) {
            return Optional.of(text);
        }
        return call.header().apply(name.replace('_', '-')).filter(text -> !text.isBlank());
    }

    private static String host(String peer) {
        int colon = peer.lastIndexOf(':');
        return colon > 0 ? peer.substring(0, colon) : peer;
    }

    /** Equal inputs of the same model, and only those, have equal digests, wherever in a batch and in which order they are. */
    private static List<String> digests(List<Tensor> unordered, int items, String mark) {
        List<Tensor> inputs =
                unordered.stream().sorted(Comparator.comparing(Tensor::name)).toList();
        var digests = new ArrayList<String>(items);
        for (int item = 0; item < items; item++) {
            MessageDigest digest = Digests.sha256();
            for (Tensor input : inputs) {
                Digests.update(digest, Rows.row(input, item));
            }
            digests.add(mark + Digests.hex(digest));
        }
        return digests;
    }
}
