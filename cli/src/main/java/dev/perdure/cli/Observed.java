package dev.perdure.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.perdure.gateway.Gateway;
import dev.perdure.gateway.GatewayListener;
import dev.perdure.gateway.GatewayMetrics;
import dev.perdure.gateway.LookedFigures;
import dev.perdure.oip.OipAddress;
import dev.perdure.oip.Page;
import dev.perdure.oip.Served;
import dev.perdure.recall.Recall;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.jvm.ClassLoaderMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmGcMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.core.instrument.binder.system.FileDescriptorMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.core.instrument.binder.system.UptimeMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;

/** A server's figures for Prometheus, and who hears of what it does. */
final class Observed implements AutoCloseable {
    static final String PATH = "/metrics";
    private static final String TYPE = "text/plain; version=0.0.4; charset=utf-8";

    private final PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    private final GatewayMetrics metrics = new GatewayMetrics(registry);
    private final JvmGcMetrics gc = new JvmGcMetrics();
    private final ServeTelling telling;
    private volatile Optional<LookedFigures> looked = Optional.empty();
    private @Nullable HttpServer own;
    private @Nullable ExecutorService threads;

    Observed(ServeTelling telling) {
        this.telling = telling;
        Gauge.builder("perdure.build.info", () -> 1)
                .description("Always 1; the label says which program this is.")
                .tag("version", Perdure.Version.own())
                .register(registry);
        FunctionCounter.builder("perdure.log.lines.dropped", telling, ServeTelling::dropped)
                .description(
                        "Lines about requests that were left out because they came faster than they could be written.")
                .register(registry);
        gc.bindTo(registry);
        List.of(
                        new JvmMemoryMetrics(),
                        new JvmThreadMetrics(),
                        new ClassLoaderMetrics(),
                        new ProcessorMetrics(),
                        new UptimeMetrics(),
                        new FileDescriptorMetrics())
                .forEach(binder -> binder.bindTo(registry));
    }

    /** Has what a gateway counts for its pages among the figures. */
    void watch(Gateway gateway, Recall recall) {
        looked = Optional.of(new LookedFigures(gateway, recall, registry));
    }

    private String scrape() {
        looked.ifPresent(LookedFigures::look);
        return registry.scrape();
    }

    /** Where figures of others go as well. */
    MeterRegistry registry() {
        return registry;
    }

    GatewayListener listener() {
        return GatewayListener.all(List.of(telling, metrics));
    }

    /** A request has ended. */
    void served(Served served) {
        metrics.served(served);
        telling.served(served);
    }

    /** Returns the figures as a page of the server that is watched, unless they have an address of their own. */
    List<Page> pages() {
        return own == null ? List.of(new Page("GET", PATH, _ -> Page.Answer.text(200, TYPE, scrape()))) : List.of();
    }

    /**
     * Has the figures at an address of their own, and nowhere else: to be called before {@link #pages}.
     *
     * @return with the port that it got
     * @throws IOException if nobody can listen there
     */
    OipAddress.Tcp listen(OipAddress.Tcp address) throws IOException {
        var socket = new InetSocketAddress(address.host(), address.port());
        try {
            own = HttpServer.create(socket, 0);
        } catch (IOException e) {
            throw new IOException("cannot listen at %s for --metrics: %s".formatted(address, e.getMessage()), e);
        }
        threads = Executors.newVirtualThreadPerTaskExecutor();
        own.setExecutor(threads);
        own.createContext(PATH, this::answer);
        own.start();
        return new OipAddress.Tcp(address.host(), own.getAddress().getPort());
    }

    private void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            boolean isAsked = exchange.getRequestMethod().equals("GET")
                    && exchange.getRequestURI().getPath().equals(PATH);
            byte[] body = isAsked ? scrape().getBytes(UTF_8) : new byte[0];
            exchange.getResponseHeaders().set("Content-Type", TYPE);
            exchange.sendResponseHeaders(isAsked ? 200 : 404, body.length == 0 ? -1 : body.length);
            exchange.getResponseBody().write(body);
        }
    }

    @Override
    public void close() {
        if (own != null) {
            own.stop(0);
        }
        if (threads != null) {
            threads.shutdownNow();
        }
        gc.close();
        registry.close();
    }
}
