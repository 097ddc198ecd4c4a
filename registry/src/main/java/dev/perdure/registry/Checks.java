package dev.perdure.registry;

import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;

/** What the records of this module check and how they make their values storable: the same value comes back from any database. */
final class Checks {
    /** The longest name. Three of them fit in a key of an index, whatever their characters. */
    static final int NAME_MAX = 200;

    /** The longest text kept; longer ones are cut. A page of incidents must fit in memory whatever wrote the evidence. */
    static final int TEXT_MAX = 1 << 16;

    private static final char REPLACEMENT = '\uFFFD';

    private Checks() {}

    /** Returns a name as it is. */
    static String name(String what, String name) {
        if (name.isEmpty() || name.length() > NAME_MAX || !isStorable(name)) {
            throw new IllegalArgumentException("%s: \"%s\" (expected: 1 to %d characters, all of them valid Unicode)"
                    .formatted(what, storable(name), NAME_MAX));
        }
        return name;
    }

    /** Returns a text as databases can keep it: cut to {@link #TEXT_MAX}, and what is no valid character replaced. */
    static String storable(String text) {
        String cut = text.length() <= TEXT_MAX ? text : text.substring(0, TEXT_MAX);
        return isStorable(cut) ? cut : replaced(cut);
    }

    private static boolean isStorable(String text) {
        return text.codePoints().noneMatch(Checks::isUnstorable);
    }

    private static String replaced(String text) {
        var result = new StringBuilder(text.length());
        text.codePoints().forEach(c -> result.appendCodePoint(isUnstorable(c) ? REPLACEMENT : c));
        return result.toString();
    }

    /** PostgreSQL keeps no NUL; half a surrogate pair has no UTF-8. */
    private static boolean isUnstorable(int codePoint) {
        return codePoint == 0 || (codePoint >= Character.MIN_SURROGATE && codePoint <= Character.MAX_SURROGATE);
    }

    static long atLeast(long least, String what, long value) {
        if (value < least) {
            throw new IllegalArgumentException("%s: %d (expected: >= %d)".formatted(what, value, least));
        }
        return value;
    }

    static int pageSize(int max) {
        return (int) atLeast(1, "max", max);
    }

    /** Returns a time in the resolution in which it is kept. */
    static Instant millis(Instant time) {
        return time.truncatedTo(ChronoUnit.MILLIS);
    }

    /** Returns a length of time in the resolution in which it is kept. */
    static Duration millis(String what, Duration duration) {
        atLeast(0, what + " (ms)", duration.toMillis());
        return duration.truncatedTo(ChronoUnit.MILLIS);
    }
}
