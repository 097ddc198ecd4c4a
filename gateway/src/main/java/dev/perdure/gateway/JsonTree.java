package dev.perdure.gateway;

import dev.perdure.format.Json;
import dev.perdure.oip.OipError;
import dev.perdure.oip.OipException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.Map;

/** JSON as maps, lists, texts, numbers and truths. */
final class JsonTree {
    private JsonTree() {}

    /** Returns the text. A number that is none is left to nobody: it is written as a text. */
    static String write(Map<String, Object> object) {
        var json = new StringBuilder();
        write(json, object);
        return json.toString();
    }

    private static void write(StringBuilder json, Object value) {
        switch (value) {
            case Map<?, ?> members -> {
                String between = "{";
                for (var member : members.entrySet()) {
                    Json.quote(json.append(between), String.valueOf(member.getKey()))
                            .append(':');
                    write(json, member.getValue());
                    between = ",";
                }
                json.append(members.isEmpty() ? "{}" : "}");
            }
            case List<?> items -> {
                String between = "[";
                for (Object item : items) {
                    json.append(between);
                    write(json, item);
                    between = ",";
                }
                json.append(items.isEmpty() ? "[]" : "]");
            }
            case Double number when !Double.isFinite(number) -> Json.quote(json, number.toString());
            case Number number -> json.append(number);
            case Boolean truth -> json.append(truth);
            default -> Json.quote(json, value.toString());
        }
    }

    /**
     * Reads an object of a stranger's.
     *
     * @throws OipException {@link OipError#INVALID} if it is none
     */
    static Map<?, ?> read(MemorySegment body) {
        try {
            Json json = Json.open(new ByteArrayInputStream(body.toArray(ValueLayout.JAVA_BYTE)));
            Object value = json.any();
            json.end();
            if (value instanceof Map<?, ?> object) {
                return object;
            }
            throw new OipException(OipError.INVALID, "JSON: no object (expected: {\"outcomes\":[…]})");
        } catch (IOException e) {
            String reason = String.valueOf(e.getMessage()).lines().findFirst().orElse("");
            throw new OipException(OipError.INVALID, "JSON: %.300s".formatted(reason));
        }
    }
}
