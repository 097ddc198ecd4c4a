package dev.perdure.reliability;

/**
 * What a training that saves, fails and recovers makes of its time. It runs in segments: work, a check of what was computed
 * (if there is one), a save. Crashes come at any moment at a constant rate; they are detected after a while, the last
 * checkpoint is restored (crashes may come then too), and the segment begins again. Silent errors come during work; the
 * check finds them, and the segment begins again.
 *
 * <p>With exponential failures the expected time of a segment has a closed form (Daly, 2006, for crashes; Benoit, Cavelan,
 * Robert, Sun: Assessing general-purpose algorithms to cope with fail-stop and silent errors, ACM TOPC 3(2), 2016, with
 * silent ones), whose minimum over the work is found numerically.
 *
 * @param crashesPerSecond >= 0
 * @param silentPerSecond silent errors, >= 0; they need a check to be found: without one, {@code checkSeconds} 0 stands for a
 *     check that costs nothing
 * @param saveSeconds what a save costs the training, >= 0
 * @param checkSeconds what the check before a save costs, >= 0
 * @param detectSeconds from a crash to its detection, >= 0
 * @param recoverSeconds from detection until work goes on, >= 0
 */
public record SegmentModel(
        double crashesPerSecond,
        double silentPerSecond,
        double saveSeconds,
        double checkSeconds,
        double detectSeconds,
        double recoverSeconds) {
    private static final double GOLDEN = (Math.sqrt(5) - 1) / 2;
    private static final int NARROWINGS = 80;

    public SegmentModel {
        Checks.notNegative("crashesPerSecond", crashesPerSecond);
        Checks.notNegative("silentPerSecond", silentPerSecond);
        Checks.notNegative("saveSeconds", saveSeconds);
        Checks.notNegative("checkSeconds", checkSeconds);
        Checks.notNegative("detectSeconds", detectSeconds);
        Checks.notNegative("recoverSeconds", recoverSeconds);
    }

    /** Returns a model of crashes alone. */
    public static SegmentModel ofCrashes(
            double crashesPerSecond, double saveSeconds, double detectSeconds, double recoverSeconds) {
        return new SegmentModel(crashesPerSecond, 0, saveSeconds, 0, detectSeconds, recoverSeconds);
    }

    /**
     * Returns how long a segment takes on average until its save is done.
     *
     * @param work seconds of work in it, > 0
     * @return seconds, infinite where it never ends
     */
    public double expectedSeconds(double work) {
        Checks.positive("work", work);
        double beforeSave = work + checkSeconds;
        double untilChecked = survives(beforeSave);
        double clean = Math.exp(-silentPerSecond * work);
        double saved = survives(saveSeconds);
        double spent = attempt(beforeSave) + untilChecked * ((1 - clean) * recovery() + clean * attempt(saveSeconds));
        return spent / (untilChecked * clean * saved);
    }

    /** Returns the share of time that is work which lasts, 0 to 1: what the ledger should show. */
    public double usefulShare(double work) {
        double useful = work / expectedSeconds(work);
        return Double.isNaN(useful) ? 0 : useful;
    }

    /** Returns what a crash costs at this interval on average: work redone, detection, recovery, in seconds. */
    public double secondsLostPerCrash(double work) {
        return (work + checkSeconds + saveSeconds) / 2 + detectSeconds + recovery();
    }

    /**
     * Returns the work between saves that gives the largest useful share, in seconds: infinite when nothing ever fails, 0
     * when saves and checks cost nothing.
     */
    public double bestWork() {
        double rate = crashesPerSecond + silentPerSecond;
        double cost = saveSeconds + checkSeconds;
        if (rate == 0 || cost == 0) {
            return rate == 0 ? Double.POSITIVE_INFINITY : 0;
        }
        if (usefulShare(1 / rate) == 0) { // saves so slow that nothing gets done: Daly's limit
            return 1 / rate;
        }
        double first = Math.sqrt(cost / (silentPerSecond + crashesPerSecond / 2));
        return minimum(Math.log(Math.min(first, 1 / rate)) - 12, Math.log(Math.min(first * 100, 100 / rate)));
    }

    /** Golden-section search over the logarithm; the loss per work falls, then rises. */
    private double minimum(double low, double high) {
        for (int i = 0; i < NARROWINGS; i++) {
            double left = high - GOLDEN * (high - low);
            double right = low + GOLDEN * (high - low);
            if (usefulShare(Math.exp(left)) > usefulShare(Math.exp(right))) {
                high = right;
            } else {
                low = left;
            }
        }
        return Math.exp((low + high) / 2);
    }

    /** Returns the mean time spent on a stretch once tried: until its end or a crash, the crash's handling included. */
    private double attempt(double stretch) {
        if (crashesPerSecond == 0) {
            return stretch;
        }
        double crash = -Math.expm1(-crashesPerSecond * stretch);
        return crash * (1 / crashesPerSecond + detectSeconds + recovery());
    }

    /** Returns the mean time of a recovery, which is tried until no crash comes into it. */
    private double recovery() {
        if (crashesPerSecond == 0) {
            return recoverSeconds;
        }
        return Math.expm1(crashesPerSecond * recoverSeconds) * (1 / crashesPerSecond + detectSeconds);
    }

    private double survives(double stretch) {
        return Math.exp(-crashesPerSecond * stretch);
    }
}
