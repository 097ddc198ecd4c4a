package dev.perdure.gateway;

import dev.perdure.core.Shape;
import dev.perdure.core.TensorData;
import dev.perdure.model.GuardProfile;
import dev.perdure.oip.Datatype;
import dev.perdure.oip.Parameter;
import dev.perdure.oip.Tensor;
import dev.perdure.routing.RequestId;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What replicas are asked for beside a model's outputs, of an inner layer: how far each item lies from those of training, and of
 * one request in {@value #ONE_IN}, chosen by chance, what the layer gives. Clients see neither.
 */
final class InnerLayer {
    private static final int ONE_IN = 4;
    private static final Map<String, Parameter> DISTANCES = Map.of(GuardProfile.Inner.ASKED, Parameter.of(false));
    private static final Map<String, Parameter> ALL = Map.of(GuardProfile.Inner.ASKED, Parameter.of(true));

    private final boolean guards;
    private final boolean watches;

    InnerLayer(Safeguards safeguards) {
        this.guards = safeguards.guard().isPresent();
        this.watches = safeguards.drift().isPresent();
    }

    /** Returns the parameters that a request to a replica has; none where the version has no inner layer, or nobody looks. */
    Map<String, Parameter> asked(ServedVersion version, RequestId request) {
        if (version.training().profile().flatMap(GuardProfile::inner).isEmpty()) {
            return Map.of();
        }
        return watches && isChosen(request.number()) ? ALL : guards ? DISTANCES : Map.of();
    }

    /** Mixes a request's number (Steele, Lea and Flood, 2014): clients that ask in turns are all chosen alike. */
    private static boolean isChosen(long number) {
        long z = (number + 1) * 0x9e3779b97f4a7c15L;
        z = (z ^ (z >>> 30)) * 0xbf58476d1ce4e5b9L;
        z = (z ^ (z >>> 27)) * 0x94d049bb133111ebL;
        return Long.remainderUnsigned(z ^ (z >>> 31), ONE_IN) == 0;
    }

    /** Returns what a replica gave beside the outputs; nothing where it gave nothing, or something else. */
    static Optional<Tensor> of(List<Tensor> given, ServedVersion version, int items) {
        return version.training()
                .profile()
                .flatMap(GuardProfile::inner)
                .flatMap(inner -> given.stream()
                        .filter(tensor -> tensor.name().equals(GuardProfile.Inner.ASKED))
                        .filter(tensor -> tensor.datatype() == Datatype.FP32)
                        .filter(tensor -> tensor.shape().equals(Shape.of(items, 1))
                                || tensor.shape().equals(Shape.of(items, 1 + inner.numbers())))
                        .findFirst());
    }

    /**
     * What is known of a request's items.
     *
     * @param distances by item, of those that were measured
     * @param numbers what the layer gave for some: F32 {@code [items, numbers]}
     */
    record Measured(double[] distances, BitSet measured, Optional<TensorData> numbers) {}

    /** Returns what replicas of a version gave for a request's items; nothing if none gave anything. */
    static Optional<Measured> measured(Reply.Answered answered, ServedVersion version) {
        List<Reply.Piece> pieces = answered.pieces().stream()
                .filter(piece -> piece.inner().isPresent() && piece.by().equals(version.id()))
                .toList();
        if (pieces.isEmpty()) {
            return Optional.empty();
        }
        int items = answered.pieces().stream()
                .mapToInt(piece -> 1 + piece.items().getLast())
                .max()
                .orElse(0);
        double[] distances = new double[items];
        var measured = new BitSet();
        List<float[]> rows = new ArrayList<>();
        for (Reply.Piece piece : pieces) {
            Tensor inner = piece.inner().orElseThrow();
            boolean isAll = piece.items().equals(piece.given());
            for (int i = 0; i < piece.items().size(); i++) {
                int item = piece.items().get(i);
                int place = isAll ? i : piece.given().indexOf(item);
                float[] row = Rows.row(inner, place).toArray(ValueLayout.JAVA_FLOAT_UNALIGNED);
                distances[item] = row[0];
                measured.set(item);
                if (row.length > 1) {
                    rows.add(row);
                }
            }
        }
        return Optional.of(new Measured(distances, measured, numbers(rows)));
    }

    /** Returns rows without their first column. */
    private static Optional<TensorData> numbers(List<float[]> rows) {
        if (rows.isEmpty()) {
            return Optional.empty();
        }
        int numbers = rows.getFirst().length - 1;
        float[] all = new float[rows.size() * numbers];
        for (int i = 0; i < rows.size(); i++) {
            System.arraycopy(rows.get(i), 1, all, i * numbers, numbers);
        }
        return Optional.of(TensorData.of(Shape.of(rows.size(), numbers), all));
    }
}
