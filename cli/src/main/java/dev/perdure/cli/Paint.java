package dev.perdure.cli;

import java.nio.charset.Charset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Colours where they are wanted, and signs that the terminal can show: where its character set has no bars and ticks,
 * plain letters stand for them.
 */
record Paint(boolean colour, boolean plainLetters) {
    private static final Map<Character, String> PLAIN =
            Map.of('█', "#", '░', ".", '–', "-", '·', "|", '✓', "ok", '✗', "x", '→', "->", '…', "...");

    static Paint on(Terminal terminal, Charset charset) {
        return new Paint(
                terminal.colour(), !charset.canEncode() || !charset.newEncoder().canEncode("█░–·✓✗→…"));
    }

    String good(String text) {
        return paint("32", text);
    }

    String bad(String text) {
        return paint("1;31", text);
    }

    String warning(String text) {
        return paint("33", text);
    }

    String strong(String text) {
        return paint("1", text);
    }

    String quiet(String text) {
        return paint("2", text);
    }

    String bar(String text) {
        return paint("36", text);
    }

    private String paint(String code, String text) {
        return colour && !text.isEmpty() ? "\u001b[" + code + "m" + text + "\u001b[0m" : text;
    }

    /** Returns the text in signs that the terminal has. */
    String encode(String text) {
        if (!plainLetters) {
            return text;
        }
        var out = new StringBuilder(text.length());
        for (int i = 0; i < text.length(); i++) {
            out.append(PLAIN.getOrDefault(text.charAt(i), text.substring(i, i + 1)));
        }
        return out.toString();
    }

    /** Returns text from outside with everything taken out that could steer a terminal; line ends become spaces. */
    static String clean(String text) {
        var out = new StringBuilder(text.length());
        text.codePoints().forEach(c -> {
            boolean steers = Character.isISOControl(c) || Character.getType(c) == Character.FORMAT;
            out.appendCodePoint(steers ? ' ' : c);
        });
        return out.toString().strip();
    }

    /** Returns the words in lines of at most so many columns. A word that is longer stands alone. */
    static List<String> wrap(String text, int columns) {
        var lines = new ArrayList<String>();
        var line = new StringBuilder();
        for (String word : text.split(" +", -1)) {
            if (!line.isEmpty() && line.length() + 1 + word.length() > columns) {
                lines.add(line.toString());
                line.setLength(0);
            }
            line.append(line.isEmpty() ? "" : " ").append(word);
        }
        lines.add(line.toString());
        return lines;
    }
}
