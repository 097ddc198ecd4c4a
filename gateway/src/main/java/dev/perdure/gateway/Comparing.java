package dev.perdure.gateway;

import dev.perdure.model.GoldenSet;
import dev.perdure.oip.Tensor;
import dev.perdure.routing.Event;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** Compares what several replicas answered to the same request, off the thread that decides. */
final class Comparing {
    private final Consumer<Event> tell;

    Comparing(Consumer<Event> tell) {
        this.tell = tell;
    }

    /** Tells which attempts agree within the model's tolerance. Does not block. */
    void compare(Flight flight, List<Integer> attempts, ServedVersion version) {
        Thread.ofVirtual()
                .name("compare")
                .start(() -> tell.accept(new Event.Compared(flight.id, groups(flight, attempts, version))));
    }

    private static List<List<Integer>> groups(Flight flight, List<Integer> attempts, ServedVersion version) {
        var groups = new ArrayList<List<Integer>>();
        for (int attempt : attempts) {
            groups.stream()
                    .filter(group -> agree(flight, group.getFirst(), attempt, version))
                    .findFirst()
                    .ifPresentOrElse(group -> group.add(attempt), () -> groups.add(new ArrayList<>(List.of(attempt))));
        }
        return groups;
    }

    private static boolean agree(Flight flight, int one, int other, ServedVersion version) {
        List<Tensor> inputs = flight.request.inputs();
        var expected = new GoldenSet(
                Rows.data(inputs),
                Rows.data(flight.outputs(one)),
                version.golden().tolerance());
        return expected.compare(Rows.data(flight.outputs(other))).isEmpty();
    }
}
