package dev.perdure.replica;

import java.math.BigInteger;
import java.util.regex.Pattern;

/** The order of versions: numbers by value, everything else as text before them. */
final class Versions {
    private static final Pattern NUMBER = Pattern.compile("[0-9]{1,100}");

    private Versions() {}

    static int compare(String one, String other) {
        boolean first = NUMBER.matcher(one).matches();
        boolean second = NUMBER.matcher(other).matches();
        if (first && second) {
            int byValue = new BigInteger(one).compareTo(new BigInteger(other));
            return byValue != 0 ? byValue : one.compareTo(other);
        }
        return first == second ? one.compareTo(other) : Boolean.compare(first, second);
    }
}
