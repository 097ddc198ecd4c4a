package dev.perdure.model;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.SequencedMap;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Reads the members of a JSON object by name and type. Whatever is missing, of another type, or still unread at the end is
 * refused with the path to it.
 */
final class Fields {
    private final String path;
    private final Map<?, ?> members;
    private final Set<Object> unread;

    private Fields(String path, Map<?, ?> members) {
        this.path = path;
        this.members = members;
        this.unread = new LinkedHashSet<>(members.keySet());
    }

    /** What to make of an object. */
    interface Maker<T> {
        T make(Fields fields) throws IOException;
    }

    /** Makes something of an object, of which every member must be read then. */
    static <T> T read(String path, Object value, Maker<T> maker) throws IOException {
        if (!(value instanceof Map<?, ?> members)) {
            throw wrong(path, value, "an object");
        }
        var fields = new Fields(path, members);
        try {
            T made = maker.make(fields);
            if (!fields.unread.isEmpty()) {
                throw new IOException("'%s' is unknown"
                        .formatted(fields.at(fields.unread.iterator().next())));
            }
            return made;
        } catch (IllegalArgumentException | ArithmeticException e) {
            throw new IOException("%s: %s".formatted(path.isEmpty() ? "manifest" : path, e.getMessage()), e);
        }
    }

    private String at(Object name) {
        return path.isEmpty() ? name.toString() : path + "." + name;
    }

    private static IOException wrong(String path, Object found, String expected) {
        String shown = found instanceof Map ? "an object" : found instanceof List ? "a list" : found.toString();
        return new IOException("'%s': %s (expected: %s)"
                .formatted(path, shown.length() > 60 ? shown.substring(0, 60) + "…" : shown, expected));
    }

    private @Nullable Object take(String name) {
        unread.remove(name);
        return members.get(name);
    }

    private Object need(String name) throws IOException {
        Object value = take(name);
        if (value == null) {
            throw new IOException("'%s' is missing".formatted(at(name)));
        }
        return value;
    }

    boolean has(String name) {
        return members.containsKey(name);
    }

    String text(String name) throws IOException {
        return text(at(name), need(name));
    }

    private static String text(String path, Object value) throws IOException {
        if (value instanceof String text) {
            return text;
        }
        throw wrong(path, value, "a text");
    }

    Optional<String> optionalText(String name) throws IOException {
        return has(name) ? Optional.of(text(name)) : Optional.empty();
    }

    long whole(String name) throws IOException {
        Object value = need(name);
        if (value instanceof Long number) {
            return number;
        }
        throw wrong(at(name), value, "a whole number");
    }

    OptionalLong optionalWhole(String name) throws IOException {
        return has(name) ? OptionalLong.of(whole(name)) : OptionalLong.empty();
    }

    double real(String name) throws IOException {
        return real(at(name), need(name));
    }

    OptionalDouble optionalReal(String name) throws IOException {
        return has(name) ? OptionalDouble.of(real(name)) : OptionalDouble.empty();
    }

    private static double real(String path, Object value) throws IOException {
        return switch (value) {
            case Long number -> number;
            case Double number -> number;
            case String text when text.equals("NaN") -> Double.NaN;
            case String text when text.equals("Infinity") -> Double.POSITIVE_INFINITY;
            case String text when text.equals("-Infinity") -> Double.NEGATIVE_INFINITY;
            default -> throw wrong(path, value, "a number");
        };
    }

    <T> T object(String name, Maker<T> maker) throws IOException {
        return read(at(name), need(name), maker);
    }

    <T> Optional<T> optional(String name, Maker<T> maker) throws IOException {
        return has(name) ? Optional.of(object(name, maker)) : Optional.empty();
    }

    private interface ItemReader<T> {
        T read(String path, Object value) throws IOException;
    }

    private <T> List<T> items(String name, ItemReader<T> reader) throws IOException {
        Object value = need(name);
        if (!(value instanceof List<?> items)) {
            throw wrong(at(name), value, "a list");
        }
        var read = new ArrayList<T>(items.size());
        for (Object item : items) {
            read.add(reader.read("%s[%d]".formatted(at(name), read.size()), item));
        }
        return read;
    }

    <T> List<T> list(String name, Maker<T> maker) throws IOException {
        return items(name, (path, item) -> read(path, item, maker));
    }

    List<String> texts(String name) throws IOException {
        return items(name, Fields::text);
    }

    List<Double> reals(String name) throws IOException {
        return items(name, Fields::real);
    }

    /** Returns whole numbers; -1 stands where any size may stand. */
    List<Long> wholes(String name) throws IOException {
        return items(name, (path, item) -> {
            if (item instanceof Long number) {
                return number;
            }
            throw wrong(path, item, "a whole number");
        });
    }

    /** Returns the members of an object whose names are not known beforehand. */
    <T> SequencedMap<String, T> map(String name, Member<T> member) throws IOException {
        return object(name, fields -> {
            var map = new java.util.LinkedHashMap<String, T>();
            for (Object key : List.copyOf(fields.members.keySet())) {
                map.put(key.toString(), member.read(fields, key.toString()));
            }
            return map;
        });
    }

    /** How to read a member by its name, such as {@code Fields::text}. */
    interface Member<T> {
        T read(Fields fields, String name) throws IOException;
    }

    /** Returns the constant that a word stands for. */
    <E extends Enum<E>> E word(String name, Class<E> type, java.util.function.Function<E, String> wordOf)
            throws IOException {
        return constant(at(name), text(name), type, wordOf);
    }

    static <E extends Enum<E>> E constant(
            String path, String word, Class<E> type, java.util.function.Function<E, String> wordOf) throws IOException {
        for (E constant : type.getEnumConstants()) {
            if (wordOf.apply(constant).equals(word)) {
                return constant;
            }
        }
        var known = java.util.Arrays.stream(type.getEnumConstants()).map(wordOf).toList();
        throw wrong(path, word, "one of " + String.join(", ", known));
    }
}
