package dev.perdure.oip;

import com.linecorp.armeria.common.AggregatedHttpRequest;
import com.linecorp.armeria.common.HttpHeaders;
import com.linecorp.armeria.common.HttpRequest;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.server.HttpService;
import com.linecorp.armeria.server.ServiceRequestContext;
import java.lang.foreign.MemorySegment;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;

/** The protocol over HTTP: reads a request, asks the service on a thread of the request's own, writes the answer. */
final class RestService implements HttpService {
    static final String JSON_BYTES = "inference-header-content-length";

    private final InferenceService service;
    private final OipServerSettings settings;
    private final Executor threads;

    RestService(InferenceService service, OipServerSettings settings, Executor threads) {
        this.service = service;
        this.settings = settings;
        this.threads = threads;
    }

    @Override
    public HttpResponse serve(ServiceRequestContext context, HttpRequest request) {
        Call call = Calls.of(context, settings);
        CompletableFuture<HttpResponse> answer = request.aggregate()
                .thenApplyAsync(whole -> answer(context, whole, call), threads)
                .exceptionally(failure -> RestErrors.response(context, failure));
        return HttpResponse.of(answer);
    }

    private HttpResponse answer(ServiceRequestContext context, AggregatedHttpRequest request, Call call) {
        try {
            RestRoute route = RestRoute.of(request.method().name(), context.path());
            return switch (route) {
                case RestRoute.Infer infer -> infer(context, infer.model(), request, call);
                case RestRoute.Load load -> {
                    Noted.of(context).asked(ModelId.of(load.model()), "");
                    var parameters = RestBodies.parameters(body(request), settings.limits());
                    yield changed(context, load.model(), () -> service.load(load.model(), parameters, call));
                }
                case RestRoute.Unload unload -> {
                    Noted.of(context).asked(ModelId.of(unload.model()), "");
                    var parameters = RestBodies.parameters(body(request), settings.limits());
                    yield changed(context, unload.model(), () -> service.unload(unload.model(), parameters, call));
                }
                case RestRoute.Index _ ->
                    RestAnswers.json(200, JsonAnswers.index(service.index(RestBodies.ready(body(request)))));
                case RestRoute.ServerLive _ -> RestAnswers.probe("live", service.live());
                case RestRoute.ServerReady _ -> RestAnswers.probe("ready", service.ready());
                case RestRoute.Server _ -> RestAnswers.json(200, JsonAnswers.server(service.metadata()));
                case RestRoute.ModelReady asked -> modelReady(asked.model());
                case RestRoute.Model asked -> RestAnswers.json(200, JsonAnswers.model(service.metadata(asked.model())));
                case RestRoute.Config asked -> RestAnswers.json(200, JsonAnswers.config(service.config(asked.model())));
                case RestRoute.Statistics asked ->
                    RestAnswers.json(200, JsonAnswers.statistics(service.statistics(asked.model())));
            };
        } catch (RuntimeException | Error e) {
            return RestErrors.response(context, e);
        }
    }

    private static HttpResponse changed(ServiceRequestContext context, String model, Runnable change) {
        return Audited.change(context, model, () -> {
            change.run();
            return RestAnswers.json(200, JsonAnswers.nothing());
        });
    }

    private HttpResponse modelReady(ModelId model) {
        boolean ready = service.ready(model);
        return RestAnswers.json(ready ? 200 : 503, JsonAnswers.modelReady(model, ready));
    }

    private HttpResponse infer(
            ServiceRequestContext context, ModelId model, AggregatedHttpRequest received, Call call) {
        HttpHeaders headers = received.headers();
        Noted noted = Noted.of(context);
        noted.asked(model, "");
        OptionalLong jsonBytes = HttpBody.length(header(headers, JSON_BYTES));
        InferRequest request =
                HttpBody.request(model, body(received), jsonBytes, settings.limits(), () -> service.metadata(model));
        noted.asked(model, request.id());
        InferResponse response = service.infer(request, Calls.boundedBy(call, request, context));
        noted.answered(response);
        HttpBody body = HttpBody.response(request, response);
        return RestAnswers.body(body, Compression.accepted(header(headers, "accept-encoding")));
    }

    private MemorySegment body(AggregatedHttpRequest request) {
        return RestBodies.plain(request, settings.limits());
    }

    private static Optional<String> header(HttpHeaders headers, String name) {
        return Optional.ofNullable(headers.get(name));
    }
}
