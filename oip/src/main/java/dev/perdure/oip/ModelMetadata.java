package dev.perdure.oip;

import java.util.List;

/**
 * What a model takes and gives.
 *
 * @param versions those that may be asked for
 * @param platform the framework and format, as in {@code onnx_onnxv1}
 */
public record ModelMetadata(
        String name,
        List<String> versions,
        String platform,
        List<TensorMetadata> inputs,
        List<TensorMetadata> outputs) {

    public ModelMetadata {
        versions = List.copyOf(versions);
        inputs = List.copyOf(inputs);
        outputs = List.copyOf(outputs);
    }

    /**
     * Makes sure that a request is one for this model: its inputs are all there, and no others, of their types and
     * shapes, and it asks for outputs that the model has.
     *
     * @throws OipException {@link OipError#INVALID} that says what is wrong
     */
    public void check(InferRequest request) {
        for (Tensor given : request.inputs()) {
            check(given);
        }
        for (TensorMetadata input : inputs) {
            if (request.inputs().stream().noneMatch(given -> given.name().equals(input.name()))) {
                throw OipException.invalid("input %s: missing (expected: %s)", input.name(), names(inputs));
            }
        }
        for (RequestedOutput output : request.outputs()) {
            if (outputs.stream().noneMatch(known -> known.name().equals(output.name()))) {
                throw OipException.invalid(
                        "output '%s': unknown (expected: of %s)", Texts.shown(output.name()), names(outputs));
            }
        }
    }

    private void check(Tensor given) {
        TensorMetadata input = inputs.stream()
                .filter(known -> known.name().equals(given.name()))
                .findFirst()
                .orElseThrow(() -> OipException.invalid(
                        "input '%s': unknown (expected: of %s)", Texts.shown(given.name()), names(inputs)));
        if (given.datatype() != input.datatype()) {
            throw OipException.invalid("input %s: %s (expected: %s)", input.name(), given.datatype(), input.datatype());
        }
        if (!input.takes(given.shape())) {
            throw OipException.invalid("input %s: shape %s (expected: %s)", input.name(), given.shape(), input.shape());
        }
    }

    private static List<String> names(List<TensorMetadata> tensors) {
        return tensors.stream().map(TensorMetadata::name).toList();
    }
}
