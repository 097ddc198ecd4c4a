package dev.perdure.cli;

import dev.perdure.routing.Scaling;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/**
 * How many replicas there are: so many, or between two limits.
 *
 * @param min 1 to 1000
 * @param max min to 1000
 */
record ReplicaRange(int min, int max) {
    private static final int MOST = 1000;
    private static final Pattern TEXT = Pattern.compile("([0-9]{1,4})(?:\\.\\.([0-9]{1,4}))?");

    /** Reads {@code 2} or {@code 2..6}. */
    static ReplicaRange parse(String text) {
        Matcher matcher = TEXT.matcher(text);
        if (!matcher.matches()) {
            throw refused(text);
        }
        int min = Integer.parseInt(matcher.group(1));
        int max = matcher.group(2) == null ? min : Integer.parseInt(matcher.group(2));
        if (min < 1 || max < min || max > MOST) {
            throw refused(text);
        }
        return new ReplicaRange(min, max);
    }

    private static IllegalArgumentException refused(String text) {
        return new IllegalArgumentException(
                "'%s' (expected: a number from 1 to %d, or two such as 2..6, the smaller first)".formatted(text, MOST));
    }

    Scaling.Options scaling() {
        return Scaling.Options.between(min, max);
    }

    @Override
    public String toString() {
        return min == max ? Integer.toString(min) : min + ".." + max;
    }

    /** As an option's value. */
    static final class Converter implements ITypeConverter<ReplicaRange> {
        @Override
        public ReplicaRange convert(String text) {
            try {
                return parse(text);
            } catch (IllegalArgumentException e) {
                throw new TypeConversionException(String.valueOf(e.getMessage()));
            }
        }
    }
}
