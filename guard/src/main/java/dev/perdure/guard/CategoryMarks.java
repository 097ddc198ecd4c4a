package dev.perdure.guard;

import dev.perdure.model.GuardProfile.Feature;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** Judges one category's marks: numbers of which the one that is there is 1 and the others 0. */
final class CategoryMarks {
    private static final int NONE = -1;
    private static final int NO_MARKS = -2;
    private static final float SLACK = 1e-4f;
    private static final int NAMED_MAX = 8;

    private final String feature;
    private final int place;

    /** What each mark is when it is off, and on. */
    private final float[] off;

    private final float[] on;
    private final boolean[] seen;
    private final int fill;
    private final Surprise none;
    private final String expected;
    private final GuardPolicy policy;

    private CategoryMarks(
            Feature.Categorical feature, List<String> categories, int place, Placement placement, GuardPolicy policy) {
        int count = Math.max(1, categories.size());
        this.feature = feature.name();
        this.place = place;
        this.off = new float[count];
        this.on = new float[count];
        this.seen = new boolean[count];
        this.none = feature.missingRate() > 0 ? Surprise.MISSING : Surprise.UNSEEN_CATEGORY;
        this.policy = policy;
        List<String> names = new ArrayList<>();
        int most = 0;
        long[] counts = new long[count];
        for (int i = 0; i < count; i++) {
            off[i] = (float) placement.taken(place + i, 0);
            on[i] = (float) placement.taken(place + i, 1);
            counts[i] = i < categories.size() ? feature.counts().getOrDefault(categories.get(i), 0L) : 0;
            seen[i] = counts[i] > 0;
            most = counts[i] > counts[most] ? i : most;
            if (seen[i]) {
                names.add("'" + categories.get(i) + "'");
            }
        }
        this.fill = feature.missingRate() > 0 ? NONE : most;
        this.expected = "one of " + names.stream().limit(NAMED_MAX).collect(Collectors.joining(", "))
                + (names.size() > NAMED_MAX ? ", … (%d)".formatted(names.size()) : "");
    }

    static CategoryMarks of(
            Feature.Categorical feature, List<String> categories, int place, Placement placement, GuardPolicy policy) {
        return new CategoryMarks(feature, categories, place, placement, policy);
    }

    void judge(float[] values, int sample, Findings findings) {
        int marked = marked(values);
        if (marked >= 0 && seen[marked]) {
            return;
        }
        Surprise surprise = switch (marked) {
            case NONE -> none;
            case NO_MARKS -> Surprise.NO_CATEGORY;
            default -> Surprise.UNSEEN_CATEGORY;
        };
        Action action = policy.action(feature, surprise);
        findings.add(feature, surprise, sample, marked >= 0 ? marked : Double.NaN, expected, action);
        if (action == Action.IMPUTE) {
            System.arraycopy(off, 0, values, place, off.length);
            if (fill != NONE) {
                values[place + fill] = on[fill];
            }
        }
    }

    private int marked(float[] values) {
        int marked = NONE;
        for (int i = 0; i < on.length; i++) {
            float value = values[place + i];
            if (Math.abs(value - on[i]) <= SLACK) {
                marked = marked == NONE ? i : NO_MARKS;
            } else if (!(Math.abs(value - off[i]) <= SLACK)) {
                return NO_MARKS;
            }
        }
        return marked;
    }
}
