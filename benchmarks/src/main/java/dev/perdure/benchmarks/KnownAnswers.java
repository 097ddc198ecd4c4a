package dev.perdure.benchmarks;

import dev.perdure.core.Shape;
import dev.perdure.core.TensorData;
import dev.perdure.model.GoldenSet;
import dev.perdure.model.Tolerance;
import dev.perdure.oip.Deadline;
import dev.perdure.oip.InferRequest;
import dev.perdure.oip.InferResponse;
import dev.perdure.oip.ModelId;
import dev.perdure.oip.OipClient;
import dev.perdure.oip.Tensor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.stream.Collectors;

/** Requests of one item each, to which the right answers are known, in any number: after the last comes the first again. */
public final class KnownAnswers {
    private static final Duration WITHIN = Duration.ofSeconds(60);
    private static final int BATCH = 32;

    private final List<InferRequest> requests = new ArrayList<>();
    private final List<GoldenSet> answers = new ArrayList<>();

    /**
     * Requests for a model.
     *
     * @param known all items and the answers to them
     */
    public KnownAnswers(ModelId model, GoldenSet known) {
        for (int item = 0; item < known.samples(); item++) {
            GoldenSet one =
                    new GoldenSet(items(known.inputs(), item, 1), items(known.outputs(), item, 1), known.tolerance());
            requests.add(request(model, one.inputs()));
            answers.add(one);
        }
    }

    private static InferRequest request(ModelId model, Map<String, TensorData> inputs) {
        return new InferRequest(
                model,
                inputs.entrySet().stream()
                        .map(input -> Tensor.of(input.getKey(), input.getValue()))
                        .toList());
    }

    private static SequencedMap<String, TensorData> items(Map<String, TensorData> tensors, int first, int count) {
        var some = new LinkedHashMap<String, TensorData>();
        tensors.forEach((name, tensor) -> some.put(name, items(tensor, first, count)));
        return some;
    }

    private static TensorData items(TensorData tensor, int first, int count) {
        long each = tensor.bytes() / tensor.shape().size(0);
        return new TensorData(
                tensor.dtype(), sized(tensor.shape(), count), tensor.data().asSlice(first * each, count * each));
    }

    private static Shape sized(Shape shape, long items) {
        long[] sizes = shape.toArray();
        sizes[0] = items;
        return Shape.of(sizes);
    }

    /** Returns how many there are of which no two are the same. */
    public int size() {
        return requests.size();
    }

    /** Returns the request of a number, from 0 on. */
    public InferRequest request(int number) {
        return requests.get(number % requests.size());
    }

    /** Returns what is wrong with the answer to the request of a number; nothing when it is right. */
    public Optional<String> wrong(int number, InferResponse response) {
        List<GoldenSet.Mismatch> mismatches =
                answers.get(number % answers.size()).compare(tensors(response.outputs()));
        return mismatches.isEmpty()
                ? Optional.empty()
                : Optional.of(mismatches.getFirst().toString());
    }

    private static SequencedMap<String, TensorData> tensors(List<Tensor> outputs) {
        return outputs.stream()
                .filter(output -> output.datatype().dtype().isPresent())
                .collect(Collectors.toMap(
                        Tensor::name,
                        output ->
                                new TensorData(output.datatype().dtype().orElseThrow(), output.shape(), output.data()),
                        (one, _) -> one,
                        LinkedHashMap::new));
    }

    /**
     * Asks a server to which nothing happens; blocks until all is answered.
     *
     * @param inputs {@code [items, …]} each
     * @param tolerance how far others' answers may be from these
     * @throws dev.perdure.oip.OipException if there is no answer
     */
    public static KnownAnswers asked(
            OipClient server, ModelId model, SequencedMap<String, TensorData> inputs, Tolerance tolerance) {
        int all = Math.toIntExact(inputs.firstEntry().getValue().shape().size(0));
        var parts = new ArrayList<SequencedMap<String, TensorData>>();
        for (int first = 0; first < all; first += BATCH) {
            InferRequest request = request(model, items(inputs, first, Math.min(BATCH, all - first)));
            parts.add(tensors(
                    server.infer(request, Deadline.in(WITHIN)).join().orThrow().outputs()));
        }
        var outputs = new LinkedHashMap<String, TensorData>();
        parts.getFirst()
                .keySet()
                .forEach(name -> outputs.put(
                        name, joined(parts.stream().map(part -> part.get(name)).toList(), all)));
        return new KnownAnswers(model, new GoldenSet(inputs, outputs, tolerance));
    }

    private static TensorData joined(List<TensorData> parts, int items) {
        long bytes = parts.stream().mapToLong(TensorData::bytes).sum();
        MemorySegment all = MemorySegment.ofArray(new byte[Math.toIntExact(bytes)]);
        long at = 0;
        for (TensorData part : parts) {
            MemorySegment.copy(part.data(), 0, all, at, part.bytes());
            at += part.bytes();
        }
        TensorData first = parts.getFirst();
        return new TensorData(first.dtype(), sized(first.shape(), items), all);
    }

    /**
     * Returns inputs between golden ones, so that no two are the same and none is outside of what the model knows: of numbers
     * that are fractions a mixture of two samples, of others one of the two.
     */
    public static SequencedMap<String, TensorData> between(GoldenSet golden, int items) {
        var mixed = new LinkedHashMap<String, TensorData>();
        golden.inputs().forEach((name, tensor) -> mixed.put(name, between(tensor, items)));
        return mixed;
    }

    private static TensorData between(TensorData tensor, int items) {
        int samples = Math.toIntExact(tensor.shape().size(0));
        long each = tensor.bytes() / samples;
        MemorySegment all = MemorySegment.ofArray(new byte[Math.toIntExact(items * each)]);
        for (int item = 0; item < items; item++) {
            int one = item % samples;
            int round = item / samples;
            int rounds = 1 + items / samples;
            int other = (one + 1 + round % Math.max(1, samples - 1)) % samples;
            double share = 1 - (round + 0.3) / rounds; // not in the middle: from the other end it is another one
            mix(
                    tensor,
                    tensor.data().asSlice(one * each, each),
                    tensor.data().asSlice(other * each, each),
                    share,
                    all.asSlice(item * each, each));
        }
        return new TensorData(tensor.dtype(), sized(tensor.shape(), items), all);
    }

    private static void mix(TensorData like, MemorySegment one, MemorySegment other, double share, MemorySegment into) {
        switch (like.dtype()) {
            case F32 -> {
                var layout = ValueLayout.JAVA_FLOAT_UNALIGNED;
                for (long at = 0; at < into.byteSize(); at += Float.BYTES) {
                    double mixed = share * one.get(layout, at) + (1 - share) * other.get(layout, at);
                    into.set(layout, at, (float) mixed);
                }
            }
            case F64 -> {
                var layout = ValueLayout.JAVA_DOUBLE_UNALIGNED;
                for (long at = 0; at < into.byteSize(); at += Double.BYTES) {
                    into.set(layout, at, share * one.get(layout, at) + (1 - share) * other.get(layout, at));
                }
            }
            case BOOL, U8, I8, I16, I32, I64, F16, BF16 -> into.copyFrom(one);
        }
    }
}
