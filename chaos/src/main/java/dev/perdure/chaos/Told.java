package dev.perdure.chaos;

import dev.perdure.routing.Finding;
import dev.perdure.routing.Notice;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Locale;
import java.util.Optional;

/**
 * Something that was told while models were served, as one line of text.
 *
 * @param model whose replica it is about; empty for what is about none
 * @param kind of what was found, such as {@code golden-wrong}; empty for what is no finding
 * @param isOut whether a process was taken out or is no more
 * @param isIn whether a process was put to use
 * @param words for people
 */
public record Told(Instant at, String model, String kind, boolean isOut, boolean isIn, String words) {
    /** What is told of a client's request that was turned away. */
    static final String REFUSED = "refused";
    /** What is told of an input that is sent to nobody any more. */
    static final String QUARANTINED = "quarantined";
    /** What is told of another model that can be asked. */
    static final String LOADED = "loaded";
    /** What a parent tells of a gateway. */
    static final String GATEWAY_GONE = "gateway-gone";
    /** What a parent tells of a gateway that another parent had started. */
    static final String TAKEN_OVER = "taken-over";

    /** Returns what a gateway tells of a replica; nothing of what is neither a loss nor its end. */
    public static Optional<Told> of(Instant at, String model, Notice notice) {
        return switch (notice) {
            case Notice.Ejected(var _, Finding finding, int _) ->
                Optional.of(new Told(at, model, kind(finding), true, false, "out: " + finding.words()));
            case Notice.Gone(var _, Finding finding, var _) ->
                Optional.of(new Told(at, model, kind(finding), true, false, "gone: " + finding.words()));
            case Notice.PutToUse(var replica) ->
                Optional.of(
                        new Told(at, model, "", false, true, "replica %d is put to use".formatted(replica.number())));
            case Notice.Quarantined _ ->
                Optional.of(new Told(at, model, QUARANTINED, false, false, "an input is sent to nobody any more"));
            case Notice.Readmitted _, Notice.Rested _, Notice.Scaled _, Notice.Undecided _ -> Optional.empty();
        };
    }

    private static String kind(Finding finding) {
        return finding.getClass()
                .getSimpleName()
                .replaceAll("([a-z])([A-Z])", "$1-$2")
                .toLowerCase(Locale.ROOT);
    }

    /** Returns what a parent says of a gateway; nothing of what is of no interest. */
    public static Optional<Told> ofParent(Instant at, String line) {
        int begin = line.indexOf("gateway ");
        if (begin < 0 || !line.contains("(process ")) {
            return Optional.empty();
        }
        String words = line.substring(begin);
        if (words.endsWith("is taken over")) {
            return Optional.of(new Told(at, "", TAKEN_OVER, false, true, words));
        }
        return words.contains(" is ended: ")
                ? Optional.empty() // and is gone soon
                : Optional.of(new Told(at, "", GATEWAY_GONE, true, false, words));
    }

    /** Returns that another model can be asked. */
    public Told asLoaded() {
        return new Told(at, model, LOADED, false, false, model + " can be asked");
    }

    /** Returns the line. */
    String format() {
        return String.join(
                "\t", at.toString(), model, kind, Boolean.toString(isOut), Boolean.toString(isIn), oneLine(words));
    }

    private static String oneLine(String text) {
        return text.replaceAll("\\s+", " ");
    }

    /** Returns what a line says; nothing when it is none. */
    public static Optional<Told> parse(String line) {
        String[] parts = line.split("\t", 6);
        try {
            return parts.length < 6
                    ? Optional.empty()
                    : Optional.of(new Told(
                            Instant.parse(parts[0]),
                            parts[1],
                            parts[2],
                            Boolean.parseBoolean(parts[3]),
                            Boolean.parseBoolean(parts[4]),
                            parts[5]));
        } catch (DateTimeException _) {
            return Optional.empty();
        }
    }
}
