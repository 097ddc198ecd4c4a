package dev.perdure.replica;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT_UNALIGNED;
import static org.assertj.core.api.Assertions.assertThat;

import dev.perdure.core.Shape;
import dev.perdure.engine.Predictors;
import dev.perdure.model.Trust;
import dev.perdure.oip.Deadline;
import dev.perdure.oip.InferRequest;
import dev.perdure.oip.InferResponse;
import dev.perdure.oip.ModelId;
import dev.perdure.oip.OipAddress;
import dev.perdure.oip.Outcome;
import dev.perdure.oip.Tensor;
import dev.perdure.onnx.OnnxOptions;
import dev.perdure.onnx.OnnxPredictors;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.function.Supplier;

/** A replica with ONNX Runtime inside, at a socket, and a client of it. */
final class Rig implements AutoCloseable {
    static final Duration LONG = Duration.ofSeconds(20);
    static final List<Supplier<Predictors>> ONNX = List.of(() -> new OnnxPredictors(OnnxOptions.standard()));

    final ReplicaServer replica;
    final OipAddress address;
    final ReplicaClient client;

    Rig(Path folder, ReplicaSettings settings, ReplicaProbe probe) throws IOException {
        this(folder, settings, probe, Trust.anybody());
    }

    Rig(Path folder, ReplicaSettings settings, ReplicaProbe probe, Trust trust) throws IOException {
        this.replica = new ReplicaServer(ONNX, trust, settings, probe);
        this.address = replica.listen(new OipAddress.Unix(folder.resolve("s")));
        this.client = new ReplicaClient(address);
    }

    static InferRequest request(ModelId model, float... inputs) {
        return new InferRequest(
                model, List.of(Tensor.of("x", Shape.of(inputs.length / Network.IN, Network.IN), inputs)));
    }

    Outcome ask(ModelId model, float... inputs) {
        return client.infer(request(model, inputs), Deadline.in(LONG)).join();
    }

    static float[] numbers(InferResponse response) {
        return response.outputs().getFirst().data().toArray(JAVA_FLOAT_UNALIGNED);
    }

    static void assertRight(Network network, float[] inputs, Outcome outcome) {
        assertThat(numbers(outcome.orThrow()))
                .usingComparatorWithPrecision(1e-4f)
                .containsExactly(network.answers(inputs));
    }

    @Override
    public void close() {
        client.close();
        replica.close();
    }
}
