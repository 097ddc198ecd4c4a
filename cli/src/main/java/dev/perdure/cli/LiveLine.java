package dev.perdure.cli;

import dev.perdure.training.Figures;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;

/**
 * What is true of a run right now, and how it is told in one line of a given width.
 *
 * @param stage what is going on instead of steps ("starting", "recovering"), empty while steps are applied
 * @param stageSeconds for how long
 * @param loss smoothed; NaN while unknown
 */
record LiveLine(
        String stage,
        double stageSeconds,
        long step,
        long steps,
        long epoch,
        long epochs,
        double loss,
        OptionalDouble samplesPerSecond,
        OptionalDouble secondsLeft) {
    private static final int BAR_MAX = 30;
    private static final int BAR_MIN = 8;
    private static final int WORDS_ALONE = 36;

    /** Returns the line without a bar, whole. */
    String words() {
        return String.join("  ", parts());
    }

    /**
     * Returns the line in at most {@code columns} columns: with a bar as long as there is room, and with as many of the
     * figures as there is room for, the most important first.
     */
    String fitted(int columns, Paint paint) {
        List<String> parts = new ArrayList<>(parts());
        int forWords = columns < WORDS_ALONE ? columns : columns - BAR_MIN - 2;
        while (parts.size() > 1 && columnsOf(parts) > forWords) {
            parts.remove(leastImportant(parts));
        }
        String words = String.join("  ", parts);
        int room = Math.min(BAR_MAX, columns - words.length() - 2);
        if (room < BAR_MIN) {
            return words.substring(0, Math.min(words.length(), columns));
        }
        int full = (int) Math.floor(share() * room);
        return paint.bar("█".repeat(full)) + paint.quiet("░".repeat(room - full)) + "  " + words;
    }

    private static int columnsOf(List<String> parts) {
        return parts.stream().mapToInt(String::length).sum() + 2 * (parts.size() - 1);
    }

    /** The percentage goes last, before it the time left, the loss, the speed, the epoch, and first of all the step. */
    private static int leastImportant(List<String> parts) {
        for (String sign : List.of("step ", "epoch ", "samples/s", "loss ")) {
            for (int i = 1; i < parts.size(); i++) {
                if (parts.get(i).contains(sign)) {
                    return i;
                }
            }
        }
        return parts.size() - 1;
    }

    private List<String> parts() {
        var parts = new ArrayList<String>();
        parts.add(String.format(Locale.ROOT, "%3d %%", (int) Math.floor(share() * 100)));
        if (!stage.isEmpty()) {
            parts.add(stage + " " + (stageSeconds < 60 ? (long) stageSeconds + " s" : clock(stageSeconds)));
        }
        if (steps > 0) {
            parts.add("epoch " + Figures.count(epoch) + "/" + Figures.count(epochs));
            parts.add("step " + Figures.count(step) + "/" + Figures.count(steps));
        }
        if (stage.isEmpty()) {
            parts.add("loss " + Figures.number(loss));
            samplesPerSecond.ifPresent(rate -> parts.add(Figures.count(Math.round(rate)) + " samples/s"));
            secondsLeft.ifPresent(left -> parts.add(clock(left) + " left"));
        }
        return parts;
    }

    private double share() {
        return steps <= 0 ? 0 : Math.clamp((double) step / steps, 0, 1);
    }

    /** Returns {@code 0:19}, {@code 12:05}, {@code 3:07:00}, and from a day on {@code 3 d 04 h}. */
    static String clock(double seconds) {
        if (!Double.isFinite(seconds)) {
            return Figures.NONE;
        }
        long s = (long) Math.ceil(seconds);
        if (s >= 86_400) {
            return Figures.seconds(seconds);
        }
        return s < 3600
                ? String.format(Locale.ROOT, "%d:%02d", s / 60, s % 60)
                : String.format(Locale.ROOT, "%d:%02d:%02d", s / 3600, s / 60 % 60, s % 60);
    }
}
