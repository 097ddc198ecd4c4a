package dev.perdure.reliability;

import org.apache.commons.statistics.distribution.BinomialDistribution;

/** What a simulation of a stated rate may show. */
final class Simulations {
    private static final double CHANCE = 1e-4;

    private Simulations() {}

    /** Returns the number that so many tries of this chance pass with a chance of one in ten thousand only. */
    static int mostByChance(int tries, double chance) {
        return BinomialDistribution.of(tries, chance).inverseSurvivalProbability(CHANCE);
    }
}
