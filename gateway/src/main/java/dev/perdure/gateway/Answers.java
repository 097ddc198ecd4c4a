package dev.perdure.gateway;

import dev.perdure.core.Shape;
import dev.perdure.core.TensorData;
import dev.perdure.model.Fallback;
import dev.perdure.model.TensorSpec;
import dev.perdure.oip.Datatype;
import dev.perdure.oip.InferRequest;
import dev.perdure.oip.InferResponse;
import dev.perdure.oip.Parameter;
import dev.perdure.oip.Tensor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.stream.Collectors;

/** Puts answers together. */
final class Answers {
    /** Of an answer: who gave it; of several who gave items of it, the least. */
    static final String TIER = "perdure_tier";
    /** Of an answer that came from several tiers: that of each item, with commas between. */
    static final String TIERS = "perdure_tiers";
    /** Of an answer that the model asked for did not give: why. */
    static final String REASON = "perdure_reason";

    private Answers() {}

    /** Returns what the client gets: the outputs it asked for, and who gave them. */
    static InferResponse of(InferRequest request, Reply.Answered answered, ServedVersion version) {
        List<Reply.Piece> pieces = answered.pieces();
        Reply.Piece least =
                pieces.stream().max(Comparator.comparing(Reply.Piece::tier)).orElseThrow();
        InferResponse response = InferResponse.of(request, least.by(), outputs(pieces), _ -> version.labels());
        var parameters = new LinkedHashMap<String, Parameter>();
        parameters.put(TIER, Parameter.of(least.tier().word()));
        if (!least.reason().isEmpty()) {
            parameters.put(REASON, Parameter.of(least.reason()));
        }
        if (pieces.stream().anyMatch(piece -> piece.tier() != least.tier())) {
            parameters.put(TIERS, Parameter.of(tiers(pieces)));
        }
        return new InferResponse(response.model(), response.id(), parameters, response.outputs());
    }

    private static String tiers(List<Reply.Piece> pieces) {
        var words = new String[count(pieces)];
        pieces.forEach(piece ->
                piece.items().forEach(item -> words[item] = piece.tier().word()));
        return String.join(",", words);
    }

    private static int count(List<Reply.Piece> pieces) {
        return pieces.stream().mapToInt(piece -> piece.items().size()).sum();
    }

    private static List<Tensor> outputs(List<Reply.Piece> pieces) {
        Reply.Piece first = pieces.getFirst();
        if (pieces.size() == 1 && first.items().equals(first.given())) {
            return first.outputs();
        }
        var joined = new ArrayList<Tensor>();
        for (Tensor output : first.outputs()) {
            joined.add(joined(output, pieces));
        }
        return joined;
    }

    private static Tensor joined(Tensor like, List<Reply.Piece> pieces) {
        int rows = count(pieces);
        byte[] bytes = new byte[Math.toIntExact(rows * Rows.row(like, 0).byteSize())];
        for (Reply.Piece piece : pieces) {
            Tensor part = piece.outputs().stream()
                    .filter(output -> output.name().equals(like.name()))
                    .findFirst()
                    .orElseThrow();
            for (int item : piece.items()) {
                Rows.put(Rows.row(part, piece.given().indexOf(item)), bytes, item);
            }
        }
        return Rows.with(like, rows, bytes);
    }

    /** Returns the bundle's answer for when nothing can compute, to so many items. */
    static List<Tensor> rule(ServedVersion version, Fallback fallback, int items) {
        return version.signature().outputs().stream()
                .map(spec -> rule(spec, fallback.outputs().getOrDefault(spec.name(), List.of()), items))
                .toList();
    }

    private static Tensor rule(TensorSpec spec, List<Double> sample, int items) {
        Shape shape = spec.batch(items);
        byte[] bytes = new byte[Math.toIntExact(shape.elements() * spec.dtype().bytes())];
        MemorySegment data = MemorySegment.ofArray(bytes);
        for (int i = 0; i < shape.elements(); i++) {
            put(new TensorData(spec.dtype(), shape, data), i, sample.get(i % sample.size()));
        }
        return new Tensor(spec.name(), Datatype.of(spec.dtype()), shape, data);
    }

    private static void put(TensorData tensor, int index, double value) {
        ByteOrder order = ByteOrder.LITTLE_ENDIAN;
        MemorySegment data = tensor.data();
        long at = (long) index * tensor.dtype().bytes();
        switch (tensor.dtype()) {
            case BOOL, U8, I8 -> data.set(ValueLayout.JAVA_BYTE, at, (byte) value);
            case I16 -> data.set(ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(order), at, (short) value);
            case I32 -> data.set(ValueLayout.JAVA_INT_UNALIGNED.withOrder(order), at, (int) value);
            case I64 -> data.set(ValueLayout.JAVA_LONG_UNALIGNED.withOrder(order), at, (long) value);
            case F16 ->
                data.set(ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(order), at, Float.floatToFloat16((float) value));
            case BF16 ->
                data.set(ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(order), at, (short)
                        (Float.floatToRawIntBits((float) value) >>> 16));
            case F32 -> data.set(ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(order), at, (float) value);
            case F64 -> data.set(ValueLayout.JAVA_DOUBLE_UNALIGNED.withOrder(order), at, value);
        }
    }

    /** Returns the model's outputs in its order, and nothing else that was given. */
    static List<Tensor> ordered(List<Tensor> outputs, ServedVersion version) {
        return version.signature().outputs().stream()
                .flatMap(spec -> outputs.stream().filter(output -> output.name().equals(spec.name())))
                .toList();
    }

    /** Returns why outputs are no answer to so many items; empty when they are one. */
    static String unfit(List<Tensor> outputs, ServedVersion version, int items) {
        return version.signature().outputs().stream()
                .filter(spec -> outputs.stream().noneMatch(output -> fits(output, spec, items)))
                .map(spec -> "output %s is not %s %s".formatted(spec.name(), spec.dtype(), spec.batch(items)))
                .collect(Collectors.joining(", "));
    }

    private static boolean fits(Tensor output, TensorSpec spec, int items) {
        return output.name().equals(spec.name())
                && output.datatype() == Datatype.of(spec.dtype())
                && output.shape().equals(spec.batch(items));
    }
}
