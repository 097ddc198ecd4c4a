package dev.perdure.reliability;

/**
 * The loss and gradient norm of each step: not finite, jumped, or staying far above what they were.
 *
 * <ul>
 *   <li>Not finite: at once, from the first step on. Never a false alarm.
 *   <li>Spike: above the robust bound of the newest losses, after a warm-up.
 *   <li>Diverging: so many losses in a row above the bound that held before the first of them.
 * </ul>
 *
 * <p>The loss is judged on the logarithmic scale when it is never negative, since losses of small batches are skewed; a loss
 * that falls fast only makes the bound wider. False alarms: at most {@code alpha} a step for the spike while the losses'
 * logarithms are independent and normal or lighter-tailed; divergence is rarer still.
 *
 * @param spikes the detector of spikes
 * @param divergesAfter how many losses above in a row are divergence, >= 2
 * @param level the bound that held before the first of the losses above, if any is
 * @param above how many in a row
 */
public record LossWatch(OutlierWatch spikes, int divergesAfter, double level, int above) {
    public LossWatch {
        Checks.atLeast("divergesAfter", divergesAfter, 2);
    }

    /**
     * Returns a detector for losses.
     *
     * @param alpha chance of a false spike for each step
     * @param scale LOG for losses that are never negative, else LINEAR
     */
    public static LossWatch of(double alpha, OutlierWatch.Scale scale, int warmUp, int divergesAfter) {
        double deviationMin = scale == OutlierWatch.Scale.LOG ? 0.02 : 0;
        var options = new OutlierWatch.Options(
                EvidenceKind.LOSS_SPIKE, "loss", scale, alpha, 1, warmUp, Math.max(warmUp, 64), deviationMin);
        return new LossWatch(OutlierWatch.of(options), divergesAfter, Double.POSITIVE_INFINITY, 0);
    }

    /** Returns the usual detector: one false spike in a million steps, a warm-up of 32, divergence after 16. */
    public static LossWatch usual() {
        return of(1e-6, OutlierWatch.Scale.LOG, 32, 16);
    }

    /**
     * Takes a step's loss and gradient norm, whatever they are.
     *
     * @param gradientNorm pass 0 where it was not computed
     */
    public Observed<LossWatch> after(double loss, double gradientNorm) {
        if (!Double.isFinite(loss) || !Double.isFinite(gradientNorm)) {
            String words = "loss %s, gradient norm %s (expected: finite)".formatted(loss, gradientNorm);
            return new Observed<>(this, new Verdict.Alarm(new Evidence(EvidenceKind.NOT_FINITE, loss, 0, words)));
        }
        Observed<OutlierWatch> spike = spikes.after(loss);
        double bound = above > 0 ? level : boundOf(spike.verdict());
        int inARow = loss > bound ? above + 1 : 0;
        var next = new LossWatch(spike.state(), divergesAfter, inARow > 0 ? bound : Double.POSITIVE_INFINITY, inARow);
        return new Observed<>(next, inARow >= divergesAfter ? diverging(loss, bound, inARow) : spike.verdict());
    }

    private static double boundOf(Verdict verdict) {
        return verdict instanceof Verdict.Alarm alarm ? alarm.evidence().threshold() : Double.POSITIVE_INFINITY;
    }

    private static Verdict diverging(double loss, double bound, int inARow) {
        String words = "loss %s, above %s for %s steps".formatted(Words.number(loss), Words.number(bound), inARow);
        return new Verdict.Alarm(new Evidence(EvidenceKind.LOSS_DIVERGING, loss, bound, words));
    }

    /** Returns the chance of a false spike for each step. */
    public FalseAlarms falseAlarms() {
        return spikes.falseAlarms();
    }
}
