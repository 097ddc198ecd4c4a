package dev.perdure.torch;

import dev.perdure.core.TensorData;
import dev.perdure.engine.Layer;
import dev.perdure.engine.Port;
import dev.perdure.engine.Predictors;
import dev.perdure.engine.ServedModel;
import dev.perdure.engine.ServedProgram;
import dev.perdure.testkit.PredictorContract;
import java.util.List;
import java.util.SequencedMap;

class TorchPredictorContractTest extends PredictorContract {
    @Override
    protected Predictors predictors() {
        return new TorchPredictors(1);
    }

    @Override
    protected ServedModel network(
            List<Layer> layers, SequencedMap<String, TensorData> weights, Port input, Port output) {
        return new ServedModel(new ServedProgram.Layers(layers), weights, List.of(input), List.of(output));
    }
}
