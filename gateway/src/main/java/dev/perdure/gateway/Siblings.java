package dev.perdure.gateway;

import dev.perdure.oip.ModelId;
import java.io.IOException;
import java.util.List;

/** Other gateways that answer the same clients at the same ports: what a client reports may be of an answer that one of them gave. */
@FunctionalInterface
public interface Siblings {
    /** There are none. */
    Siblings NONE = List::of;

    /** Returns those that live now, in an order of which nothing depends. Called by any thread, and may look at files. */
    List<Sibling> others();

    /** One of them. */
    @FunctionalInterface
    interface Sibling {
        /**
         * Has it read a report of outcomes for itself, without asking others. Blocks, for seconds at most.
         *
         * @param report as {@code POST /v2/models/{model}/outcomes} takes it
         * @return its answer, as JSON; of an outcome it does not know {@code unknown} is true among those refused
         * @throws IOException if there is none
         */
        String report(ModelId model, String report) throws IOException;
    }
}
