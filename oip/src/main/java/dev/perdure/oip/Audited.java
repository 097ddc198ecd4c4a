package dev.perdure.oip;

import com.linecorp.armeria.server.ServiceRequestContext;
import java.util.Optional;
import java.util.function.Supplier;

/** Changes of what is served, which are kept where somebody keeps them: before, and how they ended. */
final class Audited {
    private Audited() {}

    /**
     * Does it. Blocks.
     *
     * @param model that it is about; empty if none
     * @throws OipException what it throws; or that it cannot be kept, and was not done
     */
    static <A> A change(ServiceRequestContext context, String model, Supplier<A> change) {
        Optional<Audit> audit = Noted.of(context).audit();
        if (audit.isEmpty()) {
            return change.get();
        }
        AdminAction action = action(context, model);
        audit.get().asked(action);
        try {
            A done = change.get();
            audit.get().ended(action, true, "");
            return done;
        } catch (RuntimeException | Error e) {
            audit.get().ended(action, false, String.valueOf(e.getMessage()));
            throw e;
        }
    }

    static AdminAction action(ServiceRequestContext context, String model) {
        Noted noted = Noted.of(context);
        String peer = String.valueOf(context.remoteAddress());
        return new AdminAction(
                noted.client().orElse(peer), peer, Edge.operation(context), context.path(), model, noted.trace());
    }
}
