package dev.perdure.oip;

import dev.perdure.core.Shape;
import dev.perdure.oip.v2.Oip;
import java.util.ArrayList;

/** Responses as gRPC messages; outputs always as raw bytes, which all clients understand. */
final class GrpcResponses {
    private GrpcResponses() {}

    static Oip.ModelInferResponse write(InferResponse response) {
        var written = Oip.ModelInferResponse.newBuilder()
                .setModelName(response.model().name())
                .setModelVersion(response.model().version().orElse(""))
                .setId(response.id())
                .putAllParameters(GrpcParameters.write(response.parameters()));
        for (Tensor output : response.outputs()) {
            written.addOutputsBuilder()
                    .setName(output.name())
                    .setDatatype(output.datatype().name())
                    .addAllShape(GrpcRequests.sizes(output.shape()))
                    .putAllParameters(GrpcParameters.write(output.parameters()));
            written.addRawOutputContents(GrpcRequests.bytes(output.data()));
        }
        return written.build();
    }

    /**
     * Reads what a server sent.
     *
     * @throws OipException if it is no response
     */
    static InferResponse read(Oip.ModelInferResponse received, OipLimits limits) {
        boolean raw = received.getRawOutputContentsCount() > 0;
        if (raw && received.getRawOutputContentsCount() != received.getOutputsCount()) {
            throw OipException.invalid(
                    "raw_output_contents: %d (expected: %d, one for each output, or none)",
                    received.getRawOutputContentsCount(), received.getOutputsCount());
        }
        var outputs = new ArrayList<Tensor>();
        for (int i = 0; i < received.getOutputsCount(); i++) {
            outputs.add(output(received, i, raw, limits));
        }
        return new InferResponse(
                ModelId.of(received.getModelName(), received.getModelVersion()),
                received.getId(),
                GrpcParameters.read(received.getParametersMap(), limits),
                outputs);
    }

    private static Tensor output(Oip.ModelInferResponse received, int i, boolean raw, OipLimits limits) {
        Oip.ModelInferResponse.InferOutputTensor output = received.getOutputs(i);
        Datatype datatype = Datatype.named(output.getDatatype());
        long[] sizes = output.getShapeList().stream().mapToLong(Long::longValue).toArray();
        Shape shape = Shapes.checked(output.getName(), datatype, sizes, limits);
        return new Tensor(
                output.getName(),
                datatype,
                shape,
                GrpcParameters.read(output.getParametersMap(), limits),
                raw
                        ? GrpcRequests.segment(received.getRawOutputContents(i))
                        : GrpcContents.read(output.getName(), datatype, shape, output.getContents()));
    }
}
