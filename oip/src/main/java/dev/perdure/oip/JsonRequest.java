package dev.perdure.oip;

import dev.perdure.core.Shape;
import dev.perdure.format.Json;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Reads the JSON of a request. Members may come in any order; where an input's elements come before what tells their
 * type, they are passed over, and the text is read once more with the inputs known.
 */
final class JsonRequest {
    private final Json json;
    private final long textBytes;
    private final OipLimits limits;
    private final List<Input> known;
    private final List<Input> inputs = new ArrayList<>();
    private final List<RequestedOutput> outputs = new ArrayList<>();
    private Map<String, Parameter> parameters = Map.of();
    private String id = "";

    private JsonRequest(Json json, long textBytes, OipLimits limits, List<Input> known) {
        this.json = json;
        this.textBytes = textBytes;
        this.limits = limits;
        this.known = known;
    }

    /** What the JSON says of an input; its elements are here, or among the binary data. */
    record Input(
            String name,
            Datatype datatype,
            Shape shape,
            Map<String, Parameter> parameters,
            Optional<MemorySegment> data) {}

    /** What the JSON says. */
    record Read(String id, Map<String, Parameter> parameters, List<Input> inputs, List<RequestedOutput> outputs) {}

    /**
     * Reads a text in UTF-8.
     *
     * @throws OipException if it is no request
     */
    static Read read(MemorySegment text, OipLimits limits) {
        Read first = read(text, limits, List.of());
        return first.inputs().stream().allMatch(JsonRequest::whole) ? first : read(text, limits, first.inputs());
    }

    private static boolean whole(Input input) {
        return input.data().isPresent() || input.parameters().containsKey(Parameters.BINARY_DATA_SIZE);
    }

    private static Read read(MemorySegment text, OipLimits limits, List<Input> known) {
        return JsonReading.of(text, json -> {
            var request = new JsonRequest(json, text.byteSize(), limits, known);
            json.object(request::member);
            json.end();
            return request.read();
        });
    }

    private Read read() {
        if (inputs.isEmpty()) {
            throw OipException.invalid("inputs: none (expected: at least one)");
        }
        return new Read(id, parameters, inputs, outputs);
    }

    private void member(String name) throws IOException {
        switch (name) {
            case "id" -> id = text();
            case "parameters" -> parameters = JsonReading.parameters(json, limits);
            case "inputs" -> json.list(() -> inputs.add(input()));
            case "outputs" -> json.list(() -> outputs.add(output()));
            default -> json.skip();
        }
        JsonReading.atMost("inputs", inputs.size(), limits.tensorsMax());
        JsonReading.atMost("outputs", outputs.size(), limits.tensorsMax());
    }

    private String text() throws IOException {
        return JsonReading.text(json, limits);
    }

    private RequestedOutput output() throws IOException {
        JsonReading.atMost("outputs", outputs.size() + 1L, limits.tensorsMax());
        var read = new Object() {
            @Nullable
            String name;

            Map<String, Parameter> parameters = Map.of();
        };
        json.object(member -> {
            switch (member) {
                case "name" -> read.name = text();
                case "parameters" -> read.parameters = JsonReading.parameters(json, limits);
                default -> json.skip();
            }
        });
        return new RequestedOutput(Json.required(read.name, "name"), read.parameters);
    }

    private Input input() throws IOException {
        JsonReading.atMost("inputs", inputs.size() + 1L, limits.tensorsMax());
        return new InputReader().read();
    }

    /** Reads one input. */
    private final class InputReader {
        private @Nullable String name;
        private @Nullable Datatype datatype;
        private long @Nullable [] sizes;
        private Map<String, Parameter> parameters = Map.of();
        private @Nullable MemorySegment data;
        private boolean hasData;

        Input read() throws IOException {
            json.object(this::member);
            String given = Json.required(name, "name");
            Datatype type = Json.required(datatype, "datatype");
            Shape shape = Shapes.checked(given, type, Json.required(sizes, "shape"), limits);
            boolean binary = parameters.containsKey(Parameters.BINARY_DATA_SIZE);
            if (binary == hasData) {
                throw OipException.invalid(
                        "input %s: %s (expected: data, or the parameter binary_data_size)",
                        Texts.shown(given), binary ? "both" : "neither");
            }
            return new Input(given, type, shape, parameters, Optional.ofNullable(data));
        }

        private void member(String member) throws IOException {
            switch (member) {
                case "name" -> name = text();
                case "datatype" -> datatype = Datatype.named(text());
                case "shape" -> sizes = sizes();
                case "parameters" -> parameters = JsonReading.parameters(json, limits);
                case "data" -> readData();
                default -> json.skip();
            }
        }

        private long[] sizes() throws IOException {
            var read = new ArrayList<Long>();
            json.list(() -> {
                JsonReading.atMost("dimensions", read.size() + 1L, limits.dimensionsMax());
                read.add(json.whole(0, Long.MAX_VALUE));
            });
            return read.stream().mapToLong(Long::longValue).toArray();
        }

        private void readData() throws IOException {
            hasData = true;
            if (known.size() > inputs.size()) {
                Input before = known.get(inputs.size());
                data = data(before.name(), before.datatype(), before.shape());
            } else if (datatype != null && sizes != null) {
                String called = name == null ? "number " + inputs.size() : name;
                data = data(called, datatype, Shapes.checked(called, datatype, sizes, limits));
            } else {
                json.skip();
            }
        }

        private MemorySegment data(String called, Datatype type, Shape shape) throws IOException {
            return MemorySegment.ofBuffer(JsonData.read(json, called, type, shape, textBytes));
        }
    }

    /** Copies parameters without the one that only the encoding needs. */
    static Map<String, Parameter> withoutSize(Map<String, Parameter> parameters) {
        if (!parameters.containsKey(Parameters.BINARY_DATA_SIZE)) {
            return parameters;
        }
        var others = new LinkedHashMap<>(parameters);
        others.remove(Parameters.BINARY_DATA_SIZE);
        return others;
    }
}
