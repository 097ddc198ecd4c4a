package dev.perdure.training;

import dev.perdure.engine.Collective;
import java.util.List;

/** A group of one: there is nobody to exchange anything with, and nothing that can fail. */
final class Alone implements Collective {
    @Override
    public int rank() {
        return 0;
    }

    @Override
    public int size() {
        return 1;
    }

    @Override
    public void exchange(String operation, List<Part> outgoing, List<Part> incoming) {
        if (!outgoing.isEmpty() || !incoming.isEmpty()) {
            throw new IllegalArgumentException(operation + ": with others (expected: nobody is there)");
        }
    }

    @Override
    public void abort() {}

    @Override
    public void close() {}
}
