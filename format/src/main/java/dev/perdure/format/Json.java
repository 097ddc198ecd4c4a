package dev.perdure.format;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Reads JSON strictly: every member is expected by name, given once, and of the expected type. Whatever else is found
 * is an {@link IOException}.
 */
public final class Json {
    /** The longest document that is read. */
    public static final int BYTES_MAX = 256 << 20;

    /** How deep objects and lists may lie within each other where strangers write them; our own have few levels. */
    public static final int NESTING_MAX = 32;

    private static final JsonFactory FACTORY = factory(8);
    private static final JsonFactory DEEP = factory(NESTING_MAX);

    /** How much of a wrong value a message shows. */
    private static final int SHOWN_MAX = 80;

    /** Up to this many members are compared one by one, which is faster than hashing them. */
    private static final int FEW = 8;

    private final JsonParser parser;

    private static JsonFactory factory(int nestingMax) {
        return JsonFactory.builder()
                .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
                .disable(JsonFactory.Feature.CANONICALIZE_FIELD_NAMES)
                .disable(StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION)
                .enable(StreamReadFeature.USE_FAST_DOUBLE_PARSER)
                .streamReadConstraints(StreamReadConstraints.builder()
                        .maxNestingDepth(nestingMax)
                        .maxNumberLength(64)
                        .maxStringLength(BYTES_MAX)
                        .maxNameLength(1 << 16)
                        .maxDocumentLength(BYTES_MAX)
                        .build())
                .build();
    }

    private Json(JsonParser parser) {
        this.parser = parser;
    }

    /** What to do with the value of a member. */
    public interface Member {
        void read(String name) throws IOException;
    }

    /** What to do with an item of a list. */
    public interface Item {
        void read() throws IOException;
    }

    /** Opens a document and steps onto its first token. */
    public static Json open(String text) throws IOException {
        var json = new Json(FACTORY.createParser(text));
        json.parser.nextToken();
        return json;
    }

    /** Opens a document in UTF-8, refusing what is not, and steps onto its first token. */
    public static Json open(InputStream utf8) throws IOException {
        var json = new Json(DEEP.createParser(new InputStreamReader(utf8, strictUtf8())));
        json.parser.nextToken();
        return json;
    }

    /** Decodes UTF-8, refusing what is not. */
    public static String decode(byte[] bytes) throws IOException {
        return strictUtf8().decode(ByteBuffer.wrap(bytes)).toString();
    }

    private static CharsetDecoder strictUtf8() {
        return StandardCharsets.UTF_8
                .newDecoder()
                .onMalformedInput(CodingErrorAction.REPORT)
                .onUnmappableCharacter(CodingErrorAction.REPORT);
    }

    /** Returns where the parser stands, as in {@code /inputs/0/data/17}; empty at the root. */
    public String where() {
        return parser.getParsingContext().pathAsPointer().toString();
    }

    /** Reads the object that the parser stands on; each value is read by {@code member}. */
    public void object(Member member) throws IOException {
        expect(JsonToken.START_OBJECT, "an object");
        Collection<String> seen = new ArrayList<>(FEW);
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            String name = parser.currentName();
            if (seen.size() == FEW && seen instanceof List) {
                seen = new HashSet<>(seen);
            }
            boolean again = seen.contains(name);
            seen.add(name);
            if (again) {
                throw new IOException("'" + name + "' is given twice");
            }
            parser.nextToken();
            member.read(name);
        }
        expect(JsonToken.END_OBJECT, "the end of an object");
    }

    /** Reads the list that the parser stands on. */
    public void list(Item item) throws IOException {
        expect(JsonToken.START_ARRAY, "a list");
        while (parser.nextToken() != JsonToken.END_ARRAY) {
            if (parser.currentToken() == null) {
                throw new IOException("ends inside a list");
            }
            item.read();
        }
    }

    /** Reads a text. */
    public String text() throws IOException {
        expect(JsonToken.VALUE_STRING, "a text");
        return parser.getText();
    }

    /** Reads a whole number within {@code [min, max]}. */
    public long whole(long min, long max) throws IOException {
        expect(JsonToken.VALUE_NUMBER_INT, "a whole number");
        long value = parser.getLongValue();
        if (value < min || value > max) {
            throw new IOException("%d (expected: %d to %d)".formatted(value, min, max));
        }
        return value;
    }

    /** Reads a whole number from 0 to 2^64 - 1, as the bits of an unsigned long. */
    public long unsigned() throws IOException {
        expect(JsonToken.VALUE_NUMBER_INT, "a whole number");
        BigInteger value = parser.getBigIntegerValue();
        if (value.signum() < 0 || value.bitLength() > Long.SIZE) {
            throw new IOException("%s (expected: 0 to 2^64 - 1)".formatted(value));
        }
        return value.longValue();
    }

    /** Reads a truth. */
    public boolean truth() throws IOException {
        if (parser.currentToken() != JsonToken.VALUE_FALSE) {
            expect(JsonToken.VALUE_TRUE, "true or false");
        }
        return parser.getBooleanValue();
    }

    /** Reads a number as the nearest float; one too great for it is refused. */
    public float float32() throws IOException {
        expectNumber();
        float value = parser.getFloatValue();
        if (Float.isInfinite(value)) {
            throw new IOException("%s (expected: a number within 32-bit floats)".formatted(parser.getText()));
        }
        return value;
    }

    /** Reads a number as the nearest double; one too great for it is refused. */
    public double float64() throws IOException {
        expectNumber();
        double value = parser.getDoubleValue();
        if (Double.isInfinite(value)) {
            throw new IOException("%s (expected: a number within 64-bit floats)".formatted(parser.getText()));
        }
        return value;
    }

    /** Whether the parser stands at the beginning of a list. */
    public boolean atList() {
        return parser.currentToken() == JsonToken.START_ARRAY;
    }

    /** Passes over whatever the parser stands on. */
    public void skip() throws IOException {
        parser.skipChildren();
    }

    /** Reads a number, or one of the texts that stand for what JSON has no number for. */
    public double real() throws IOException {
        if (parser.currentToken() == JsonToken.VALUE_STRING) {
            return switch (parser.getText()) {
                case "NaN" -> Double.NaN;
                case "Infinity" -> Double.POSITIVE_INFINITY;
                case "-Infinity" -> Double.NEGATIVE_INFINITY;
                default -> throw new IOException("'%s' (expected: a number)".formatted(parser.getText()));
            };
        }
        expectNumber();
        return Double.parseDouble(parser.getText());
    }

    private void expectNumber() throws IOException {
        if (parser.currentToken() != JsonToken.VALUE_NUMBER_INT) {
            expect(JsonToken.VALUE_NUMBER_FLOAT, "a number");
        }
    }

    /**
     * Reads whatever the parser stands on: an object as a map in the order of its members, a list as a list, a text as
     * {@link String}, a whole number as {@link Long}, another number as {@link Double}, and a truth as {@link Boolean}. There
     * is no absent value: {@code null} is refused.
     */
    public Object any() throws IOException {
        JsonToken token = parser.currentToken();
        return switch (token) {
            case START_OBJECT -> {
                var members = new LinkedHashMap<String, Object>();
                object(name -> members.put(name, any()));
                yield members;
            }
            case START_ARRAY -> {
                var items = new ArrayList<Object>();
                list(() -> items.add(any()));
                yield items;
            }
            case VALUE_STRING -> parser.getText();
            case VALUE_NUMBER_INT -> parser.getLongValue();
            case VALUE_NUMBER_FLOAT -> Double.parseDouble(parser.getText());
            case VALUE_TRUE, VALUE_FALSE -> parser.getBooleanValue();
            case null, default -> throw new IOException("%s (expected: a value)".formatted(described()));
        };
    }

    /** Makes sure that nothing follows. */
    public void end() throws IOException {
        if (parser.nextToken() != null) {
            throw new IOException("something follows the end");
        }
    }

    private void expect(JsonToken token, String what) throws IOException {
        JsonToken found = parser.currentToken();
        if (found != token) {
            throw new IOException("%s (expected: %s)".formatted(described(), what));
        }
    }

    /** Returns what the parser stands on, of a long text the beginning. */
    private String described() throws IOException {
        JsonToken found = parser.currentToken();
        return switch (found) {
            case null -> "the end";
            case START_OBJECT, END_OBJECT -> "an object";
            case START_ARRAY, END_ARRAY -> "a list";
            case VALUE_STRING -> "'" + beginning(parser.getText()) + "'";
            default -> beginning(parser.getText());
        };
    }

    private static String beginning(String text) {
        return text.length() <= SHOWN_MAX ? text : text.substring(0, SHOWN_MAX) + "…";
    }

    /** Returns the value of a member that must be there. */
    public static <T> T required(@Nullable T value, String name) throws IOException {
        if (value == null) {
            throw new IOException("'" + name + "' is missing");
        }
        return value;
    }

    /** Appends a text in quotes. Surrogates are escaped, so that any text survives. */
    public static StringBuilder quote(StringBuilder out, String text) {
        out.append('"');
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '"' || c == '\\') {
                out.append('\\').append(c);
            } else if (c < 0x20 || c == 0x7F || Character.isSurrogate(c)) {
                out.append("\\u%04x".formatted((int) c));
            } else {
                out.append(c);
            }
        }
        return out.append('"');
    }

    /** Appends a number such that {@link #real} gives the same back. */
    public static StringBuilder real(StringBuilder out, double value) {
        return Double.isFinite(value)
                ? out.append(value)
                : out.append('"').append(value).append('"');
    }
}
