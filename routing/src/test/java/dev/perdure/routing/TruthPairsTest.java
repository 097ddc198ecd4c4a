package dev.perdure.routing;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class TruthPairsTest {
    private static final int REPORTS = 3_000;

    /** How often what is asked is answered wrongly, by when it is asked. */
    private interface Hardness {
        double at(int report);
    }

    private static final Hardness STEADY = _ -> 0.3;
    /** What is asked is now easy, now hard. */
    private static final Hardness WAVES = report -> 0.05 + 0.5 * (1 + Math.sin(report / 40.0)) / 2;

    /** Returns the number of the first report by which each replica was found; {@link #REPORTS} if it never was. */
    private static int[] run(long seed, double alpha, Hardness hardness, double... odds) {
        var random = new SplittableRandom(seed);
        List<TruthPairs> replicas = new ArrayList<>();
        Arrays.stream(odds).forEach(_ -> replicas.add(TruthPairs.NONE));
        int[] found = new int[odds.length];
        Arrays.fill(found, REPORTS);
        for (int report = 0; report < REPORTS; report++) {
            int by = random.nextInt(odds.length);
            double hard = hardness.at(report);
            double wrong = odds[by] * hard / (1 - hard + odds[by] * hard);
            boolean isRight = random.nextDouble() >= wrong;
            for (int i = 0; i < odds.length; i++) {
                TruthPairs next = i == by
                        ? replicas.get(i).ofOwn(isRight)
                        : replicas.get(i).ofOther(isRight);
                replicas.set(i, next);
                if (found[i] == REPORTS && next.found(alpha).isPresent()) {
                    found[i] = report;
                }
            }
        }
        return found;
    }

    private static int falselyFound(int runs, Hardness hardness, int of, double... odds) {
        int falsely = 0;
        for (long seed = 0; seed < runs; seed++) {
            falsely += run(seed, 0.05, hardness, odds)[of] < REPORTS ? 1 : 0;
        }
        return falsely;
    }

    @Test
    void aReplicaLikeTheOthersIsFoundNoMoreOftenThanStated() {
        assertThat(falselyFound(1_000, STEADY, 0, 1, 1, 1)).as("of 1000").isLessThanOrEqualTo(50);
        assertThat(falselyFound(1_000, WAVES, 0, 1, 1)).as("of 1000").isLessThanOrEqualTo(50);
    }

    /** The stated rate holds at the limit too. */
    @Test
    void aReplicaAtTheLimitIsFoundNoMoreOftenThanStated() {
        assertThat(falselyFound(1_000, STEADY, 0, TruthPairs.ODDS_MAX, 1, 1))
                .as("of 1000")
                .isLessThanOrEqualTo(50);
        assertThat(falselyFound(1_000, WAVES, 0, TruthPairs.ODDS_MAX, 1))
                .as("of 1000")
                .isLessThanOrEqualTo(50);
    }

    /** One answer in ten of others is wrong, and half of its own are: nine times the odds. */
    @Test
    void aReplicaThatIsWrongInHalfOfCasesIsFoundWithinTwoHundredAnswersInNineteenOfTwentyAndNobodyElseEverIs() {
        int inTime = 0;
        for (long seed = 0; seed < 200; seed++) {
            int[] found = run(seed, TruthPairs.ALPHA, _ -> 0.1, 9, 1, 1);
            inTime += found[0] < 3 * 200 ? 1 : 0;
            assertThat(found[1]).as("seed %d", seed).isEqualTo(REPORTS);
            assertThat(found[2]).as("seed %d", seed).isEqualTo(REPORTS);
        }
        assertThat(inTime).as("of 200").isGreaterThanOrEqualTo(190);
    }

    @Test
    void aReplicaThatIsTwiceAsOftenWrongIsFoundInTheEnd() {
        int found = 0;
        for (long seed = 0; seed < 200; seed++) {
            found += run(seed, TruthPairs.ALPHA, _ -> 0.2, 3, 1)[0] < REPORTS ? 1 : 0;
        }
        assertThat(found).as("of 200").isGreaterThanOrEqualTo(190);
    }

    @Test
    void withoutOthersNothingIsEverFound() {
        assertThat(run(1, 0.5, _ -> 0.99, 1)).containsExactly(REPORTS);
    }
}
