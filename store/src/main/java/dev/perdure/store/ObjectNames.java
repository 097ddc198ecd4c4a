package dev.perdure.store;

/**
 * What an object may be called, the same for every backend, so that a name which one store takes is taken by all.
 *
 * <p>A name is one or more parts separated by {@code /}. A part has 1 to 200 characters, which are ASCII letters, digits
 * and {@code . _ -}, and does not start with a dot: {@code .} and {@code ..} are no parts, and what file systems and
 * stores keep for themselves ({@code .tmp}, {@code .nfs0001}, {@code .DS_Store}) is never an object. A name has at most
 * 800 characters.
 */
public final class ObjectNames {
    private static final int NAME_CHARS_MAX = 800;
    private static final int PART_CHARS_MAX = 200;

    private ObjectNames() {}

    /**
     * Returns the name unchanged.
     *
     * @throws IllegalArgumentException if no object may have it
     */
    public static String checkName(String name) {
        if (!isName(name)) {
            throw new IllegalArgumentException(("object name: '%s' (expected: parts of letters, digits and . _ -, not"
                            + " starting with a dot, separated by /)")
                    .formatted(printable(name)));
        }
        return name;
    }

    /**
     * Returns the prefix unchanged. The empty prefix is the beginning of every name.
     *
     * @throws IllegalArgumentException if no name can begin with it
     */
    public static String checkPrefix(String prefix) {
        if (!prefix.isEmpty() && !isName(prefix) && !isName(prefix + "x")) {
            throw new IllegalArgumentException(
                    "prefix of object names: '%s' (expected: the beginning of a name)".formatted(printable(prefix)));
        }
        return prefix;
    }

    /** Returns whether an object may have this name. */
    public static boolean isName(String name) {
        if (name.isEmpty() || name.length() > NAME_CHARS_MAX) {
            return false;
        }
        int partStart = 0;
        for (int at = 0; at <= name.length(); at++) {
            if (at == name.length() || name.charAt(at) == '/') {
                int chars = at - partStart;
                if (chars == 0 || chars > PART_CHARS_MAX || name.charAt(partStart) == '.') {
                    return false;
                }
                partStart = at + 1;
            } else if (!isPartCharacter(name.charAt(at))) {
                return false;
            }
        }
        return true;
    }

    private static boolean isPartCharacter(char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || "._-".indexOf(c) >= 0;
    }

    private static String printable(String name) {
        String shown = name.codePoints()
                .limit(NAME_CHARS_MAX)
                .mapToObj(c -> c < ' ' || c == 0x7f ? "\\u%04x".formatted(c) : Character.toString(c))
                .reduce("", String::concat);
        return name.length() > NAME_CHARS_MAX ? shown + "…" : shown;
    }
}
