package dev.perdure.oip;

import dev.perdure.core.Shape;
import java.io.ByteArrayOutputStream;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Supplier;

/**
 * Bodies of requests and responses over HTTP: JSON, JSON followed by binary data, or one tensor's bytes alone.
 *
 * @param jsonBytes how much of it is JSON; absent when all of it is
 * @param parts what it consists of, in order; tensors' own memory, not copied
 */
public record HttpBody(OptionalLong jsonBytes, List<MemorySegment> parts) {

    public HttpBody {
        parts = List.copyOf(parts);
    }

    /** Returns the size of all parts in bytes. */
    public long bytes() {
        return parts.stream().mapToLong(MemorySegment::byteSize).sum();
    }

    /**
     * Reads a request. Its tensors are views of the body where they are binary.
     *
     * @param body after decompression
     * @param jsonBytes what the header {@code Inference-Header-Content-Length} says; 0 for a body that is the only
     *     input's bytes
     * @param metadata of the model, which only such a body needs
     * @throws OipException if it is no request
     */
    public static InferRequest request(
            ModelId model,
            MemorySegment body,
            OptionalLong jsonBytes,
            OipLimits limits,
            Supplier<ModelMetadata> metadata) {
        if (body.byteSize() > limits.bodyBytesMax()) {
            throw OipException.tooLarge("bytes of the body", body.byteSize(), limits.bodyBytesMax());
        }
        if (jsonBytes.isPresent() && jsonBytes.getAsLong() == 0) {
            return raw(model, body, metadata.get(), limits);
        }
        return described(model, body, jsonBytes, limits);
    }

    private static InferRequest described(ModelId model, MemorySegment body, OptionalLong jsonBytes, OipLimits limits) {
        long json = jsonBytes.orElse(body.byteSize());
        if (json < 0 || json > body.byteSize()) {
            throw OipException.invalid(
                    "Inference-Header-Content-Length: %d (expected: 0 to %d, the bytes of the body)",
                    json, body.byteSize());
        }
        if (jsonBytes.isPresent() && json > limits.headerBytesMax()) {
            throw OipException.tooLarge("Inference-Header-Content-Length", json, limits.headerBytesMax());
        }
        JsonRequest.Read read = JsonRequest.read(body.asSlice(0, json), limits);
        List<Tensor> inputs = tensors(read.inputs(), body.asSlice(json));
        return new InferRequest(model, read.id(), read.parameters(), inputs, read.outputs());
    }

    private static List<Tensor> tensors(List<JsonRequest.Input> inputs, MemorySegment binary) {
        var tensors = new ArrayList<Tensor>();
        long at = 0;
        for (JsonRequest.Input input : inputs) {
            MemorySegment data;
            if (input.data().isPresent()) {
                data = input.data().get();
            } else {
                data = slice(input, binary, at);
                at += data.byteSize();
            }
            tensors.add(new Tensor(
                    input.name(), input.datatype(), input.shape(), JsonRequest.withoutSize(input.parameters()), data));
        }
        if (at != binary.byteSize()) {
            throw OipException.invalid(
                    "binary data: %d bytes (expected: %d, the sum of binary_data_size)", binary.byteSize(), at);
        }
        return tensors;
    }

    private static MemorySegment slice(JsonRequest.Input input, MemorySegment binary, long at) {
        long size = Parameters.count(input.parameters(), Parameters.BINARY_DATA_SIZE)
                .orElse(0L);
        if (size > binary.byteSize() - at) {
            throw OipException.invalid(
                    "input %s: binary_data_size %d (expected: <= %d, which the body still has)",
                    Texts.shown(input.name()), size, binary.byteSize() - at);
        }
        return binary.asSlice(at, size);
    }

    private static InferRequest raw(ModelId model, MemorySegment body, ModelMetadata metadata, OipLimits limits) {
        if (metadata.inputs().size() != 1) {
            throw OipException.invalid(
                    "Inference-Header-Content-Length: 0, and model %s has %d inputs (expected: one). Describe them in JSON",
                    model, metadata.inputs().size());
        }
        TensorMetadata input = metadata.inputs().getFirst();
        long[] sizes = input.shape().stream().mapToLong(Long::longValue).toArray();
        Map<String, Parameter> binary = Map.of(Parameters.BINARY_DATA_OUTPUT, Parameter.of(true));
        Tensor tensor = input.datatype().fixed() ? rawNumbers(input, sizes, body, limits) : rawText(input, sizes, body);
        return new InferRequest(model, "", binary, List.of(tensor), List.of());
    }

    private static Tensor rawText(TensorMetadata input, long[] sizes, MemorySegment body) {
        for (int d = 0; d < sizes.length; d++) {
            if (sizes[d] != -1 && sizes[d] != 1) {
                throw OipException.invalid(
                        "raw body: one element for input %s of shape %s (expected: a shape of one element). Describe it"
                                + " in JSON",
                        input.name(), input.shape());
            }
            sizes[d] = 1;
        }
        var element = new ByteArrayOutputStream();
        BytesElements.append(element, body.toArray(ValueLayout.JAVA_BYTE));
        return new Tensor(input.name(), Datatype.BYTES, Shape.of(sizes), MemorySegment.ofArray(element.toByteArray()));
    }

    private static Tensor rawNumbers(TensorMetadata input, long[] sizes, MemorySegment body, OipLimits limits) {
        int open = -1;
        long known = 1;
        for (int d = sizes.length - 1; d >= 0; d--) {
            if (sizes[d] == -1 && open >= 0 && d > 0) {
                throw OipException.invalid(
                        "raw body: shape %s of input %s (expected: one size that varies). Describe it in JSON",
                        input.shape(), input.name());
            }
            if (sizes[d] == -1 && open >= 0) {
                sizes[d] = 1; // one item
            } else if (sizes[d] == -1) {
                open = d;
            } else {
                known *= sizes[d];
            }
        }
        if (open >= 0) {
            long unit = Math.max(1, known * input.datatype().bytesMin());
            sizes[open] = body.byteSize() / unit;
        }
        return new Tensor(
                input.name(), input.datatype(), Shapes.checked(input.name(), input.datatype(), sizes, limits), body);
    }

    /**
     * Writes a response as its request wants it.
     *
     * @throws OipException {@link OipError#INVALID} if an output cannot be written in JSON and is not wanted as binary
     *     data
     */
    public static HttpBody response(InferRequest request, InferResponse response) {
        var binary = new ArrayList<MemorySegment>();
        StringBuilder json = JsonText.begin();
        JsonText.member(json, "id", response.id());
        JsonText.member(json, "model_name", response.model().name());
        response.model().version().ifPresent(version -> JsonText.member(json, "model_version", version));
        if (!response.parameters().isEmpty()) {
            JsonText.parameters(json, response.parameters());
        }
        JsonText.list(json, "outputs", response.outputs(), output -> {
            boolean asBinary = request.binary(output.name());
            if (asBinary) {
                binary.add(output.data());
            }
            tensor(json, output, asBinary);
        });
        MemorySegment text = JsonText.end(json);
        boolean anyBinary = response.outputs().stream().anyMatch(output -> request.binary(output.name()));
        binary.addFirst(text);
        return new HttpBody(anyBinary ? OptionalLong.of(text.byteSize()) : OptionalLong.empty(), binary);
    }

    /**
     * Writes a request with its inputs as binary data, and wants outputs likewise unless it says otherwise. This is what
     * clients send.
     */
    public static HttpBody request(InferRequest request) {
        StringBuilder json = JsonText.begin();
        if (!request.id().isEmpty()) {
            JsonText.member(json, "id", request.id());
        }
        var parameters = new LinkedHashMap<>(request.parameters());
        parameters.putIfAbsent(Parameters.BINARY_DATA_OUTPUT, Parameter.of(true));
        JsonText.parameters(json, parameters);
        JsonText.list(json, "inputs", request.inputs(), input -> tensor(json, input, true));
        if (!request.outputs().isEmpty()) {
            JsonText.list(json, "outputs", request.outputs(), output -> {
                JsonText.member(json, "name", output.name());
                JsonText.parameters(json, output.parameters());
            });
        }
        MemorySegment text = JsonText.end(json);
        var parts = new ArrayList<MemorySegment>(List.of(text));
        request.inputs().forEach(input -> parts.add(input.data()));
        return new HttpBody(OptionalLong.of(text.byteSize()), parts);
    }

    private static void tensor(StringBuilder json, Tensor tensor, boolean binary) {
        JsonText.member(json, "name", tensor.name());
        JsonText.member(json, "datatype", tensor.datatype().name());
        JsonText.numbers(json, "shape", tensor.shape().toArray());
        var parameters = new LinkedHashMap<>(tensor.parameters());
        if (binary) {
            parameters.put(
                    Parameters.BINARY_DATA_SIZE, Parameter.of(tensor.data().byteSize()));
        }
        if (!parameters.isEmpty()) {
            JsonText.parameters(json, parameters);
        }
        if (!binary) {
            JsonText.name(json, "data");
            JsonElements.write(json, tensor);
        }
    }

    /** Returns what a header of this name says of a length; absent when it is not there. */
    static OptionalLong length(Optional<String> header) {
        if (header.isEmpty()) {
            return OptionalLong.empty();
        }
        String text = header.get().strip();
        if (!text.matches("[0-9]{1,18}")) {
            throw OipException.invalid(
                    "Inference-Header-Content-Length: '%s' (expected: a number of bytes)", Texts.shown(text));
        }
        return OptionalLong.of(Long.parseLong(text));
    }
}
