package dev.perdure.model;

import dev.perdure.format.Json;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;

/** Collects the members of a JSON object in order, and writes them. */
final class Members {
    private final SequencedMap<String, Object> members = new LinkedHashMap<>();

    /** @param value a text, number, list, map or {@link Members} */
    Members put(String name, Object value) {
        members.put(name, value);
        return this;
    }

    /** Puts a member, or none. */
    Members put(String name, Optional<?> value) {
        value.ifPresent(present -> members.put(name, present));
        return this;
    }

    /** Writes the object without its end, so that one more member may follow: a line for each member, and for each item. */
    StringBuilder body() {
        var out = new StringBuilder("{\n");
        members.forEach((name, value) -> {
            Json.quote(out, name).append(": ");
            if (value instanceof List<?> items && !items.isEmpty() && !(items.getFirst() instanceof Number)) {
                appendLines(out, items);
            } else {
                append(out, value);
            }
            out.append(",\n");
        });
        return out;
    }

    private static void appendLines(StringBuilder out, List<?> items) {
        String between = "[\n";
        for (Object item : items) {
            append(out.append(between), item);
            between = ",\n";
        }
        out.append("\n]");
    }

    private static void append(StringBuilder out, Object value) {
        switch (value) {
            case Members object -> append(out, object.members);
            case Map<?, ?> object -> {
                String between = "{";
                for (Map.Entry<?, ?> member : object.entrySet()) {
                    Json.quote(out.append(between), member.getKey().toString()).append(": ");
                    append(out, member.getValue());
                    between = ", ";
                }
                out.append(object.isEmpty() ? "{}" : "}");
            }
            case List<?> items -> {
                String between = "[";
                for (Object item : items) {
                    append(out.append(between), item);
                    between = ", ";
                }
                out.append(items.isEmpty() ? "[]" : "]");
            }
            case Double number -> Json.real(out, number);
            case Long number -> out.append(number);
            case String text -> Json.quote(out, text);
            default -> throw new IllegalArgumentException(value.getClass() + " has no place in a manifest");
        }
    }
}
