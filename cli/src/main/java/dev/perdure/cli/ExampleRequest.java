package dev.perdure.cli;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.perdure.core.DType;
import dev.perdure.core.TensorData;
import dev.perdure.gateway.ServedVersion;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.Optional;

/** A request that a person can send: the first golden sample, as JSON. */
final class ExampleRequest {
    private ExampleRequest() {}

    /** Returns the body; nothing if the model takes what JSON cannot write. */
    static Optional<String> of(ServedVersion version) {
        ObjectNode body = new ObjectMapper().createObjectNode();
        ArrayNode inputs = body.putArray("inputs");
        for (var input : version.golden().inputs().entrySet()) {
            TensorData tensor = input.getValue();
            if (tensor.dtype() == DType.F16 || tensor.dtype() == DType.BF16) {
                return Optional.empty();
            }
            ObjectNode node = inputs.addObject().put("name", input.getKey());
            ArrayNode shape = node.putArray("shape").add(1);
            for (int d = 1; d < tensor.shape().dimensions(); d++) {
                shape.add(tensor.shape().size(d));
            }
            node.put("datatype", dev.perdure.oip.Datatype.of(tensor.dtype()).name());
            ArrayNode data = node.putArray("data");
            for (long i = 0; i < tensor.shape().elements() / tensor.shape().size(0); i++) {
                add(data, tensor, i);
            }
        }
        return Optional.of(body.toString());
    }

    private static void add(ArrayNode data, TensorData tensor, long i) {
        ByteOrder order = ByteOrder.LITTLE_ENDIAN;
        var memory = tensor.data();
        switch (tensor.dtype()) {
            case BOOL -> data.add(memory.get(ValueLayout.JAVA_BYTE, i) != 0);
            case U8 -> data.add(memory.get(ValueLayout.JAVA_BYTE, i) & 0xFF);
            case I8 -> data.add(memory.get(ValueLayout.JAVA_BYTE, i));
            case I16 -> data.add(memory.get(ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(order), 2 * i));
            case I32 -> data.add(memory.get(ValueLayout.JAVA_INT_UNALIGNED.withOrder(order), 4 * i));
            case I64 -> data.add(memory.get(ValueLayout.JAVA_LONG_UNALIGNED.withOrder(order), 8 * i));
            case F32 -> data.add(memory.get(ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(order), 4 * i));
            case F64 -> data.add(memory.get(ValueLayout.JAVA_DOUBLE_UNALIGNED.withOrder(order), 8 * i));
            case F16, BF16 -> throw new IllegalArgumentException(tensor.dtype() + " has no JSON");
        }
    }
}
