package dev.perdure.cli;

import dev.perdure.core.TensorData;
import dev.perdure.engine.Port;
import dev.perdure.engine.Predictor;
import dev.perdure.engine.Predictors;
import dev.perdure.engine.ServedModel;
import dev.perdure.model.Trust;
import dev.perdure.oip.ModelId;
import dev.perdure.oip.OipAddress;
import dev.perdure.onnx.OnnxOptions;
import dev.perdure.onnx.OnnxPredictors;
import dev.perdure.replica.ReplicaProbe;
import dev.perdure.replica.ReplicaServer;
import dev.perdure.replica.ReplicaSettings;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;

/** The real replica, but for one input that ends it while it is computed, as a native crash would. */
public final class PoisonedReplica {
    static final float POISON = -666;

    private PoisonedReplica() {}

    /** Runs {@code PoisonedReplica --listen ADDRESS --bundle DIR --parent-pid PID}. */
    public static void main(String[] arguments) throws Exception {
        var probe = new ReplicaProbe() {
            @Override
            public Predictor serves(ModelId id, ServedModel model, Predictors framework, Predictor predictor) {
                return new Poisoned(predictor);
            }
        };
        try (var replica = new ReplicaServer(
                List.of(() -> new OnnxPredictors(OnnxOptions.standard())),
                Trust.anybody(),
                ReplicaSettings.DEFAULT,
                probe)) {
            replica.adopt(Long.parseLong(arguments[5]));
            replica.load(arguments[3], Optional.empty());
            replica.listen(OipAddress.parse(arguments[1]));
            System.out.println("ready");
            replica.told().join();
        }
        System.exit(0);
    }

    private record Poisoned(Predictor inside) implements Predictor {
        @Override
        public List<Port> inputs() {
            return inside.inputs();
        }

        @Override
        public List<Port> outputs() {
            return inside.outputs();
        }

        @Override
        public void predict(Map<String, TensorData> inputs, Map<String, TensorData> outputs) {
            for (TensorData input : inputs.values()) {
                for (float value : input.data().toArray(ValueLayout.JAVA_FLOAT_UNALIGNED)) {
                    if (value == POISON) {
                        Runtime.getRuntime().halt(139);
                    }
                }
            }
            inside.predict(inputs, outputs);
        }

        @Override
        public SequencedMap<String, TensorData> predict(Map<String, TensorData> inputs, Arena arena) {
            return inside.predict(inputs, arena);
        }

        @Override
        public void close() {
            inside.close();
        }
    }

    /** Starts one. */
    static Process start(OipAddress address, String bundle, List<String> options, Path log) throws IOException {
        var program = List.of(
                PoisonedReplica.class.getName(),
                "--listen",
                address.toString(),
                "--bundle",
                bundle,
                "--parent-pid",
                Long.toString(ProcessHandle.current().pid()));
        return Jvm.withClassPath(new ProcessBuilder(Jvm.untouched(Jvm.ENGINE_FLAGS, program)))
                .redirectError(ProcessBuilder.Redirect.appendTo(log.toFile()))
                .start();
    }
}
