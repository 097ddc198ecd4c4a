package dev.perdure.cli;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.util.concurrent.TimeUnit.MILLISECONDS;

import java.io.Console;
import java.io.File;
import java.io.IOException;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Supplier;

/** Finds out what kind of terminal there is. */
final class Terminals {
    private static final int WIDTH_UNKNOWN = 80;
    private static final int ANSWER_MILLIS_MAX = 300;

    private Terminals() {}

    /** Returns the terminal of this process. */
    static Terminal detect() {
        boolean isTerminal =
                Optional.ofNullable(System.console()).map(Console::isTerminal).orElse(false);
        return detect(isTerminal, System.getenv(), Terminals::sttySize);
    }

    /**
     * Decides.
     *
     * @param sttySize what {@code stty size} says, rows before columns; asked only when nothing else tells
     */
    static Terminal detect(boolean isTerminal, Map<String, String> environment, Supplier<String> sttySize) {
        boolean interactive = isTerminal && !"dumb".equals(environment.get("TERM"));
        boolean colour = interactive && environment.getOrDefault("NO_COLOR", "").isEmpty();
        if (!interactive) {
            return new Terminal(WIDTH_UNKNOWN, false, false);
        }
        int width = positive(environment.getOrDefault("COLUMNS", "")).orElseGet(() -> columns(sttySize.get()));
        return new Terminal(width, true, colour);
    }

    private static int columns(String size) {
        String[] words = size.strip().split(" ", -1);
        return words.length == 2 ? positive(words[1]).orElse(WIDTH_UNKNOWN) : WIDTH_UNKNOWN;
    }

    private static OptionalInt positive(String text) {
        try {
            int value = Integer.parseInt(text.strip());
            return value > 0 ? OptionalInt.of(value) : OptionalInt.empty();
        } catch (NumberFormatException e) {
            return OptionalInt.empty();
        }
    }

    private static String sttySize() {
        try {
            Process stty = new ProcessBuilder("stty", "size")
                    .redirectInput(new File("/dev/tty"))
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            if (!stty.waitFor(ANSWER_MILLIS_MAX, MILLISECONDS)) {
                stty.destroyForcibly();
                return "";
            }
            return new String(stty.getInputStream().readAllBytes(), US_ASCII);
        } catch (IOException e) {
            return ""; // no stty, or no terminal behind it
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return "";
        }
    }
}
