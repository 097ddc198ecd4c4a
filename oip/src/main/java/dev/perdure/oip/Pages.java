package dev.perdure.oip;

import com.linecorp.armeria.common.AggregatedHttpRequest;
import com.linecorp.armeria.common.HttpData;
import com.linecorp.armeria.common.HttpRequest;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.common.MediaType;
import com.linecorp.armeria.server.HttpService;
import com.linecorp.armeria.server.ServerBuilder;
import com.linecorp.armeria.server.ServiceRequestContext;
import java.lang.foreign.ValueLayout;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;

/** Pages of one path, by method: a request is read, answered on a thread of its own, and refused as the protocol's are. */
final class Pages implements HttpService {
    private final Map<String, Page> byMethod = new TreeMap<>();
    private final OipServerSettings settings;
    private final Executor threads;

    private Pages(OipServerSettings settings, Executor threads) {
        this.settings = settings;
        this.threads = threads;
    }

    /** Adds pages to a server. */
    static void mount(ServerBuilder builder, List<Page> pages, OipServerSettings settings, Executor threads) {
        SequencedMap<String, Pages> byPath = new LinkedHashMap<>();
        for (Page page : pages) {
            byPath.computeIfAbsent(page.path(), _ -> new Pages(settings, threads))
                    .byMethod
                    .put(page.method(), page);
        }
        byPath.forEach(builder::service);
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
            Page page = page(request.method().name());
            var asked = new Page.Asked(context.pathParams(), RestBodies.plain(request, settings.limits()), call);
            Page.Answer answer = page.right() == Right.ADMIN
                    ? Audited.change(context, "", () -> page.handler().answer(asked))
                    : page.handler().answer(asked);
            return HttpResponse.of(
                    HttpStatus.valueOf(answer.status()),
                    MediaType.parse(answer.type()),
                    HttpData.wrap(answer.body().toArray(ValueLayout.JAVA_BYTE)));
        } catch (RuntimeException | Error e) {
            return RestErrors.response(context, e);
        }
    }

    /** Returns what is needed to ask in this way; everything where that is no way to ask. */
    Right right(String method) {
        Page page = byMethod.get(method);
        return page == null ? Right.ADMIN : page.right();
    }

    private Page page(String method) {
        Page page = byMethod.get(method);
        if (page == null) {
            throw new OipException(
                    OipError.WRONG_METHOD,
                    "method: %s (expected: %s)".formatted(Texts.shown(method), String.join(" or ", byMethod.keySet())));
        }
        return page;
    }
}
