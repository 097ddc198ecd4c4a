package dev.perdure.oip;

import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/**
 * What a model is asked. It is a value over memory that does not change: it may be kept, and sent as often as needed.
 *
 * @param id given back with the answer; empty for none
 * @param inputs of different names
 * @param outputs of different names; none for all that the model has
 */
public record InferRequest(
        ModelId model,
        String id,
        Map<String, Parameter> parameters,
        List<Tensor> inputs,
        List<RequestedOutput> outputs) {

    public InferRequest {
        parameters = Parameters.copied(parameters);
        inputs = List.copyOf(inputs);
        outputs = List.copyOf(outputs);
        checkDifferent("inputs", inputs, Tensor::name);
        checkDifferent("outputs", outputs, RequestedOutput::name);
        Parameters.count(parameters, Parameters.TIMEOUT);
        Parameters.count(parameters, Parameters.PRIORITY);
        Parameters.truth(parameters, Parameters.BINARY_DATA_OUTPUT);
    }

    /** Asks for all outputs. */
    public InferRequest(ModelId model, List<Tensor> inputs) {
        this(model, "", Map.of(), inputs, List.of());
    }

    static <T> void checkDifferent(String what, List<T> things, Function<T, String> name) {
        Set<String> seen = new HashSet<>();
        for (T thing : things) {
            if (!seen.add(name.apply(thing))) {
                throw OipException.invalid(
                        "%s: '%s' is given twice (expected: different names)", what, Texts.shown(name.apply(thing)));
            }
        }
    }

    /** Returns how long its sender wants to wait; absent when that was not said. */
    public Optional<Duration> timeout() {
        return Parameters.count(parameters, Parameters.TIMEOUT)
                .filter(micros -> micros > 0)
                .map(micros -> Duration.of(micros, ChronoUnit.MICROS));
    }

    /** Returns its priority, 1 being the highest; absent for the default. */
    public Optional<Long> priority() {
        return Parameters.count(parameters, Parameters.PRIORITY).filter(priority -> priority > 0);
    }

    /** Returns what was said about an output; absent when it was not named. */
    public Optional<RequestedOutput> output(String name) {
        return outputs.stream().filter(output -> output.name().equals(name)).findFirst();
    }

    /** Whether an output is to come as binary data. */
    public boolean binary(String output) {
        return output(output)
                .flatMap(RequestedOutput::binary)
                .or(() -> Parameters.truth(parameters, Parameters.BINARY_DATA_OUTPUT))
                .orElse(false);
    }

    /** Returns the size of all inputs in bytes. */
    public long bytes() {
        return inputs.stream().mapToLong(input -> input.data().byteSize()).sum();
    }
}
