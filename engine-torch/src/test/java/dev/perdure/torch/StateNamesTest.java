package dev.perdure.torch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.perdure.core.Shape;
import dev.perdure.engine.Layer;
import dev.perdure.engine.Layer.Initializer;
import dev.perdure.engine.Loss;
import dev.perdure.engine.ModelSpec;
import dev.perdure.engine.OptimizerSpec;
import dev.perdure.engine.TrainingPlan;
import dev.perdure.testkit.EngineWorkbench;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** The state's names, types and shapes are those of PyTorch's {@code state_dict()} for the same modules. */
class StateNamesTest {

    @Test
    void areThoseOfPyTorch() {
        List<Layer> layers = List.of(
                new Layer.Conv("conv1", 4, 3, 1, 0, true, Initializer.DEFAULT),
                new Layer.BatchNorm("bn1", 0.1, 1e-5),
                new Layer.Residual(
                        "layer1",
                        List.of(
                                new Layer.Conv("conv1", 8, 3, 2, 1, false, Initializer.DEFAULT),
                                new Layer.BatchNorm("bn1", 0.1, 1e-5))),
                new Layer.LayerNorm("ln", 1e-5),
                new Layer.Dense("fc", 10, true, Initializer.DEFAULT));
        var described = new LinkedHashMap<String, String>();
        try (TorchModel model = open(layers, EngineWorkbench.adam())) {
            model.state()
                    .startingWith("model/")
                    .tensors()
                    .forEach((name, tensor) ->
                            described.put(name.substring("model/".length()), tensor.dtype() + " " + tensor.shape()));
        }
        var expected = new LinkedHashMap<String, String>();
        expected.put("conv1.weight", "F32 [4, 1, 3, 3]");
        expected.put("conv1.bias", "F32 [4]");
        expected.put("bn1.weight", "F32 [4]");
        expected.put("bn1.bias", "F32 [4]");
        expected.put("bn1.running_mean", "F32 [4]");
        expected.put("bn1.running_var", "F32 [4]");
        expected.put("bn1.num_batches_tracked", "I64 []");
        expected.put("layer1.conv1.weight", "F32 [8, 4, 3, 3]");
        expected.put("layer1.bn1.weight", "F32 [8]");
        expected.put("layer1.bn1.bias", "F32 [8]");
        expected.put("layer1.bn1.running_mean", "F32 [8]");
        expected.put("layer1.bn1.running_var", "F32 [8]");
        expected.put("layer1.bn1.num_batches_tracked", "I64 []");
        expected.put("layer1.shortcut.weight", "F32 [8, 4, 1, 1]");
        expected.put("ln.weight", "F32 [8, 3, 3]");
        expected.put("ln.bias", "F32 [8, 3, 3]");
        expected.put("fc.weight", "F32 [10, 72]");
        expected.put("fc.bias", "F32 [10]");
        assertThat(List.copyOf(described.entrySet())).isEqualTo(List.copyOf(expected.entrySet()));
    }

    @Test
    void nameSlotsByParameter() {
        Map<OptimizerSpec.Rule, List<String>> slots = Map.of(
                new OptimizerSpec.Rule.Sgd(0, 0, false), List.of(),
                new OptimizerSpec.Rule.Sgd(0.9, 0, false), List.of("momentum_buffer", "step"),
                new OptimizerSpec.Rule.Adam(0.9, 0.999, 1e-8), List.of("exp_avg", "exp_avg_sq", "step"),
                new OptimizerSpec.Rule.AdamW(0.9, 0.999, 1e-8), List.of("exp_avg", "exp_avg_sq", "step"),
                new OptimizerSpec.Rule.RmsProp(0.9, 1e-8, 0), List.of("square_avg", "step"),
                new OptimizerSpec.Rule.RmsProp(0.9, 1e-8, 0.5), List.of("momentum_buffer", "square_avg", "step"));
        slots.forEach((rule, names) -> {
            var spec = new OptimizerSpec(rule, 0, 0, OptionalDouble.empty());
            var layers = List.<Layer>of(new Layer.Dense("fc", 10, false, Initializer.DEFAULT));
            try (TorchModel model = open(layers, spec)) {
                assertThat(new TreeSet<>(model.state()
                                .startingWith("optimizer/")
                                .entries()
                                .keySet()))
                        .as("%s", rule)
                        .isEqualTo(names.stream()
                                .map("optimizer/fc.weight/"::concat)
                                .collect(Collectors.toCollection(TreeSet::new)));
            }
        });
    }

    private static TorchModel open(List<Layer> layers, OptimizerSpec optimizer) {
        return new TorchEngine()
                .open(new TrainingPlan(
                        new ModelSpec.Layers(layers),
                        Shape.of(1, 8, 8),
                        10,
                        new Loss.CrossEntropy(0),
                        optimizer,
                        1,
                        1));
    }
}
