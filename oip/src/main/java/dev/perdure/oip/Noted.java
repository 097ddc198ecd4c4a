package dev.perdure.oip;

import com.linecorp.armeria.server.ServiceRequestContext;
import io.netty.util.AttributeKey;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** What is learnt of a request on its way through the server, to be told when it has ended. */
final class Noted {
    private static final AttributeKey<Noted> KEY = AttributeKey.valueOf(Noted.class, "NOTED");

    private final Trace trace;
    private volatile Optional<String> client = Optional.empty();
    private volatile Optional<ModelId> model = Optional.empty();
    private volatile String id = "";
    private volatile Map<String, Parameter> parameters = Map.of();
    private volatile @Nullable Operation operation;
    private volatile Optional<Audit> audit = Optional.empty();
    private volatile Optional<OipException> refused = Optional.empty();

    private Noted(Trace trace) {
        this.trace = trace;
    }

    /** Returns what belongs to the request; the same each time. */
    static Noted of(ServiceRequestContext context) {
        Noted known = context.attr(KEY);
        if (known != null) {
            return known;
        }
        var headers = context.request().headers();
        var begun = new Noted(Trace.of(
                Optional.ofNullable(headers.get(Trace.PARENT)),
                Optional.ofNullable(headers.get(Trace.STATE)),
                ThreadLocalRandom.current()));
        context.setAttr(KEY, begun);
        return begun;
    }

    /** Returns what is asked, which is found out once. */
    Operation operation(Supplier<Operation> found) {
        Operation known = operation;
        if (known == null) {
            known = found.get();
            operation = known;
        }
        return known;
    }

    void audit(Audit changes) {
        audit = Optional.of(changes);
    }

    void client(String name) {
        client = Optional.of(name);
    }

    void asked(ModelId which, String requestId) {
        model = Optional.of(which);
        id = requestId;
    }

    void answered(InferResponse response) {
        model = Optional.of(response.model());
        parameters = response.parameters();
    }

    /** Returns the same. */
    OipException refused(OipException why) {
        refused = Optional.of(why);
        return why;
    }

    Optional<Audit> audit() {
        return audit;
    }

    Trace trace() {
        return trace;
    }

    Optional<String> client() {
        return client;
    }

    Optional<ModelId> model() {
        return model;
    }

    String requestId() {
        return id.isEmpty() ? trace.spanId() : id;
    }

    Map<String, Parameter> parameters() {
        return parameters;
    }

    Optional<OipException> refused() {
        return refused;
    }
}
