package dev.perdure.oip;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.perdure.format.Json;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/** Writes objects of JSON, member after member. */
final class JsonText {
    private JsonText() {}

    /** Begins an object. */
    static StringBuilder begin() {
        return new StringBuilder(256).append('{');
    }

    /** Ends the object, and returns it in UTF-8. */
    static MemorySegment end(StringBuilder json) {
        return MemorySegment.ofArray(json.append('}').toString().getBytes(UTF_8));
    }

    /** Begins a member of the object that is open. */
    static StringBuilder name(StringBuilder json, String name) {
        comma(json);
        return Json.quote(json, name).append(':');
    }

    private static void comma(StringBuilder json) {
        char last = json.charAt(json.length() - 1);
        if (last != '{' && last != '[') {
            json.append(',');
        }
    }

    static void member(StringBuilder json, String name, String text) {
        Json.quote(name(json, name), text);
    }

    static void member(StringBuilder json, String name, boolean truth) {
        name(json, name).append(truth);
    }

    static void member(StringBuilder json, String name, long number) {
        name(json, name).append(number);
    }

    static void numbers(StringBuilder json, String name, long... numbers) {
        name(json, name).append('[');
        for (long number : numbers) {
            comma(json);
            json.append(number);
        }
        json.append(']');
    }

    static void texts(StringBuilder json, String name, List<String> texts) {
        name(json, name).append('[');
        for (String text : texts) {
            comma(json);
            Json.quote(json, text);
        }
        json.append(']');
    }

    /** Writes a list of objects; {@code members} writes those of each. */
    static <T> void list(StringBuilder json, String name, List<T> items, Consumer<T> members) {
        items(name(json, name), items, members);
    }

    /** Writes a list of objects that is no member of anything. */
    static <T> StringBuilder items(StringBuilder json, List<T> items, Consumer<T> members) {
        json.append('[');
        for (T item : items) {
            comma(json);
            json.append('{');
            members.accept(item);
            json.append('}');
        }
        return json.append(']');
    }

    /** Writes an object within the one that is open. */
    static void object(StringBuilder json, String name, Runnable members) {
        name(json, name).append('{');
        members.run();
        json.append('}');
    }

    static void parameters(StringBuilder json, Map<String, Parameter> parameters) {
        object(
                json,
                "parameters",
                () -> parameters.forEach((name, value) -> {
                    switch (value) {
                        case Parameter.Truth truth -> member(json, name, truth.value());
                        case Parameter.Whole whole -> member(json, name, whole.value());
                        case Parameter.Real real -> name(json, name).append(real.value());
                        case Parameter.Text text -> member(json, name, text.value());
                    }
                }));
    }
}
