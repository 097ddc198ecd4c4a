package dev.perdure.training;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class TreeSumTest {

    @Test
    void sumsAlongTheTreeThatSplitsAtTheLargestPowerOfTwo() {
        for (int leaves = 1; leaves <= 70; leaves++) {
            var sum = new TreeSum<String>((a, b) -> "(" + a + b + ")");
            for (int leaf = 0; leaf < leaves; leaf++) {
                sum.add(Optional.of(leaf + "."));
            }
            assertThat(sum.finish()).as("%d leaves", leaves).contains(recursive(0, leaves));
        }
    }

    /** The definition, written the other way round: from the root down. */
    private static String recursive(int from, int to) {
        int size = to - from;
        if (size == 1) {
            return from + ".";
        }
        int left = Integer.highestOneBit(size - 1);
        return "(" + recursive(from, from + left) + recursive(from + left, to) + ")";
    }

    @Test
    void anAlignedRangeCanBeSummedByWhoeverHoldsIt() {
        for (int seed = 0; seed < 200; seed++) {
            var random = new Random(seed);
            int leaves = 1 + random.nextInt(32);
            List<Float> values = IntStream.range(0, leaves)
                    .mapToObj(_ -> (float) random.nextGaussian())
                    .toList();
            int size = 1 << random.nextInt(4);
            float whole = sum(values).orElseThrow();
            // Each worker sums its aligned ranges; the rest is summed over these, as further leaves of a smaller tree.
            var parts = new ArrayList<Float>();
            for (int from = 0; from < leaves; from += size) {
                parts.add(
                        sum(values.subList(from, Math.min(leaves, from + size))).orElseThrow());
            }
            assertThat(sum(parts).orElseThrow()).as("seed %d", seed).isEqualTo(whole);
        }
    }

    @Test
    void anAbsentLeafChangesNothingAndKeepsItsPlace() {
        var sum = new TreeSum<String>((a, b) -> "(" + a + b + ")");
        sum.add(Optional.of("0"));
        sum.add(Optional.empty());
        sum.add(Optional.of("2"));
        sum.add(Optional.of("3"));
        assertThat(sum.finish()).contains("(0(23))");
        assertThat(sum.finish()).isEmpty();
    }

    @Test
    void theOrderOfSummationMattersAtAll() {
        // Otherwise the tests above could not fail.
        List<Float> values = List.of(1e8f, 1f, -1e8f, 1f);
        float sequential = ((1e8f + 1f) + -1e8f) + 1f;
        assertThat(sum(values).orElseThrow()).isNotEqualTo(sequential);
    }

    private static Optional<Float> sum(List<Float> values) {
        var sum = new TreeSum<Float>(Float::sum);
        values.forEach(value -> sum.add(Optional.of(value)));
        return sum.finish();
    }
}
