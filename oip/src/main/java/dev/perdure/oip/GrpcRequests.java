package dev.perdure.oip;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import dev.perdure.core.Shape;
import dev.perdure.oip.v2.Oip;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Requests as gRPC messages. Tensors' memory is passed on, not copied, wherever it comes as bytes. */
final class GrpcRequests {
    private GrpcRequests() {}

    static Oip.ModelInferRequest write(InferRequest request) {
        var written = Oip.ModelInferRequest.newBuilder()
                .setModelName(request.model().name())
                .setModelVersion(request.model().version().orElse(""))
                .setId(request.id())
                .putAllParameters(GrpcParameters.write(request.parameters()));
        for (Tensor input : request.inputs()) {
            written.addInputsBuilder()
                    .setName(input.name())
                    .setDatatype(input.datatype().name())
                    .addAllShape(sizes(input.shape()))
                    .putAllParameters(GrpcParameters.write(input.parameters()));
            written.addRawInputContents(bytes(input.data()));
        }
        for (RequestedOutput output : request.outputs()) {
            written.addOutputsBuilder()
                    .setName(output.name())
                    .putAllParameters(GrpcParameters.write(output.parameters()));
        }
        return written.build();
    }

    static List<Long> sizes(Shape shape) {
        return Arrays.stream(shape.toArray()).boxed().toList();
    }

    static ByteString bytes(MemorySegment data) {
        return data.byteSize() == 0 ? ByteString.EMPTY : UnsafeByteOperations.unsafeWrap(Tensor.buffer(data));
    }

    static MemorySegment segment(ByteString bytes) {
        return MemorySegment.ofBuffer(bytes.asReadOnlyByteBuffer());
    }

    /**
     * Reads what a client sent.
     *
     * @throws OipException if it is no request, or more than is allowed
     */
    static InferRequest read(Oip.ModelInferRequest received, OipLimits limits) {
        JsonReading.atMost("inputs", received.getInputsCount(), limits.tensorsMax());
        JsonReading.atMost("outputs", received.getOutputsCount(), limits.tensorsMax());
        checkText("id", received.getId(), limits);
        if (received.getInputsCount() == 0) {
            throw OipException.invalid("inputs: none (expected: at least one)");
        }
        boolean raw = received.getRawInputContentsCount() > 0;
        if (raw && received.getRawInputContentsCount() != received.getInputsCount()) {
            throw OipException.invalid(
                    "raw_input_contents: %d (expected: %d, one for each input, or none)",
                    received.getRawInputContentsCount(), received.getInputsCount());
        }
        var inputs = new ArrayList<Tensor>();
        for (int i = 0; i < received.getInputsCount(); i++) {
            inputs.add(input(received, i, raw, limits));
        }
        return new InferRequest(
                ModelId.of(received.getModelName(), received.getModelVersion()),
                received.getId(),
                GrpcParameters.read(received.getParametersMap(), limits),
                inputs,
                received.getOutputsList().stream()
                        .map(output -> output(output, limits))
                        .toList());
    }

    private static RequestedOutput output(Oip.ModelInferRequest.InferRequestedOutputTensor output, OipLimits limits) {
        return new RequestedOutput(output.getName(), GrpcParameters.read(output.getParametersMap(), limits));
    }

    private static Tensor input(Oip.ModelInferRequest received, int i, boolean raw, OipLimits limits) {
        Oip.ModelInferRequest.InferInputTensor input = received.getInputs(i);
        Tensor.checkName(input.getName());
        Datatype datatype = Datatype.named(input.getDatatype());
        JsonReading.atMost("dimensions", input.getShapeCount(), limits.dimensionsMax());
        long[] sizes = input.getShapeList().stream().mapToLong(Long::longValue).toArray();
        Shape shape = Shapes.checked(input.getName(), datatype, sizes, limits);
        if (raw && input.hasContents()) {
            throw OipException.invalid(
                    "input %s: contents beside raw_input_contents (expected: one of them)",
                    Texts.shown(input.getName()));
        }
        MemorySegment data = raw
                ? segment(received.getRawInputContents(i))
                : GrpcContents.read(input.getName(), datatype, shape, input.getContents());
        return new Tensor(
                input.getName(), datatype, shape, GrpcParameters.read(input.getParametersMap(), limits), data);
    }

    static void checkText(String what, String text, OipLimits limits) {
        JsonReading.atMost("characters of " + what, text.length(), limits.textCharactersMax());
    }
}
