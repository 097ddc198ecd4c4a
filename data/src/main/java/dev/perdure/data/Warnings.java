package dev.perdure.data;

import dev.perdure.data.DataSettings.Split;
import dev.perdure.data.Duplicates.Leak;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SequencedMap;
import java.util.stream.Collectors;

/** What a person should look at before trusting a model trained on the data, as sentences. */
final class Warnings {
    /** The most common class may have this many times the training samples of the rarest. */
    static final double IMBALANCE_MAX = 10;

    static final int CLASS_SAMPLES_MIN = 10;
    static final int TRAIN_SAMPLES_MIN = 50;
    static final int HELD_OUT_SAMPLES_MIN = 10;
    private static final int EXAMPLES = 3;

    private Warnings() {}

    static List<String> ofCounts(
            Map<Part, Integer> samples, SequencedMap<String, Map<Part, Integer>> classes, Split split) {
        var warnings = new ArrayList<String>();
        tooFew(warnings, Part.TRAIN, samples, TRAIN_SAMPLES_MIN);
        if (split.validation() > 0 || split.fold().isPresent()) {
            tooFew(warnings, Part.VALIDATION, samples, HELD_OUT_SAMPLES_MIN);
        }
        if (split.test() > 0) {
            tooFew(warnings, Part.TEST, samples, HELD_OUT_SAMPLES_MIN);
        }
        rareClasses(warnings, classes);
        imbalance(warnings, classes);
        split.fold().ifPresent(fold -> fewerThanFolds(warnings, classes, fold.of()));
        return warnings;
    }

    private static void tooFew(List<String> warnings, Part part, Map<Part, Integer> samples, int min) {
        int count = samples.getOrDefault(part, 0);
        if (count < min) {
            warnings.add("the %s part has %d samples (advisable: at least %d). Try: %s."
                    .formatted(name(part), count, min, instead(part)));
        }
    }

    private static String instead(Part part) {
        return switch (part) {
            case TRAIN -> "more data, augmentation, a smaller network";
            case VALIDATION -> "more data, or 'train --folds 5', where every sample validates once";
            case TEST -> "more data";
        };
    }

    private static void rareClasses(List<String> warnings, SequencedMap<String, Map<Part, Integer>> classes) {
        String rare = classes.entrySet().stream()
                .filter(entry -> train(entry) < CLASS_SAMPLES_MIN)
                .map(entry -> "'%s' (%d)".formatted(entry.getKey(), train(entry)))
                .collect(Collectors.joining(", "));
        if (!rare.isEmpty()) {
            warnings.add(
                    "too few training samples of class %s (advisable: at least %d of each). Try: more of them, or fewer classes."
                            .formatted(rare, CLASS_SAMPLES_MIN));
        }
    }

    private static void fewerThanFolds(
            List<String> warnings, SequencedMap<String, Map<Part, Integer>> classes, int folds) {
        String rare = classes.entrySet().stream()
                .filter(entry -> train(entry) + entry.getValue().getOrDefault(Part.VALIDATION, 0) < folds)
                .map(entry -> "'%s'".formatted(entry.getKey()))
                .collect(Collectors.joining(", "));
        if (!rare.isEmpty()) {
            warnings.add("fewer samples than the %d folds of class %s: some folds have none of it to validate with."
                    .formatted(folds, rare));
        }
    }

    private static void imbalance(List<String> warnings, SequencedMap<String, Map<Part, Integer>> classes) {
        Comparator<Map.Entry<String, Map<Part, Integer>>> bySize = Comparator.comparingInt(Warnings::train);
        classes.entrySet().stream()
                .filter(entry -> train(entry) > 0)
                .min(bySize)
                .ifPresent(rarest -> {
                    var commonest = classes.entrySet().stream().max(bySize).orElseThrow();
                    double ratio = (double) train(commonest) / train(rarest);
                    if (ratio > IMBALANCE_MAX) {
                        warnings.add(String.format(
                                Locale.ROOT,
                                "class imbalance: '%s' has %.1f times the training samples of '%s' (%d and %d; advisable: at most %.0f"
                                        + " times). Accuracy alone will flatter the model. Try: more samples of '%s', and judge by loss and by class.",
                                commonest.getKey(),
                                ratio,
                                rarest.getKey(),
                                train(commonest),
                                train(rarest),
                                IMBALANCE_MAX,
                                rarest.getKey()));
                    }
                });
    }

    static List<String> ofLeaks(List<Leak> leaks) {
        var warnings = new ArrayList<String>();
        for (Part part : List.of(Part.VALIDATION, Part.TEST)) {
            List<Leak> found =
                    leaks.stream().filter(leak -> leak.part() == part).toList();
            if (!found.isEmpty()) {
                String examples = found.stream()
                        .limit(EXAMPLES)
                        .map(leak -> "%d = %d".formatted(leak.held(), leak.train()))
                        .collect(Collectors.joining(", "));
                warnings.add(
                        "leakage: %d samples of the %s part are in the training part, too (sample %s%s). Its figures will flatter the model."
                                .formatted(found.size(), name(part), examples, found.size() > EXAMPLES ? ", …" : ""));
            }
        }
        return warnings;
    }

    private static int train(Map.Entry<String, Map<Part, Integer>> entry) {
        return entry.getValue().getOrDefault(Part.TRAIN, 0);
    }

    private static String name(Part part) {
        return switch (part) {
            case TRAIN -> "training";
            case VALIDATION -> "validation";
            case TEST -> "test";
        };
    }
}
