package dev.perdure.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.perdure.core.DType;
import dev.perdure.core.Shape;
import dev.perdure.core.TensorData;
import dev.perdure.model.GoldenSet;
import dev.perdure.model.ModelSignature;
import dev.perdure.model.TensorSpec;
import dev.perdure.model.Tolerance;
import dev.perdure.oip.ModelId;
import dev.perdure.oip.Tensor;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Outputs are read for what versions of a model have in common. */
class ReadingTest {
    private static List<Tensor> outputs(int size, float... values) {
        return List.of(Tensor.of("y", Shape.of(values.length / size, size), values));
    }

    private static Reading classes() {
        var inputs = new LinkedHashMap<String, TensorData>();
        var golden = new LinkedHashMap<String, TensorData>();
        inputs.put("x", TensorData.of(Shape.of(1, 1), 0f));
        golden.put("y", TensorData.of(Shape.of(1, 3), 0f, 1f, 2f));
        var version = new ServedVersion(
                ModelId.of("m", "1"),
                "nowhere",
                "0".repeat(64),
                "fake",
                new ModelSignature(
                        List.of(TensorSpec.of("x", DType.F32, 1)), List.of(TensorSpec.of("y", DType.F32, 3))),
                List.of("cat", "dog", "bird"),
                new GoldenSet(inputs, golden, new Tolerance(0, 0)),
                Optional.empty());
        return new Reading(version, 0.1);
    }

    @Test
    void ofClassesTheGreatestElementCountsAndNothingElse() {
        Reading reading = classes();
        assertThat(reading.agree(outputs(3, 1, 2, 0, 5, 1, 1), outputs(3, -9, 7, 6, 0, 0, 1), 0))
                .isTrue();
        assertThat(reading.agree(outputs(3, 1, 2, 0, 5, 1, 1), outputs(3, -9, 7, 6, 0, 0, 1), 1))
                .isFalse();
        assertThat(reading.bins()).isEqualTo(3);
        assertThat(reading.bin(reading.of(outputs(3, 0, 0, 1), 0))).isEqualTo(2);
        assertThat(reading.label("dog")).contains(1);
        assertThat(reading.label(2L)).contains(2);
        assertThat(reading.label(3L)).isEmpty();
        assertThat(reading.label("cow")).isEmpty();
    }

    @Test
    void confidenceIsAProbabilityAsItIsAndTheSoftmaxOfAnythingElse() {
        Reading reading = classes();
        assertThat(reading.of(outputs(3, .2f, .7f, .1f), 0).confidence()).isCloseTo(0.7, within(1e-6));
        double sum = 1 + Math.exp(-2) + Math.exp(-4);
        assertThat(reading.of(outputs(3, 1, 3, -1), 0).confidence()).isCloseTo(1 / sum, within(1e-9));
    }

    /** The golden outputs of the scaled model are 0 to 20, so a tenth of their range is 2. */
    @Test
    void numbersAgreeWithinAShareOfTheRangeOfTheGoldenOutputs() {
        var reading = new Reading(Scaled.version("1", 2), 0.1);
        assertThat(reading.agree(outputs(1, 7), outputs(1, 8.9f), 0)).isTrue();
        assertThat(reading.agree(outputs(1, 7), outputs(1, 9.1f), 0)).isFalse();
        assertThat(reading.isNear(7, 8.9)).isTrue();
        assertThat(reading.labels()).isEmpty();
        assertThat(reading.bins()).isEqualTo(4);
        assertThat(List.of(
                        reading.bin(new Prediction(-1, 0, -5)),
                        reading.bin(new Prediction(-1, 0, 6)),
                        reading.bin(new Prediction(-1, 0, 10)),
                        reading.bin(new Prediction(-1, 0, 100))))
                .containsExactly(0, 1, 2, 3);
    }
}
