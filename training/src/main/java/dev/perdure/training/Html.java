package dev.perdure.training;

import org.jspecify.annotations.Nullable;

/** Text from outside, made harmless: nothing that passes through here can open a tag, close an attribute or break XML. */
final class Html {
    private static final int CLIP = 600;

    private Html() {}

    /** Escapes for element content and quoted attributes. What XML cannot hold becomes the replacement character. */
    static String escape(@Nullable String text) {
        if (text == null) {
            return "";
        }
        var out = new StringBuilder(text.length() + 16);
        text.codePoints().forEach(c -> append(out, c));
        return out.toString();
    }

    /** Escapes, and cuts what is longer than a few lines. */
    static String clip(@Nullable String text) {
        return clip(text, CLIP);
    }

    static String clip(@Nullable String text, int chars) {
        if (text == null || text.length() <= chars) {
            return escape(text);
        }
        return escape(text.substring(0, text.offsetByCodePoints(0, chars / 2))) + "… (" + Figures.count(text.length())
                + " characters)";
    }

    private static void append(StringBuilder out, int c) {
        switch (c) {
            case '&' -> out.append("&amp;");
            case '<' -> out.append("&lt;");
            case '>' -> out.append("&gt;");
            case '"' -> out.append("&quot;");
            case '\'' -> out.append("&#39;");
            default -> out.appendCodePoint(isXml(c) && !turnsText(c) ? c : 0xFFFD);
        }
    }

    private static boolean isXml(int c) {
        if (c < 0x20) {
            return c == '\t' || c == '\n' || c == '\r';
        }
        return (c < 0x7F || c > 0x9F) && (c < 0xD800 || c > 0xDFFF) && c != 0xFFFE && c != 0xFFFF;
    }

    /** Returns whether the character changes the direction of the text after it, which can make a name lie. */
    private static boolean turnsText(int c) {
        return (c >= 0x202A && c <= 0x202E) || (c >= 0x2066 && c <= 0x2069);
    }
}
