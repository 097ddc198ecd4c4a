package dev.perdure.gateway;

import dev.perdure.oip.ModelId;
import dev.perdure.oip.OipError;
import dev.perdure.oip.Operation;
import dev.perdure.oip.Served;
import dev.perdure.routing.Event;
import dev.perdure.routing.Notice;
import dev.perdure.routing.Step;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Figures of a gateway, for whoever watches it: what is asked and what comes of it, how long that takes, and how the replicas are.
 * They are drawn from what those who decide are told and say anyhow; {@code docs/operating/observe.md} lists them.
 *
 * <p>Labels are of models and versions that are served, and of words of a short list: nothing that a client says becomes one.
 */
public final class GatewayMetrics implements GatewayListener {
    private static final String NONE = "none";
    private static final String UNKNOWN = "unknown";
    private static final String PROMOTED = "promoted";
    private static final String ROLLED_BACK = "rolled_back";
    private static final String WITHDRAWN = "withdrawn";

    /** What is kept of one model; owned by its thread, but for the set of versions. */
    private record Known(ModelMeter meter, ModelGauges gauges, Set<String> versions) {}

    private final MeterRegistry registry;
    private final Meters meters;
    private final Map<String, Known> models = new ConcurrentHashMap<>();

    /** Registers what it counts, as it comes. */
    public GatewayMetrics(MeterRegistry registry) {
        this.registry = registry;
        this.meters = new Meters(registry);
    }

    /** Where figures of others go as well. */
    public MeterRegistry registry() {
        return registry;
    }

    @Override
    public void told(String model, Notice notice) {
        // it comes with what was decided, in its place there
    }

    @Override
    public void decided(String model, Event event, Step step, long nowNanos) {
        known(model).meter().decided(event, step, nowNanos);
    }

    private Known known(String model) {
        return models.computeIfAbsent(
                model,
                name -> new Known(
                        new ModelMeter(name, meters), new ModelGauges(name, registry), ConcurrentHashMap.newKeySet()));
    }

    @Override
    public void rollout(RolloutReport report) {
        result(report)
                .ifPresent(result -> rollouts(report.candidate().name(), result).increment());
    }

    /** Returns what was decided; nothing while that is open. */
    private static Optional<String> result(RolloutReport report) {
        return switch (report.phase()) {
            case "promoted" -> Optional.of(PROMOTED);
            case "rolled back" -> Optional.of(report.isByRequest() ? WITHDRAWN : ROLLED_BACK);
            default -> Optional.empty();
        };
    }

    private Counter rollouts(String model, String result) {
        return meters.counter(
                "perdure.rollouts",
                "Newer versions that were decided about, by what was decided.",
                "model",
                model,
                "result",
                result);
    }

    @Override
    public void looked(String model, ModelLook look) {
        Known known = known(model);
        known.gauges().looked(look, version -> {
            known.versions().add(version);
            known.meter().begin(version);
            List.of(PROMOTED, ROLLED_BACK, WITHDRAWN).forEach(result -> rollouts(model, result));
        });
    }

    @Override
    public void ended(String model) {
        Optional.ofNullable(models.remove(model))
                .ifPresent(known -> known.gauges().end());
    }

    /** A request has ended. */
    public void served(Served served) {
        meters.count(
                "perdure.http.requests",
                "Whatever was asked, over REST and gRPC, by what came of it.",
                "transport",
                served.isGrpc() ? "grpc" : "rest",
                "operation",
                served.operation().word(),
                "result",
                result(served));
        if (served.operation() == Operation.INFER) {
            inferred(served);
        }
    }

    private static String result(Served served) {
        return served.refused()
                .map(GatewayMetrics::word)
                .orElseGet(() -> served.end().name().toLowerCase(Locale.ROOT));
    }

    private static String word(OipError error) {
        return error.name().toLowerCase(Locale.ROOT);
    }

    private void inferred(Served served) {
        Optional<ModelId> model = served.model().filter(id -> models.containsKey(id.name()));
        String name = model.map(ModelId::name).orElse(UNKNOWN);
        meters.count(
                "perdure.requests",
                "Requests for an answer of a model, by who answered, and why not.",
                "model",
                name,
                "version",
                model.map(this::version).orElse(UNKNOWN),
                "tier",
                AnswerTier.of(served.parameters()).map(AnswerTier::word).orElse(NONE),
                "outcome",
                outcome(served),
                "reason",
                served.refused().map(GatewayMetrics::word).orElse(NONE));
        meters.time(
                "perdure.request",
                "From the first byte of a request for an answer to the last of the answer.",
                served.took().toNanos(),
                "model",
                name);
    }

    private String version(ModelId model) {
        Set<String> served = Optional.ofNullable(models.get(model.name()))
                .map(Known::versions)
                .orElse(Set.of());
        return model.version()
                .map(version -> served.contains(version) ? version : UNKNOWN)
                .orElse(NONE);
    }

    private static String outcome(Served served) {
        return switch (served.end()) {
            case ANSWERED -> "answered";
            case ABANDONED -> "abandoned";
            case REFUSED -> served.refused().map(GatewayMetrics::outcome).orElse("failed");
        };
    }

    /** What is refused is the request's or its sender's fault, or there is too much to do; what fails is this side's fault. */
    private static String outcome(OipError error) {
        return switch (error) {
            case INVALID,
                    UNAUTHENTICATED,
                    FORBIDDEN,
                    NOT_FOUND,
                    WRONG_METHOD,
                    TOO_LARGE,
                    QUARANTINED,
                    UNSUPPORTED,
                    OVERLOADED,
                    TOO_OFTEN -> "refused";
            case LATE -> "late";
            case INTERNAL, UNAVAILABLE -> "failed";
        };
    }
}
