package dev.perdure.oip;

import java.util.List;
import java.util.Map;
import java.util.function.Function;

/**
 * What a model answers.
 *
 * @param model which answered, with its version if it has one
 * @param id the request's
 * @param outputs of different names
 */
public record InferResponse(ModelId model, String id, Map<String, Parameter> parameters, List<Tensor> outputs) {

    public InferResponse {
        parameters = Parameters.copied(parameters);
        outputs = List.copyOf(outputs);
        InferRequest.checkDifferent("outputs", outputs, Tensor::name);
    }

    /**
     * Returns the answer to a request from everything that a model gave: the outputs that are asked for, in that order, or
     * all; those of which classes are wanted as {@link Classification} has them.
     *
     * @param labels of an output's classes in order; none when they have none
     * @throws OipException {@link OipError#INVALID} if an output is asked for that is not there, or cannot be classified
     */
    public static InferResponse of(
            InferRequest request, ModelId model, List<Tensor> given, Function<String, List<String>> labels) {
        List<Tensor> wanted = request.outputs().isEmpty()
                ? given
                : request.outputs().stream()
                        .map(output -> wanted(output, given, labels))
                        .toList();
        return new InferResponse(model, request.id(), Map.of(), wanted);
    }

    private static Tensor wanted(RequestedOutput asked, List<Tensor> given, Function<String, List<String>> labels) {
        Tensor output = given.stream()
                .filter(tensor -> tensor.name().equals(asked.name()))
                .findFirst()
                .orElseThrow(() -> OipException.invalid(
                        "output '%s': unknown (expected: of %s)",
                        Texts.shown(asked.name()),
                        given.stream().map(Tensor::name).toList()));
        return asked.classes()
                .map(classes -> Classification.of(output, classes, labels.apply(asked.name())))
                .orElse(output);
    }
}
