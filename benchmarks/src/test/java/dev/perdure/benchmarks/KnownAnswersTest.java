package dev.perdure.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import dev.perdure.core.Shape;
import dev.perdure.core.TensorData;
import dev.perdure.model.GoldenSet;
import dev.perdure.model.Tolerance;
import dev.perdure.oip.InferResponse;
import dev.perdure.oip.ModelId;
import dev.perdure.oip.Tensor;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import org.junit.jupiter.api.Test;

/** Requests whose answers are known: each is another, none is outside of what the model knows, and no wrong answer passes. */
class KnownAnswersTest {
    private static final ModelId MODEL = ModelId.of("twice");

    private static SequencedMap<String, TensorData> one(String name, TensorData tensor) {
        var map = new LinkedHashMap<String, TensorData>();
        map.put(name, tensor);
        return map;
    }

    private static GoldenSet golden() {
        return new GoldenSet(
                one("x", TensorData.of(Shape.of(3, 2), 0f, 10f, 1f, 20f, 2f, 40f)),
                one("y", TensorData.of(Shape.of(3, 1), 1f, 2f, 3f)),
                new Tolerance(1e-3, 1e-3));
    }

    private static InferResponse answer(float value) {
        return new InferResponse(
                ModelId.of("twice", "1"), "", Map.of(), List.of(Tensor.of("y", Shape.of(1, 1), value)));
    }

    @Test
    void inputsBetweenGoldenOnesAreAllDifferentAndNotBeyondThem() {
        TensorData between = KnownAnswers.between(golden(), 500).firstEntry().getValue();
        float[] values = between.data().toArray(ValueLayout.JAVA_FLOAT_UNALIGNED);
        var seen = new HashSet<List<Float>>();
        for (int i = 0; i < values.length; i += 2) {
            assertThat(values[i]).isBetween(0f, 2f);
            assertThat(values[i + 1]).isBetween(10f, 40f);
            assertThat(seen.add(List.of(values[i], values[i + 1])))
                    .as("%d: %s", i, Arrays.toString(new float[] {values[i], values[i + 1]}))
                    .isTrue();
        }
        assertThat(between.shape()).isEqualTo(Shape.of(500, 2));
    }

    @Test
    void numbersThatAreNoFractionsAreThoseOfASample() {
        var golden = new GoldenSet(
                one("n", TensorData.of(Shape.of(2), 7L, 9L)),
                one("y", TensorData.of(Shape.of(2), 1f, 2f)),
                new Tolerance(0, 0));
        assertThat(KnownAnswers.between(golden, 5)
                        .firstEntry()
                        .getValue()
                        .data()
                        .toArray(ValueLayout.JAVA_LONG_UNALIGNED))
                .containsOnly(7, 9);
    }

    @Test
    void theAnswerToEachRequestIsItsOwnAndAnyOtherIsWrong() {
        var known = new KnownAnswers(MODEL, golden());
        assertThat(known.size()).isEqualTo(3);
        assertThat(known.wrong(1, answer(2))).isEmpty();
        assertThat(known.wrong(4, answer(2.0001f))).isEmpty();
        assertThat(known.wrong(0, answer(2)))
                .hasValueSatisfying(words -> assertThat(words).contains("expected: 1"));
        assertThat(known.wrong(1, answer(Float.NaN))).isPresent();
        assertThat(known.wrong(1, new InferResponse(ModelId.of("twice", "1"), "", Map.of(), List.of())))
                .isPresent();
        float[] third = known.request(5).inputs().getFirst().data().toArray(ValueLayout.JAVA_FLOAT_UNALIGNED);
        assertThat(third).containsExactly(2f, 40f);
    }
}
