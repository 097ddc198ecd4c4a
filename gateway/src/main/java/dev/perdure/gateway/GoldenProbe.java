package dev.perdure.gateway;

import dev.perdure.core.TensorData;
import dev.perdure.model.GoldenSet;
import dev.perdure.oip.Deadline;
import dev.perdure.oip.InferRequest;
import dev.perdure.oip.OipClient;
import dev.perdure.oip.Outcome;
import dev.perdure.oip.Parameter;
import dev.perdure.oip.Parameters;
import dev.perdure.oip.Tensor;
import dev.perdure.routing.FleetEvent.Golden;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.function.Consumer;
import java.util.stream.IntStream;

/** A few golden samples, asked as anybody's request is, and the answers compared with the bundle's. */
final class GoldenProbe {
    private static final int SAMPLES_MAX = 4;
    /** Longer than anybody waits for it who decides. */
    private static final Duration WITHIN = Duration.ofSeconds(20);

    private final InferRequest request;
    private final GoldenSet expected;

    private GoldenProbe(InferRequest request, GoldenSet expected) {
        this.request = request;
        this.expected = expected;
    }

    /** Returns the probe of this number: others follow each other through the whole golden set. */
    static GoldenProbe of(ServedVersion version, long number) {
        GoldenSet golden = version.golden();
        int samples = Math.toIntExact(golden.samples());
        int first = Math.floorMod(number * SAMPLES_MAX, samples);
        List<Integer> rows = IntStream.range(0, Math.min(SAMPLES_MAX, samples))
                .map(i -> (first + i) % samples)
                .boxed()
                .toList();
        List<Tensor> inputs = Rows.take(Rows.tensors(golden.inputs()), rows);
        List<Tensor> outputs = Rows.take(Rows.tensors(golden.outputs()), rows);
        var request =
                new InferRequest(version.id(), "", Map.of(Parameters.PRIORITY, Parameter.of(1)), inputs, List.of());
        return new GoldenProbe(request, new GoldenSet(Rows.data(inputs), Rows.data(outputs), golden.tolerance()));
    }

    /** Asks. Does not block. */
    void ask(OipClient client, Consumer<Golden> told) {
        var _ = client.infer(request, Deadline.in(WITHIN)).thenAccept(outcome -> told.accept(judged(outcome)));
    }

    private Golden judged(Outcome outcome) {
        return switch (outcome) {
            case Outcome.Answered answered -> judged(answered.response().outputs());
            case Outcome.Refused refused -> new Golden.Failed(refused.why().reason());
            case Outcome.NotSent notSent -> new Golden.Failed(notSent.why());
            case Outcome.NoAnswer lost -> new Golden.Failed(lost.why());
            case Outcome.Late _ -> new Golden.Failed("no answer within " + WITHIN);
            case Outcome.Cancelled _ -> new Golden.Failed("cancelled");
        };
    }

    private Golden judged(List<Tensor> outputs) {
        List<GoldenSet.Mismatch> mismatches = expected.compare(known(outputs));
        return mismatches.isEmpty()
                ? new Golden.Right()
                : new Golden.Wrong("a golden answer differs: " + mismatches.getFirst());
    }

    /** An output of a type that no golden set has is none. */
    private static SequencedMap<String, TensorData> known(List<Tensor> outputs) {
        return outputs.stream()
                .filter(output -> output.datatype().dtype().isPresent())
                .collect(LinkedHashMap::new, (all, output) -> all.put(output.name(), Rows.data(output)), Map::putAll);
    }
}
