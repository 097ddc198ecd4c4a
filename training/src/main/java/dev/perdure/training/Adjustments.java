package dev.perdure.training;

import dev.perdure.core.BadSettingException;
import dev.perdure.supervision.Adjustment;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Changes to a recipe, as text and as what they do: {@code skip-batch 7} leaves the batch of step 7 out, {@code lower-rate
 * 40 0.5} halves the learning rate from step 40 on. Several factors are multiplied.
 */
record Adjustments(List<Adjustment> all) {
    private static final Pattern SKIP = Pattern.compile("skip-batch ([1-9][0-9]{0,17})");
    private static final Pattern LOWER = Pattern.compile("lower-rate ([1-9][0-9]{0,17}) (0?\\.[0-9]{1,15})");

    Adjustments {
        all = List.copyOf(all);
    }

    static Adjustments none() {
        return new Adjustments(List.of());
    }

    /**
     * Reads what {@link #texts} wrote.
     *
     * @throws BadSettingException if one is no adjustment
     */
    static Adjustments parse(List<String> texts) {
        return new Adjustments(texts.stream().map(Adjustments::parse).toList());
    }

    private static Adjustment parse(String text) {
        Matcher skip = SKIP.matcher(text);
        if (skip.matches()) {
            return new Adjustment.SkipBatch(Long.parseLong(skip.group(1)));
        }
        Matcher lower = LOWER.matcher(text);
        if (lower.matches() && Double.parseDouble(lower.group(2)) > 0) {
            return new Adjustment.LowerRate(Long.parseLong(lower.group(1)), Double.parseDouble(lower.group(2)));
        }
        throw new BadSettingException(
                "adjustment: '%s' (expected: 'skip-batch STEP', or 'lower-rate STEP FACTOR' with a factor between 0 and 1)"
                        .formatted(text));
    }

    List<String> texts() {
        return all.stream().map(Adjustments::text).toList();
    }

    private static String text(Adjustment adjustment) {
        return switch (adjustment) {
            case Adjustment.SkipBatch skip -> "skip-batch " + skip.step();
            case Adjustment.LowerRate lower -> "lower-rate %d %s".formatted(lower.step(), lower.factor());
        };
    }

    Adjustments and(List<Adjustment> more) {
        var both = new ArrayList<>(all);
        both.addAll(more);
        return new Adjustments(both);
    }

    boolean skips(long step) {
        return all.contains(new Adjustment.SkipBatch(step));
    }

    /** Returns what the learning rate of a step is multiplied with. */
    double factorAt(long step) {
        double factor = 1;
        for (Adjustment adjustment : all) {
            if (adjustment instanceof Adjustment.LowerRate lower && step >= lower.step()) {
                factor *= lower.factor();
            }
        }
        return factor;
    }
}
