package dev.perdure.core;

import java.util.Collection;
import java.util.Comparator;
import java.util.Locale;
import java.util.Optional;

/** Guesses what a person meant who wrote a name that nothing has. */
public final class Suggestions {
    private Suggestions() {}

    /** Returns {@code Did you mean 'x'?} for the nearest known name, or the empty string if none is near. */
    public static String didYouMean(String name, Collection<String> known) {
        return nearest(name, known).map(k -> "Did you mean '" + k + "'?").orElse("");
    }

    /** Returns the known name within a third of the length in edits of {@code name}, the first of the nearest. */
    public static Optional<String> nearest(String name, Collection<String> known) {
        int editsMax = Math.max(1, Math.ceilDiv(name.length(), 3));
        return known.stream()
                .filter(k -> edits(name, k) <= editsMax)
                .min(Comparator.comparingInt((String k) -> edits(name, k)).thenComparing(Comparator.naturalOrder()));
    }

    /** Levenshtein's distance with a swap of two neighbours as one edit, letter case and {@code -}/{@code _} aside. */
    private static int edits(String left, String right) {
        String a = plain(left);
        String b = plain(right);
        int[][] d = new int[a.length() + 1][b.length() + 1];
        for (int i = 0; i <= a.length(); i++) {
            for (int j = 0; j <= b.length(); j++) {
                if (i == 0 || j == 0) {
                    d[i][j] = i + j;
                    continue;
                }
                int change = a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1;
                d[i][j] = Math.min(Math.min(d[i - 1][j], d[i][j - 1]) + 1, d[i - 1][j - 1] + change);
                if (i > 1 && j > 1 && a.charAt(i - 1) == b.charAt(j - 2) && a.charAt(i - 2) == b.charAt(j - 1)) {
                    d[i][j] = Math.min(d[i][j], d[i - 2][j - 2] + 1);
                }
            }
        }
        return d[a.length()][b.length()];
    }

    private static String plain(String name) {
        return name.toLowerCase(Locale.ROOT).replace("-", "").replace("_", "");
    }
}
