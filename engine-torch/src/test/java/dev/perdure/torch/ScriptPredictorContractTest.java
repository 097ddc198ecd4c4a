package dev.perdure.torch;

import dev.perdure.core.TensorData;
import dev.perdure.engine.Layer;
import dev.perdure.engine.Port;
import dev.perdure.engine.Predictors;
import dev.perdure.engine.ServedModel;
import dev.perdure.engine.ServedProgram;
import dev.perdure.testkit.PredictorContract;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;

class ScriptPredictorContractTest extends PredictorContract {
    @Override
    protected Predictors predictors() {
        return new TorchPredictors(1);
    }

    /** The layers of the contract's network are known: two dense ones with ReLU between them. */
    @Override
    protected ServedModel network(
            List<Layer> layers, SequencedMap<String, TensorData> weights, Port input, Port output) {
        var named = new LinkedHashMap<String, TensorData>();
        weights.forEach((name, weight) -> named.put(name.replace('.', '_'), weight));
        var archive = Scripts.archive("""
                def forward(self, x):
                    return torch.linear(torch.relu(torch.linear(x, self.fc1_weight, self.fc1_bias)), self.fc2_weight)
                """, named);
        return new ServedModel(new ServedProgram.TorchScript(archive), named, List.of(input), List.of(output));
    }
}
