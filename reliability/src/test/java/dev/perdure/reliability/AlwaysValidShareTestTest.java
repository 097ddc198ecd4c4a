package dev.perdure.reliability;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import org.junit.jupiter.api.Test;

class AlwaysValidShareTestTest {
    private static final double ALPHA = 0.05;

    /** Looks after every case, with the chance just at the limit, which itself changes from case to case. */
    @Test
    void alarmsNoMoreOftenThanStatedHoweverOftenOneLooks() {
        int runs = 4_000;
        int alarms = 0;
        for (int run = 0; run < runs; run++) {
            var random = new Random(run);
            var test = AlwaysValidShareTest.begin();
            for (int i = 0; i < 500; i++) {
                double limit = i < 250 ? 0.05 : 0.5;
                test = test.after(random.nextDouble() < limit, limit);
            }
            alarms += test.rejectsAt(ALPHA) ? 1 : 0;
        }
        assertThat(alarms)
                .isLessThanOrEqualTo(Simulations.mostByChance(runs, ALPHA))
                .isGreaterThan(runs / 200);
    }

    @Test
    void findsAShareThatIsTooLarge() {
        int found = 0;
        long cases = 0;
        int runs = 500;
        for (int run = 0; run < runs; run++) {
            var random = new Random(run);
            var test = AlwaysValidShareTest.begin();
            for (int i = 0; i < 300 && !test.rejectsAt(0.001); i++) {
                test = test.after(random.nextDouble() < 0.2, 0.02);
            }
            found += test.rejectsAt(0.001) ? 1 : 0;
            cases += test.cases();
        }
        assertThat(found).isGreaterThan(495);
        assertThat(cases / runs).isLessThan(60);
    }

    @Test
    void thePValueNeverRisesAndIsThatOfTheDefinition() {
        var test = AlwaysValidShareTest.begin();
        double ratio = 0;
        for (double odds : new double[] {1.5, 2, 4, 8, 16, 64}) {
            double q = 0.9 + 0.1 * odds;
            ratio += Math.pow(odds, 3) / Math.pow(q, 3) / 6;
        }
        for (int i = 0; i < 3; i++) {
            test = test.after(true, 0.1);
        }
        assertThat(test.pValue()).isCloseTo(1 / ratio, within(1e-12));
        assertThat(test.after(false, 0.1).pValue()).isEqualTo(test.pValue());
        assertThat(test.happened()).isEqualTo(3);
    }

    @Test
    void aLimitThatIsNoShareIsRefused() {
        assertThatThrownBy(() -> AlwaysValidShareTest.begin().after(true, 1)).hasMessageContaining("limit: 1.0");
        assertThatThrownBy(() -> AlwaysValidShareTest.begin().after(true, Double.NaN))
                .hasMessageContaining("NaN");
    }
}
