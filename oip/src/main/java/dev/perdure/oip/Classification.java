package dev.perdure.oip;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.perdure.core.Shape;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/** The classification extension: an output's greatest elements as texts, {@code value:index} or {@code value:index:label}. */
public final class Classification {
    private static final ValueLayout.OfFloat FLOAT =
            ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfDouble DOUBLE =
            ValueLayout.JAVA_DOUBLE_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private Classification() {}

    /**
     * Returns the greatest elements along the last dimension, greatest first, of equal ones the first.
     *
     * @param scores FP32 or FP64 of {@code [classes]} or {@code [..., classes]}
     * @param labels the classes' names in order; none when they have none
     * @return BYTES of {@code [..., min(wanted, classes)]}
     * @throws OipException {@link OipError#INVALID} if the scores are of another type or have no dimension
     */
    public static Tensor of(Tensor scores, int wanted, List<String> labels) {
        boolean floats = scores.datatype() == Datatype.FP32 || scores.datatype() == Datatype.FP64;
        if (!floats || scores.shape().dimensions() == 0) {
            throw OipException.invalid(
                    "classification of output %s: %s %s (expected: FP32 or FP64 with a dimension of classes)",
                    scores.name(), scores.datatype(), scores.shape());
        }
        long[] sizes = scores.shape().toArray();
        int classes = Math.toIntExact(sizes[sizes.length - 1]);
        var texts = new ArrayList<byte[]>();
        for (long from = 0; from < scores.shape().elements(); from += classes) {
            texts.addAll(greatest(scores, from, classes, wanted, labels));
        }
        sizes[sizes.length - 1] = Math.min(wanted, classes);
        return new Tensor(scores.name(), Datatype.BYTES, Shape.of(sizes), BytesElements.write(texts));
    }

    private static List<byte[]> greatest(Tensor scores, long from, int classes, int wanted, List<String> labels) {
        return IntStream.range(0, classes)
                .boxed()
                .sorted(Comparator.comparingDouble((Integer index) -> score(scores, from + index))
                        .reversed())
                .limit(wanted)
                .map(index -> text(scores, from, index, labels).getBytes(UTF_8))
                .toList();
    }

    private static String text(Tensor scores, long from, int index, List<String> labels) {
        double score = score(scores, from + index);
        String value = scores.datatype() == Datatype.FP32 ? Float.toString((float) score) : Double.toString(score);
        return value + ":" + index + (index < labels.size() ? ":" + labels.get(index) : "");
    }

    private static double score(Tensor scores, long index) {
        return scores.datatype() == Datatype.FP32
                ? scores.data().getAtIndex(FLOAT, index)
                : scores.data().getAtIndex(DOUBLE, index);
    }
}
