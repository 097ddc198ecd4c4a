package dev.perdure.reliability;

/**
 * Looking again and again with one chance of a false alarm for all the looks together: each look spends a part of it, and
 * the parts sum to no more than the whole, so by Bonferroni's inequality the chance that any look raises a false alarm is at
 * most {@code alpha}, however many there are and however they depend on each other. (Lan, DeMets: Discrete sequential
 * boundaries for clinical trials, Biometrika 70(3), 1983, spend a known number of looks more thriftily.)
 *
 * @param alpha the chance of any false alarm in all looks together
 */
public record AlphaSpending(double alpha) {
    private static final double SUM_OF_INVERSE_SQUARES = Math.PI * Math.PI / 6;

    public AlphaSpending {
        Checks.share("alpha", alpha, false);
    }

    /** Returns the level of the n-th look of endlessly many, n counting from 1: {@code alpha 6 / (π n)²}. */
    public double levelOf(long look) {
        double n = Checks.atLeast("look", look, 1);
        return alpha / (SUM_OF_INVERSE_SQUARES * n * n);
    }

    /** Returns the level of each of a known number of looks: equal parts. */
    public double levelOfEach(int looks) {
        return alpha / Checks.atLeast("looks", looks, 1);
    }
}
