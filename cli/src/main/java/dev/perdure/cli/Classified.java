package dev.perdure.cli;

import dev.perdure.model.Evaluation.Measure;
import dev.perdure.model.Evaluation.Scores;
import dev.perdure.model.Evaluation.Slice;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.OptionalDouble;
import java.util.SequencedMap;

/** What a classifier said of samples whose classes are known. */
final class Classified {
    private static final int BINS = 15;

    private final float[] chances;
    private final int[] classes;
    private final List<String> labels;
    private final int[] said;
    private final Confusion[] confusions;

    /** What was said of one class against all others. */
    private static final class Confusion {
        private long right;
        private long said;
        private long actual;

        OptionalDouble precision() {
            return said == 0 ? OptionalDouble.empty() : OptionalDouble.of((double) right / said);
        }

        OptionalDouble recall() {
            return actual == 0 ? OptionalDouble.empty() : OptionalDouble.of((double) right / actual);
        }

        OptionalDouble f1() {
            return said + actual == 0 ? OptionalDouble.empty() : OptionalDouble.of(2.0 * right / (said + actual));
        }
    }

    /**
     * @param chances row by row: for each sample a chance for each class; each row sums to 1
     * @param classes the right class of each sample
     */
    Classified(float[] chances, int[] classes, List<String> labels) {
        this.chances = chances;
        this.classes = classes;
        this.labels = labels;
        this.said = new int[classes.length];
        this.confusions = new Confusion[labels.size()];
        Arrays.setAll(confusions, _ -> new Confusion());
        for (int i = 0; i < classes.length; i++) {
            said[i] = likeliest(i);
            confusions[said[i]].said++;
            confusions[classes[i]].actual++;
            confusions[classes[i]].right += said[i] == classes[i] ? 1 : 0;
        }
    }

    /** Makes chances of what a model gives before the softmax, in place. */
    static void softmax(float[] outputs, int classes) {
        for (int from = 0; from < outputs.length; from += classes) {
            float greatest = Float.NEGATIVE_INFINITY;
            for (int i = from; i < from + classes; i++) {
                greatest = Math.max(greatest, outputs[i]);
            }
            double sum = 0;
            for (int i = from; i < from + classes; i++) {
                sum += Math.exp((double) outputs[i] - greatest);
            }
            for (int i = from; i < from + classes; i++) {
                outputs[i] = (float) (Math.exp((double) outputs[i] - greatest) / sum);
            }
        }
    }

    /**
     * Returns averages over the classes that occur, each counting the same, and the calibration error. A class of which
     * nothing was said has a precision of 0; AUROC is of classes that some samples have and some have not.
     */
    SequencedMap<Measure, Double> overall() {
        List<Integer> present = present();
        var values = new LinkedHashMap<Measure, Double>();
        values.put(
                Measure.PRECISION,
                mean(present, c -> OptionalDouble.of(confusions[c].precision().orElse(0))));
        values.put(Measure.RECALL, mean(present, c -> confusions[c].recall()));
        values.put(Measure.F1, mean(present, c -> confusions[c].f1()));
        if (present.size() > 1) {
            values.put(Measure.AUROC, mean(present, this::auroc));
        }
        values.put(Measure.CALIBRATION_ERROR, calibrationError());
        return values;
    }

    /** Returns the scores of each class that occurs: of that class against all others. */
    List<Slice> slices() {
        List<Slice> slices = new ArrayList<>();
        for (int c : present()) {
            Confusion confusion = confusions[c];
            var values = new LinkedHashMap<Measure, Double>();
            confusion.precision().ifPresent(value -> values.put(Measure.PRECISION, value));
            confusion.recall().ifPresent(value -> values.put(Measure.RECALL, value));
            confusion.f1().ifPresent(value -> values.put(Measure.F1, value));
            auroc(c).ifPresent(value -> values.put(Measure.AUROC, value));
            slices.add(new Slice("label " + labels.get(c), new Scores(confusion.actual, values)));
        }
        return slices;
    }

    private interface OfClass {
        OptionalDouble of(int c);
    }

    private static double mean(List<Integer> classes, OfClass measure) {
        return classes.stream()
                .map(measure::of)
                .flatMapToDouble(OptionalDouble::stream)
                .average()
                .orElse(0);
    }

    private List<Integer> present() {
        return Arrays.stream(classes).distinct().sorted().boxed().toList();
    }

    private int likeliest(int sample) {
        int from = sample * labels.size();
        int best = 0;
        for (int c = 1; c < labels.size(); c++) {
            best = chances[from + c] > chances[from + best] ? c : best;
        }
        return best;
    }

    /** The chance that one of the class is given a higher chance of it than one of the others; equal ones count half. */
    private OptionalDouble auroc(int c) {
        float[] inside = chances(c, true);
        float[] outside = chances(c, false);
        if (inside.length == 0 || outside.length == 0) {
            return OptionalDouble.empty();
        }
        Arrays.sort(outside);
        double above = 0;
        for (float chance : inside) {
            above += (below(outside, chance, false) + below(outside, chance, true)) / 2.0;
        }
        return OptionalDouble.of(above / ((double) inside.length * outside.length));
    }

    private float[] chances(int c, boolean ofClass) {
        float[] some = new float[classes.length];
        int count = 0;
        for (int i = 0; i < classes.length; i++) {
            if ((classes[i] == c) == ofClass) {
                some[count++] = chances[i * labels.size() + c];
            }
        }
        return Arrays.copyOf(some, count);
    }

    private static int below(float[] sorted, float value, boolean orEqual) {
        int low = 0;
        int high = sorted.length;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (sorted[middle] < value || (orEqual && sorted[middle] == value)) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }

    /** The mean distance between confidence and accuracy, over bins of confidence (Guo et al., ICML 2017). */
    private double calibrationError() {
        double[] confidence = new double[BINS];
        double[] right = new double[BINS];
        for (int i = 0; i < classes.length; i++) {
            double chance = chances[i * labels.size() + said[i]];
            int bin = Math.clamp((int) Math.ceil(chance * BINS) - 1, 0, BINS - 1);
            confidence[bin] += chance;
            right[bin] += said[i] == classes[i] ? 1 : 0;
        }
        double sum = 0;
        for (int bin = 0; bin < BINS; bin++) {
            sum += Math.abs(confidence[bin] - right[bin]);
        }
        return sum / classes.length;
    }
}
