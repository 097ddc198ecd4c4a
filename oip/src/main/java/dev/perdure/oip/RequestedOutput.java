package dev.perdure.oip;

import java.util.Map;
import java.util.Optional;

/** An output that a request asks for, and how it is to come. */
public record RequestedOutput(String name, Map<String, Parameter> parameters) {
    private static final int CLASSES_MAX = 1 << 20;

    public RequestedOutput {
        Tensor.checkName(name);
        parameters = Parameters.copied(parameters);
        Parameters.truth(parameters, Parameters.BINARY_DATA);
        Parameters.count(parameters, Parameters.CLASSIFICATION)
                .filter(classes -> classes > CLASSES_MAX)
                .ifPresent(classes -> {
                    throw OipException.invalid("parameter classification: %d (expected: <= %d)", classes, CLASSES_MAX);
                });
    }

    /** Whether it is to come as binary data; absent when the request's default holds. */
    public Optional<Boolean> binary() {
        return Parameters.truth(parameters, Parameters.BINARY_DATA);
    }

    /** Returns how many of the greatest elements are wanted as texts; absent when the tensor itself is wanted. */
    public Optional<Integer> classes() {
        return Parameters.count(parameters, Parameters.CLASSIFICATION)
                .filter(classes -> classes > 0)
                .map(Math::toIntExact);
    }
}
