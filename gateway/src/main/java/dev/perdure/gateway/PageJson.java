package dev.perdure.gateway;

import dev.perdure.format.Json;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Plain values as JSON: maps in their order, lists, texts, numbers, truths. What is absent or no number is null. */
final class PageJson {
    private PageJson() {}

    /** Returns a map of these names and values, in this order. */
    static Map<String, Object> object(Object... namesAndValues) {
        var object = new LinkedHashMap<String, Object>();
        for (int i = 0; i < namesAndValues.length; i += 2) {
            object.put(String.valueOf(namesAndValues[i]), namesAndValues[i + 1]);
        }
        return object;
    }

    static String text(Object value) {
        return write(new StringBuilder(512), value).toString();
    }

    private static StringBuilder write(StringBuilder json, @Nullable Object value) {
        return switch (value) {
            case null -> json.append("null");
            case Optional<?> maybe -> write(json, maybe.orElse(null));
            case Map<?, ?> object -> members(json.append('{'), object).append('}');
            case List<?> list -> items(json.append('['), list).append(']');
            case Double real -> Double.isFinite(real) ? json.append(real.doubleValue()) : json.append("null");
            case Number whole -> json.append(whole);
            case Boolean truth -> json.append(truth.booleanValue());
            default -> Json.quote(json, value.toString());
        };
    }

    private static StringBuilder members(StringBuilder json, Map<?, ?> object) {
        String before = "";
        for (Map.Entry<?, ?> member : object.entrySet()) {
            Json.quote(json.append(before), String.valueOf(member.getKey())).append(':');
            write(json, member.getValue());
            before = ",";
        }
        return json;
    }

    private static StringBuilder items(StringBuilder json, List<?> list) {
        String before = "";
        for (Object item : list) {
            write(json.append(before), item);
            before = ",";
        }
        return json;
    }
}
