package dev.perdure.reliability;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * How long it takes until training goes on after a failure: recorded, or assumed.
 *
 * @param assumed what was assumed, in words; empty when nothing was
 */
record RepairTimes(MeanEstimate detect, MeanEstimate recover, MeanEstimate both, Optional<String> assumed) {
    private static final double DETECT_ASSUMED = 1;
    private static final double RECOVER_ASSUMED = 10;

    static RepairTimes of(Experience experience) {
        Optional<MeanEstimate> detect = MeanEstimate.of(experience.detectSeconds());
        Optional<MeanEstimate> recover = MeanEstimate.of(experience.recoverSeconds());
        var assumed = new ArrayList<String>();
        if (detect.isEmpty()) {
            assumed.add(Words.seconds(DETECT_ASSUMED) + " to notice a failure");
        }
        if (recover.isEmpty()) {
            assumed.add(Words.seconds(RECOVER_ASSUMED) + " until training goes on");
        }
        MeanEstimate first = detect.orElse(new MeanEstimate(DETECT_ASSUMED, 0, 1));
        MeanEstimate then = recover.orElse(new MeanEstimate(RECOVER_ASSUMED, 0, 1));
        return new RepairTimes(
                first,
                then,
                sum(experience, first, then),
                assumed.isEmpty()
                        ? Optional.empty()
                        : Optional.of("Assumed, as nothing was recorded: " + String.join(", ", assumed) + "."));
    }

    /** Times of the same failures are added one by one, so that the sum's interval has their dependence in it. */
    private static MeanEstimate sum(Experience experience, MeanEstimate detect, MeanEstimate recover) {
        List<Double> detects = experience.detectSeconds();
        List<Double> recovers = experience.recoverSeconds();
        if (detects.size() != recovers.size() || detects.isEmpty()) {
            double deviation = detect.deviation() + recover.deviation();
            return new MeanEstimate(
                    detect.mean() + recover.mean(), deviation, Math.min(detect.count(), recover.count()));
        }
        var sums = new ArrayList<Double>();
        for (int i = 0; i < detects.size(); i++) {
            sums.add(detects.get(i) + recovers.get(i));
        }
        return MeanEstimate.of(sums).orElseThrow();
    }

    /** Returns the mean time until a lost one is replaced; that until training goes on when nothing else is known. */
    MeanEstimate replacing(Experience experience) {
        return MeanEstimate.of(experience.replaceSeconds()).orElse(both);
    }
}
