package dev.perdure.data;

import dev.perdure.core.Seeds;
import dev.perdure.data.DataSettings.Fold;
import dev.perdure.data.DataSettings.Split;
import java.util.stream.IntStream;

/** Which sample belongs to which part. */
final class Parts {
    private Parts() {}

    /**
     * Divides samples by chance that depends on the arguments alone. The held-out parts get their shares of all samples,
     * rounded, and of each stratum (class) within one sample of it; a stratum's last sample always trains. A fold takes the
     * place of the validation part, and leaves the test part as it would be without.
     *
     * @param strata for each sample its stratum
     * @param testFrom samples from here on are the test part already
     */
    static Part[] divide(int[] strata, int testFrom, Split split, long seed) {
        var parts = new Part[strata.length];
        java.util.Arrays.fill(parts, testFrom, strata.length, Part.TEST);
        int[][] members = members(strata, testFrom);
        var validation = new Quota(split.validation());
        var test = new Quota(split.test());
        for (int stratum = 0; stratum < members.length; stratum++) {
            int[] order = members[stratum];
            SampleOrder.shuffle(order, new SplitMix(Seeds.derive(seed, Seeds.Purpose.SPLIT, stratum)));
            int spare = Math.max(0, order.length - 1);
            int validations = validation.of(order.length, spare);
            int tests = test.of(order.length, spare - validations);
            for (int i = 0; i < order.length; i++) {
                parts[order[i]] = i < validations ? Part.VALIDATION : i < validations + tests ? Part.TEST : Part.TRAIN;
            }
        }
        split.fold().ifPresent(fold -> takeFold(parts, strata, fold, seed));
        return parts;
    }

    /**
     * Lets one fold of all that is not test validate, and the others train. Sizes of folds differ by one sample at most, and
     * so do each stratum's shares of them: samples are dealt out in turn, one stratum after the other.
     */
    private static void takeFold(Part[] parts, int[] strata, Fold fold, long seed) {
        int[] rest = IntStream.range(0, parts.length)
                .filter(i -> parts[i] != Part.TEST)
                .toArray();
        int[] strataOfRest = IntStream.of(rest).map(i -> strata[i]).toArray();
        int dealt = 0;
        int[][] members = members(strataOfRest, rest.length);
        for (int stratum = 0; stratum < members.length; stratum++) {
            int[] order = members[stratum];
            SampleOrder.shuffle(order, new SplitMix(Seeds.derive(seed, Seeds.Purpose.FOLD, stratum)));
            for (int i : order) {
                parts[rest[i]] = dealt++ % fold.of() == fold.number() - 1 ? Part.VALIDATION : Part.TRAIN;
            }
        }
    }

    /** Returns the samples of a part, ascending. */
    static int[] of(Part[] parts, Part part) {
        return IntStream.range(0, parts.length).filter(i -> parts[i] == part).toArray();
    }

    private static int[][] members(int[] strata, int testFrom) {
        int count = IntStream.of(strata).max().orElse(-1) + 1;
        int[] sizes = new int[count];
        for (int i = 0; i < testFrom; i++) {
            sizes[strata[i]]++;
        }
        int[][] members = new int[count][];
        for (int s = 0; s < count; s++) {
            members[s] = new int[sizes[s]];
        }
        for (int i = testFrom - 1; i >= 0; i--) {
            members[strata[i]][--sizes[strata[i]]] = i;
        }
        return members;
    }

    /** A share of what comes stratum by stratum; what rounding holds back in one stratum is made up in the next. */
    private static final class Quota {
        private final double share;
        private long seen;
        private long given;

        Quota(double share) {
            this.share = share;
        }

        int of(int count, int most) {
            seen += count;
            long due = (long) Math.floor(seen * share + 0.5) - given;
            int take = Math.clamp(due, 0, most);
            given += take;
            return take;
        }
    }
}
