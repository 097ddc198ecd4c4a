package dev.perdure.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import dev.perdure.core.DType;
import dev.perdure.core.Shape;
import dev.perdure.core.TensorData;
import dev.perdure.engine.Layer;
import dev.perdure.engine.Layer.Initializer;
import dev.perdure.engine.Port;
import dev.perdure.export.OnnxExport;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import org.junit.jupiter.api.Test;

/** Weights are changed where they lie in an ONNX file, and nothing else is. */
class OnnxWeightsTest {
    private static byte[] file(float sign) {
        SequencedMap<String, TensorData> weights = new LinkedHashMap<>();
        weights.put("fc.weight", TensorData.of(Shape.of(2, 3), sign, sign * 2, sign * 3, sign * 4, sign * 5, sign * 6));
        weights.put("fc.bias", TensorData.of(Shape.of(2), sign * 7, sign * 8));
        try (Arena arena = Arena.ofConfined()) {
            return OnnxExport.write(
                            List.of(new Layer.Dense("fc", 2, true, Initializer.DEFAULT)),
                            Port.of("x", DType.F32, 3),
                            Port.of("y", DType.F32, 2),
                            weights,
                            arena)
                    .toArray(ValueLayout.JAVA_BYTE);
        }
    }

    @Test
    void changesEveryWeightAndNothingElse() {
        byte[] bytes = file(1);
        assertThat(OnnxWeights.change(MemorySegment.ofArray(bytes), weight -> -weight))
                .isEqualTo(8);
        assertThat(bytes).isEqualTo(file(-1)).isNotEqualTo(file(1));
    }
}
