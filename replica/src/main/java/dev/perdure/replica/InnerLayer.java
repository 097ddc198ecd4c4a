package dev.perdure.replica;

import dev.perdure.core.Shape;
import dev.perdure.engine.Port;
import dev.perdure.model.GuardProfile;
import dev.perdure.oip.InferRequest;
import dev.perdure.oip.Parameter;
import dev.perdure.oip.Tensor;
import dev.perdure.reliability.Mahalanobis;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.Optional;

/**
 * What a model gives beside its outputs, for whoever asks for it by {@link GuardProfile.Inner#ASKED}: how far each item lies from
 * those of training in an inner layer, and perhaps what the layer gives. Nobody else notices.
 */
final class InnerLayer {
    private final String output;
    private final int numbers;
    private final Mahalanobis distances;

    InnerLayer(GuardProfile.Inner inner) {
        this.output = inner.output();
        this.numbers = inner.numbers();
        this.distances = inner.distances();
    }

    /** Returns the inner layer of a model that gives it; nothing where it is run in a way that does not. */
    static Optional<InnerLayer> of(Optional<GuardProfile> profile, List<Port> gives) {
        return profile.flatMap(GuardProfile::inner)
                .filter(inner -> gives.stream().anyMatch(port -> port.name().equals(inner.output())))
                .map(InnerLayer::new);
    }

    /** Returns whether this is what the model gives beside its outputs. */
    boolean is(String name) {
        return output.equals(name);
    }

    /** Returns what is answered to a request beside the outputs; nothing when it does not ask. */
    Optional<Tensor> answer(InferRequest request, List<Tensor> given) {
        return request.parameters().get(GuardProfile.Inner.ASKED) instanceof Parameter.Truth(boolean all)
                ? given.stream().filter(tensor -> is(tensor.name())).findFirst().map(tensor -> answer(tensor, all))
                : Optional.empty();
    }

    private Tensor answer(Tensor given, boolean all) {
        int items = Math.toIntExact(given.shape().size(0));
        int columns = all ? 1 + numbers : 1;
        float[] values = new float[items * columns];
        double[] row = new double[numbers];
        for (int i = 0; i < items; i++) {
            for (int c = 0; c < numbers; c++) {
                float value = given.data().getAtIndex(ValueLayout.JAVA_FLOAT_UNALIGNED, (long) i * numbers + c);
                row[c] = value;
                if (all) {
                    values[i * columns + 1 + c] = value;
                }
            }
            values[i * columns] = (float) distances.distance(row);
        }
        return Tensor.of(GuardProfile.Inner.ASKED, Shape.of(items, columns), values);
    }
}
