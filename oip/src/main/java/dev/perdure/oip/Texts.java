package dev.perdure.oip;

/** What strangers wrote, made fit to be shown in a message. */
final class Texts {
    private static final int SHOWN_MAX = 80;

    private Texts() {}

    /** Returns the text's beginning, with what is not printable replaced. */
    static String shown(String text) {
        return shown(text, SHOWN_MAX);
    }

    /** Returns at most so much of the text, with what is not printable replaced. */
    static String shown(String text, int charactersMax) {
        StringBuilder shown = new StringBuilder();
        text.codePoints()
                .limit(charactersMax)
                .map(c -> Character.isISOControl(c) || Character.getType(c) == Character.SURROGATE ? '?' : c)
                .forEach(shown::appendCodePoint);
        return text.length() > charactersMax ? shown.append("…").toString() : shown.toString();
    }
}
