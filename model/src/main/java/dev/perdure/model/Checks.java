package dev.perdure.model;

import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;

/** What the records of a bundle ask of their fields. */
final class Checks {
    private static final int NAME_CHARS_MAX = 200;

    private Checks() {}

    static String name(String what, String name) {
        boolean plain = name.codePoints().allMatch(Checks::isPrintable);
        if (name.isBlank() || name.length() > NAME_CHARS_MAX || !plain) {
            throw new IllegalArgumentException("%s: name '%s' (expected: 1 to %d printable characters)"
                    .formatted(
                            what, name.length() > NAME_CHARS_MAX ? name.substring(0, 60) + "…" : name, NAME_CHARS_MAX));
        }
        return name;
    }

    /** What steers a terminal, or the direction of writing, is no part of a name. */
    private static boolean isPrintable(int c) {
        return switch (Character.getType(c)) {
            case Character.CONTROL, Character.FORMAT, Character.SURROGATE, Character.UNASSIGNED -> false;
            default -> true;
        };
    }

    /** Returns a text that does nothing but stand there, whatever a stranger put into it. */
    static String printable(String text) {
        return text.codePoints()
                .mapToObj(c -> isPrintable(c) || c == '\n' ? Character.toString(c) : "\\u%04x".formatted(c))
                .collect(Collectors.joining());
    }

    /** Refuses a name that is given twice. */
    static <T> List<T> distinct(String what, List<T> items, Function<T, String> nameOf) {
        Set<String> names = new HashSet<>();
        for (T item : items) {
            if (!names.add(nameOf.apply(item))) {
                throw new IllegalArgumentException("%s '%s' is given twice".formatted(what, nameOf.apply(item)));
            }
        }
        return List.copyOf(items);
    }

    static double share(String what, double value) {
        if (!(value >= 0 && value <= 1)) {
            throw new IllegalArgumentException("%s: %s (expected: 0 to 1)".formatted(what, value));
        }
        return value;
    }

    static long atLeast(long min, String what, long value) {
        if (value < min) {
            throw new IllegalArgumentException("%s: %d (expected: >= %d)".formatted(what, value, min));
        }
        return value;
    }

    static <K, V> SequencedMap<K, V> copy(SequencedMap<K, V> map) {
        return Collections.unmodifiableSequencedMap(new LinkedHashMap<>(map));
    }
}
