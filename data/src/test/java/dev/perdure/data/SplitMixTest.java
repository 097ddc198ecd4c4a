package dev.perdure.data;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class SplitMixTest {

    /** The values that other implementations of SplitMix64 give for this seed. */
    @Test
    void isSplitMix64() {
        var random = new SplitMix(1234567);
        assertThat(Long.toUnsignedString(random.next())).isEqualTo("6457827717110365317");
        assertThat(Long.toUnsignedString(random.next())).isEqualTo("3203168211198807973");
        assertThat(Long.toUnsignedString(random.next())).isEqualTo("9817491932198370423");
        assertThat(Long.toUnsignedString(random.next())).isEqualTo("4593380528125082431");
        assertThat(Long.toUnsignedString(random.next())).isEqualTo("16408922859458223821");
    }

    @Test
    void staysBelowTheBoundAndReachesAllOfIt() {
        for (int bound : new int[] {1, 2, 3, 7, 100}) {
            var random = new SplitMix(bound);
            boolean[] seen = new boolean[bound];
            for (int i = 0; i < 100 * bound; i++) {
                seen[random.below(bound)] = true;
            }
            assertThat(seen).as("bound %d", bound).doesNotContain(false);
        }
        var random = new SplitMix(1);
        for (int i = 0; i < 10_000; i++) {
            assertThat(random.below(Integer.MAX_VALUE)).isNotNegative();
        }
    }

    @Test
    void drawsNormalNumbers() {
        var random = new SplitMix(3);
        int count = 200_000;
        double sum = 0;
        double squares = 0;
        int beyondTwo = 0;
        for (int i = 0; i < count; i++) {
            double value = random.gaussian();
            sum += value;
            squares += value * value;
            beyondTwo += Math.abs(value) > 2 ? 1 : 0;
        }
        assertThat(sum / count).isBetween(-0.01, 0.01);
        assertThat(squares / count).isBetween(0.98, 1.02);
        assertThat(beyondTwo / (double) count).isBetween(0.043, 0.048);
    }
}
