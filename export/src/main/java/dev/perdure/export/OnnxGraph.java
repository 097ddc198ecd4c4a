package dev.perdure.export;

import dev.perdure.core.BadSettingException;
import dev.perdure.core.DType;
import dev.perdure.core.Shape;
import dev.perdure.core.TensorData;
import dev.perdure.engine.Port;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * A graph of ONNX operators (opset 17, IR version 8), and its bytes, which are a function of what was put into it and of the
 * order. The first dimension of every input and output is the batch, of any size, called {@code batch}.
 *
 * <p>Every value has one name, that of an input, a tensor or a node's output; a node names only what was put in before it.
 */
public final class OnnxGraph {
    static final int OPSET = 17;

    /** What a protocol buffer may have at most. */
    static final long BYTES_MAX = Integer.MAX_VALUE;

    private static final int IR_VERSION = 8;

    private final String name;
    private final Proto nodes = new Proto();
    private final Proto tensors = new Proto();
    private final Proto inputs = new Proto();
    private final Proto outputs = new Proto();
    private final Set<String> values = new HashSet<>();

    public OnnxGraph(String name) {
        this.name = name;
    }

    /** A setting of a node. */
    public sealed interface Attribute {
        record Whole(String name, long value) implements Attribute {}

        record Real(String name, float value) implements Attribute {}

        record Wholes(String name, List<Long> values) implements Attribute {
            public Wholes {
                values = List.copyOf(values);
            }
        }
    }

    /** Adds an input of the model. */
    public OnnxGraph input(Port port) {
        define(port.name());
        inputs.message(11, value(port));
        return this;
    }

    /** Adds an output of the model: a value that some node gives under the port's name. */
    public OnnxGraph output(Port port) {
        require(port.name());
        outputs.message(12, value(port));
        return this;
    }

    /** Adds a tensor, such as a weight. Its memory is read when the graph is written. */
    public OnnxGraph tensor(String name, TensorData tensor) {
        define(name);
        var proto = new Proto();
        for (long size : tensor.shape().toArray()) {
            proto.whole(1, size);
        }
        proto.whole(2, type(tensor.dtype())).text(8, name).content(9, tensor.data());
        tensors.message(5, proto);
        return this;
    }

    /** Adds a tensor of one number, unless it is there. */
    OnnxGraph constant(String name, float value) {
        return values.contains(name) ? this : tensor(name, TensorData.of(Shape.of(), value));
    }

    /**
     * Adds an operator of one output.
     *
     * @param output its value's name, and the node's as well
     */
    public OnnxGraph node(String operator, List<String> from, String output, Attribute... attributes) {
        var node = new Proto();
        for (String input : from) {
            require(input);
            node.text(1, input);
        }
        define(output);
        node.text(2, output).text(3, output).text(4, operator);
        for (Attribute attribute : attributes) {
            node.message(5, attribute(attribute));
        }
        nodes.message(1, node);
        return this;
    }

    private void define(String value) {
        if (value.isEmpty() || !values.add(value)) {
            throw new IllegalArgumentException(
                    "ONNX graph: '%s' names two values (expected: a name of its own)".formatted(value));
        }
    }

    private void require(String value) {
        if (!values.contains(value)) {
            throw new IllegalArgumentException(
                    "ONNX graph: nothing gives '%s' (expected: one of %s)".formatted(value, values));
        }
    }

    private static Proto attribute(Attribute attribute) {
        var proto = new Proto();
        switch (attribute) {
            case Attribute.Whole(String name, long value) ->
                proto.text(1, name).whole(3, value).whole(20, 2);
            case Attribute.Real(String name, float value) ->
                proto.text(1, name).real(2, value).whole(20, 1);
            case Attribute.Wholes(String name, List<Long> values) -> {
                proto.text(1, name);
                values.forEach(value -> proto.whole(8, value));
                proto.whole(20, 7);
            }
        }
        return proto;
    }

    private static Proto value(Port port) {
        var shape = new Proto().message(1, new Proto().text(2, "batch"));
        for (long size : port.sample().toArray()) {
            shape.message(1, new Proto().whole(1, size));
        }
        var tensor = new Proto().whole(1, type(port.dtype())).message(2, shape);
        return new Proto().text(1, port.name()).message(2, new Proto().message(1, tensor));
    }

    private static int type(DType dtype) {
        return switch (dtype) {
            case F32 -> 1;
            case U8 -> 2;
            case I8 -> 3;
            case I16 -> 5;
            case I32 -> 6;
            case I64 -> 7;
            case BOOL -> 9;
            case F16 -> 10;
            case F64 -> 11;
            case BF16 -> 16;
        };
    }

    /**
     * Returns the file.
     *
     * @param arena how long its memory lives
     * @throws BadSettingException if it would be longer than 2 GiB, which no ONNX file may be
     */
    public MemorySegment write(Arena arena) {
        Proto model = model();
        if (model.bytes() > BYTES_MAX) {
            throw new BadSettingException(
                    "ONNX: the network has %d bytes (expected: at most %d in one file). Make it smaller, or do without ONNX."
                            .formatted(model.bytes(), BYTES_MAX));
        }
        MemorySegment file = arena.allocate(model.bytes(), 64);
        long at = 0;
        for (MemorySegment piece : model.pieces()) {
            MemorySegment.copy(piece, 0, file, at, piece.byteSize());
            at += piece.byteSize();
        }
        return file;
    }

    private Proto model() {
        Proto graph =
                new Proto().all(nodes).text(2, name).all(tensors).all(inputs).all(outputs);
        return new Proto()
                .whole(1, IR_VERSION)
                .text(2, "perdure")
                .message(7, graph)
                .message(8, new Proto().text(1, "").whole(2, OPSET));
    }
}
