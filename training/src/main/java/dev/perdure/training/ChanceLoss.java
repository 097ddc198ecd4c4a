package dev.perdure.training;

import dev.perdure.data.DataReport;
import dev.perdure.data.Part;
import dev.perdure.engine.Loss;
import java.util.Map;

/** The loss of the best model that looks at no input: what a network that learns nothing cannot be below. */
final class ChanceLoss {
    private ChanceLoss() {}

    /**
     * Returns it for a classification: the entropy of the smoothed shares of the classes among the training samples, in nats.
     *
     * @return NaN where there are no classes
     */
    static double of(Loss loss, DataReport data) {
        return switch (loss) {
            case Loss.CrossEntropy(double smoothing) -> entropy(smoothing, data);
            case Loss.MeanSquaredError _, Loss.BinaryCrossEntropy _ -> Double.NaN;
        };
    }

    private static double entropy(double smoothing, DataReport data) {
        double all =
                data.classes().values().stream().mapToInt(ChanceLoss::train).sum();
        if (all == 0) {
            return Double.NaN;
        }
        double entropy = 0;
        for (Map<Part, Integer> counts : data.classes().values()) {
            double share = (1 - smoothing) * train(counts) / all
                    + smoothing / data.classes().size();
            entropy -= share == 0 ? 0 : share * Math.log(share);
        }
        return entropy;
    }

    private static int train(Map<Part, Integer> counts) {
        return counts.getOrDefault(Part.TRAIN, 0);
    }
}
