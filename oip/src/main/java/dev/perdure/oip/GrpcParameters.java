package dev.perdure.oip;

import dev.perdure.oip.v2.Oip.InferParameter;
import dev.perdure.oip.v2.Oip.ModelRepositoryParameter;
import java.util.LinkedHashMap;
import java.util.Map;

/** Parameters as gRPC messages. */
final class GrpcParameters {
    private GrpcParameters() {}

    static Map<String, InferParameter> write(Map<String, Parameter> parameters) {
        if (parameters.isEmpty()) {
            return Map.of();
        }
        var written = new LinkedHashMap<String, InferParameter>();
        parameters.forEach((name, value) -> written.put(name, write(value)));
        return written;
    }

    private static InferParameter write(Parameter parameter) {
        InferParameter.Builder written = InferParameter.newBuilder();
        return switch (parameter) {
            case Parameter.Truth truth -> written.setBoolParam(truth.value()).build();
            case Parameter.Whole whole -> written.setInt64Param(whole.value()).build();
            case Parameter.Real real -> written.setDoubleParam(real.value()).build();
            case Parameter.Text text -> written.setStringParam(text.value()).build();
        };
    }

    static Map<String, Parameter> read(Map<String, InferParameter> received, OipLimits limits) {
        JsonReading.atMost("parameters", received.size(), limits.parametersMax());
        if (received.isEmpty()) {
            return Map.of();
        }
        var read = new LinkedHashMap<String, Parameter>();
        received.forEach((name, value) -> {
            GrpcRequests.checkText("a parameter's name", name, limits);
            read.put(name, read(name, value, limits));
        });
        return Parameters.copied(read);
    }

    private static Parameter read(String name, InferParameter value, OipLimits limits) {
        return switch (value.getParameterChoiceCase()) {
            case BOOL_PARAM -> Parameter.of(value.getBoolParam());
            case INT64_PARAM -> Parameter.of(value.getInt64Param());
            case UINT64_PARAM -> Parameter.of(signed(name, value.getUint64Param()));
            case DOUBLE_PARAM -> Parameter.of(value.getDoubleParam());
            case STRING_PARAM -> {
                GrpcRequests.checkText("a parameter's value", value.getStringParam(), limits);
                yield Parameter.of(value.getStringParam());
            }
            case PARAMETERCHOICE_NOT_SET ->
                throw OipException.invalid("parameter %s: nothing (expected: a value)", Texts.shown(name));
        };
    }

    private static long signed(String name, long value) {
        if (value < 0) {
            throw OipException.invalid(
                    "parameter %s: %s (expected: < 2^63)", Texts.shown(name), Long.toUnsignedString(value));
        }
        return value;
    }

    static Map<String, ModelRepositoryParameter> writeRepository(Map<String, Parameter> parameters) {
        var written = new LinkedHashMap<String, ModelRepositoryParameter>();
        parameters.forEach((name, value) -> written.put(name, writeRepository(value)));
        return written;
    }

    private static ModelRepositoryParameter writeRepository(Parameter parameter) {
        ModelRepositoryParameter.Builder written = ModelRepositoryParameter.newBuilder();
        return switch (parameter) {
            case Parameter.Truth truth -> written.setBoolParam(truth.value()).build();
            case Parameter.Whole whole -> written.setInt64Param(whole.value()).build();
            case Parameter.Real real ->
                written.setStringParam(Double.toString(real.value())).build();
            case Parameter.Text text -> written.setStringParam(text.value()).build();
        };
    }

    static Map<String, Parameter> readRepository(Map<String, ModelRepositoryParameter> received, OipLimits limits) {
        JsonReading.atMost("parameters", received.size(), limits.parametersMax());
        var read = new LinkedHashMap<String, Parameter>();
        received.forEach((name, value) -> read.put(name, readRepository(name, value)));
        return Parameters.copied(read);
    }

    private static Parameter readRepository(String name, ModelRepositoryParameter value) {
        return switch (value.getParameterChoiceCase()) {
            case BOOL_PARAM -> Parameter.of(value.getBoolParam());
            case INT64_PARAM -> Parameter.of(value.getInt64Param());
            case STRING_PARAM -> Parameter.of(value.getStringParam());
            case BYTES_PARAM ->
                throw new OipException(
                        OipError.UNSUPPORTED,
                        "parameter %s: a file's content (expected: none). Models are loaded from the repository only"
                                .formatted(Texts.shown(name)));
            case PARAMETERCHOICE_NOT_SET ->
                throw OipException.invalid("parameter %s: nothing (expected: a value)", Texts.shown(name));
        };
    }
}
