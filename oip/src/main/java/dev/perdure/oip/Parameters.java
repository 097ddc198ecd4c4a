package dev.perdure.oip;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** The names of parameters that mean something to the protocol, and how they are read. */
public final class Parameters {
    /** Of a request: how long it may take, in microseconds; 0 for no wish. */
    public static final String TIMEOUT = "timeout";
    /** Of a request: 1 for the first to be answered, greater for later, 0 for the default. */
    public static final String PRIORITY = "priority";
    /** Of a request: outputs come as binary data unless they are asked for otherwise. */
    public static final String BINARY_DATA_OUTPUT = "binary_data_output";
    /** Of a requested output: whether it comes as binary data. */
    public static final String BINARY_DATA = "binary_data";
    /** Of a tensor: how many bytes it has after the JSON. */
    public static final String BINARY_DATA_SIZE = "binary_data_size";
    /** Of a requested output: the so many greatest elements, as texts. */
    public static final String CLASSIFICATION = "classification";

    private static final String SHARED_MEMORY = "shared_memory";

    private Parameters() {}

    /** Returns an unchangeable copy in the same order, free of what this server does not have. */
    static Map<String, Parameter> copied(Map<String, Parameter> parameters) {
        for (String name : parameters.keySet()) {
            if (name.startsWith(SHARED_MEMORY)) {
                throw new OipException(
                        OipError.UNSUPPORTED,
                        "parameter %s (expected: none). Shared memory is not supported; send the data in the request"
                                .formatted(Texts.shown(name)));
            }
        }
        return parameters.isEmpty() ? Map.of() : Collections.unmodifiableMap(new LinkedHashMap<>(parameters));
    }

    static Optional<Boolean> truth(Map<String, Parameter> parameters, String name) {
        return switch (parameters.get(name)) {
            case Parameter.Truth truth -> Optional.of(truth.value());
            case Parameter.Whole(long value) when value == 0 || value == 1 -> Optional.of(value == 1);
            case null -> Optional.empty();
            case Parameter other -> throw unexpected(name, other, "true or false");
        };
    }

    /** Returns a whole number that is not negative. */
    static Optional<Long> count(Map<String, Parameter> parameters, String name) {
        return switch (parameters.get(name)) {
            case Parameter.Whole(long value) when value >= 0 -> Optional.of(value);
            case null -> Optional.empty();
            case Parameter other -> throw unexpected(name, other, "a whole number >= 0");
        };
    }

    private static OipException unexpected(String name, Parameter value, String expected) {
        return OipException.invalid("parameter %s: %s (expected: %s)", name, Texts.shown(shown(value)), expected);
    }

    private static String shown(Parameter parameter) {
        return switch (parameter) {
            case Parameter.Truth truth -> Boolean.toString(truth.value());
            case Parameter.Whole whole -> Long.toString(whole.value());
            case Parameter.Real real -> Double.toString(real.value());
            case Parameter.Text text -> "'" + text.value() + "'";
        };
    }
}
