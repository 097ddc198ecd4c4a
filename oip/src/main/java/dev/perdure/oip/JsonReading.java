package dev.perdure.oip;

import com.fasterxml.jackson.core.JsonProcessingException;
import dev.perdure.format.Json;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.CharacterCodingException;
import java.util.LinkedHashMap;
import java.util.Map;

/** Reads JSON of strangers: whatever is wrong is an {@link OipException} that says where and what. */
final class JsonReading {
    private static final int REASON_MAX = 300;

    private JsonReading() {}

    /** What to read. */
    interface Reader<T> {
        T read(Json json) throws IOException;
    }

    /** Reads a text in UTF-8. */
    static <T> T of(MemorySegment text, Reader<T> reader) {
        Json[] opened = new Json[1];
        try {
            opened[0] = Json.open(stream(text));
            return reader.read(opened[0]);
        } catch (IOException e) {
            String where = opened[0] == null ? "" : opened[0].where();
            throw OipException.invalid("JSON%s: %s", where.isEmpty() ? "" : " at " + where, reason(e));
        }
    }

    private static ByteArrayInputStream stream(MemorySegment text) {
        if (text.heapBase().orElse(null) instanceof byte[] array) {
            return new ByteArrayInputStream(array, Math.toIntExact(text.address()), Math.toIntExact(text.byteSize()));
        }
        return new ByteArrayInputStream(text.toArray(ValueLayout.JAVA_BYTE));
    }

    private static String reason(IOException e) {
        String reason = switch (e) {
            case CharacterCodingException _ -> "bytes that are not UTF-8 (expected: UTF-8)";
            case JsonProcessingException json -> withoutSource(json.getOriginalMessage());
            default -> e.getMessage();
        };
        return Texts.shown(String.valueOf(reason), REASON_MAX);
    }

    /** The parser's messages may end with where in which object of its own it found what it tells. */
    private static String withoutSource(String message) {
        return message.replaceAll("(?s) \\(start marker at .*|\\[Source: .*|\n.*", "");
    }

    static void atMost(String what, long value, long max) {
        if (value > max) {
            throw OipException.tooLarge(what, value, max);
        }
    }

    static String text(Json json, OipLimits limits) throws IOException {
        String text = json.text();
        atMost("characters of the text at " + json.where(), text.length(), limits.textCharactersMax());
        return text;
    }

    /** Reads an object of texts, numbers and truths. */
    static Map<String, Parameter> parameters(Json json, OipLimits limits) throws IOException {
        var read = new LinkedHashMap<String, Parameter>();
        json.object(name -> {
            atMost("parameters", read.size() + 1L, limits.parametersMax());
            atMost("characters of a parameter's name", name.length(), limits.textCharactersMax());
            read.put(name, parameter(json, limits));
        });
        return Parameters.copied(read);
    }

    private static Parameter parameter(Json json, OipLimits limits) throws IOException {
        return switch (json.any()) {
            case Boolean truth -> Parameter.of(truth);
            case Long whole -> Parameter.of(whole);
            case Double real -> Parameter.of(real);
            case String text -> {
                atMost("characters of the text at " + json.where(), text.length(), limits.textCharactersMax());
                yield Parameter.of(text);
            }
            default -> throw new IOException("an object or a list (expected: a text, a number, true or false)");
        };
    }
}
