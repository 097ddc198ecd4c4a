package dev.perdure.gateway;

import java.math.BigInteger;
import java.util.Comparator;
import java.util.regex.Pattern;

/** Which of two versions is the newer: numbers by value, before anything else; other names by their letters. */
public enum VersionOrder implements Comparator<String> {
    /** The newest first. */
    NEWEST_FIRST;

    private static final Pattern NUMBER = Pattern.compile("[0-9]{1,100}");

    @Override
    public int compare(String left, String right) {
        if (left.equals(right)) {
            return 0;
        }
        boolean leftIsNumber = isNumber(left);
        boolean rightIsNumber = isNumber(right);
        if (leftIsNumber && rightIsNumber) {
            int byValue = new BigInteger(right).compareTo(new BigInteger(left));
            return byValue != 0 ? byValue : right.compareTo(left);
        }
        return leftIsNumber != rightIsNumber ? (leftIsNumber ? -1 : 1) : right.compareTo(left);
    }

    private static boolean isNumber(String version) {
        return NUMBER.matcher(version).matches();
    }
}
