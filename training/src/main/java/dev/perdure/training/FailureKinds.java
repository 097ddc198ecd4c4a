package dev.perdure.training;

import java.util.List;

/** Which kinds of incidents are failures of a worker or trainer, and not of a supervisor, a disk or the data. */
final class FailureKinds {
    private static final List<String> OF_WORKERS =
            List.of("worker-", "trainer-", "connection-lost", "state-differs", "states-differ");

    private FailureKinds() {}

    static boolean isOfAWorker(String kind) {
        return OF_WORKERS.stream().anyMatch(kind::startsWith);
    }
}
