package dev.perdure.onnx;

import dev.perdure.core.TensorData;
import dev.perdure.engine.Layer;
import dev.perdure.engine.Port;
import dev.perdure.engine.Predictors;
import dev.perdure.engine.ServedModel;
import dev.perdure.engine.ServedProgram;
import dev.perdure.export.OnnxExport;
import dev.perdure.testkit.PredictorContract;
import java.lang.foreign.Arena;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;

class OnnxPredictorContractTest extends PredictorContract {
    private static final Predictors PREDICTORS = new OnnxPredictors(OnnxOptions.standard());

    @Override
    protected Predictors predictors() {
        return PREDICTORS;
    }

    @Override
    protected ServedModel network(
            List<Layer> layers, SequencedMap<String, TensorData> weights, Port input, Port output) {
        var file = OnnxExport.write(layers, input, output, weights, Arena.ofAuto());
        return new ServedModel(new ServedProgram.Onnx(file), new LinkedHashMap<>(), List.of(input), List.of(output));
    }
}
