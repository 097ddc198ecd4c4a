package dev.perdure.guard;

import dev.perdure.core.TensorData;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Collects what is found in one request. */
final class Findings {
    private record Key(String feature, Surprise surprise) {}

    private record Tally(Finding first, int samples, int last) {}

    private final Map<Key, Tally> tallies = new LinkedHashMap<>();
    private final BitSet rejected = new BitSet();
    private int more;
    private boolean changed;

    /** Notes a value; of several in one sample the first counts. */
    void add(String feature, Surprise surprise, int sample, double value, String expected, Action action) {
        if (action == Action.REJECT) {
            rejected.set(sample);
        }
        changed |= action == Action.CLIP || action == Action.IMPUTE;
        var key = new Key(feature, surprise);
        Tally tally = tallies.get(key);
        if (tally != null && tally.last() != sample) {
            tallies.put(key, new Tally(tally.first(), tally.samples() + 1, sample));
        } else if (tally == null && tallies.size() < InputGuard.FINDINGS_MAX) {
            tallies.put(key, new Tally(new Finding(feature, surprise, 1, sample, value, expected, action), 1, sample));
        } else if (tally == null) {
            more++;
        }
    }

    boolean changed() {
        return changed;
    }

    Judgement judgement(TensorData input) {
        List<Finding> findings = new ArrayList<>(tallies.size());
        for (Tally tally : tallies.values()) {
            Finding first = tally.first();
            findings.add(new Finding(
                    first.feature(),
                    first.surprise(),
                    tally.samples(),
                    first.sample(),
                    first.value(),
                    first.expected(),
                    first.action()));
        }
        return new Judgement(input, changed, findings, more, rejected);
    }
}
