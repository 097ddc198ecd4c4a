package dev.perdure.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Random;
import java.util.stream.IntStream;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

class QuantileSketchTest {
    @Test
    void ofFewNumbersEverythingIsExact() {
        QuantileSketch sketch = Samples.sketch(QuantileSketch.K);
        assertThat(sketch.count()).isEqualTo(QuantileSketch.K);
        assertThat(sketch.min()).isZero();
        assertThat(sketch.max()).isEqualTo(799);
        assertThat(sketch.rank(399)).isEqualTo(0.5);
        assertThat(sketch.rank(-1)).isZero();
        assertThat(sketch.rank(1e9)).isEqualTo(1);
        assertThat(sketch.quantile(0.5)).isEqualTo(399);
        assertThat(sketch.quantile(0)).isZero();
        assertThat(sketch.quantile(1)).isEqualTo(799);
    }

    /** The permutation decides in which order a million numbers come. Twice the error leaves no room for chance. */
    @Test
    void ofManyNumbersRanksAreRightToWithinTheErrorThatItStates() {
        int[] numbers = IntStream.range(0, 1_000_000).toArray();
        var random = new Random(7);
        for (int i = numbers.length - 1; i > 0; i--) {
            int j = random.nextInt(i + 1);
            int kept = numbers[i];
            numbers[i] = numbers[j];
            numbers[j] = kept;
        }
        var builder = new QuantileSketch.Builder();
        IntStream.of(numbers).forEach(builder::add);
        QuantileSketch sketch = builder.build();
        assertThat(sketch.rankError()).isLessThan(0.005);
        assertThat(sketch.bytes().length).isLessThan(32 << 10);
        for (double rank = 0.01; rank < 1; rank += 0.01) {
            assertThat(sketch.rank(rank * 1e6)).isCloseTo(rank, Offset.offset(2 * sketch.rankError()));
            assertThat(sketch.quantile(rank)).isCloseTo(rank * 1e6, Offset.offset(2e6 * sketch.rankError()));
        }
        assertThat(sketch.min()).isZero();
        assertThat(sketch.max()).isEqualTo(999_999);
    }

    @Test
    void itsBytesAreTheSketch() {
        QuantileSketch sketch = Samples.sketch(10_000);
        QuantileSketch again = QuantileSketch.ofBytes(sketch.bytes());
        assertThat(again).isEqualTo(sketch).hasSameHashCodeAs(sketch);
        assertThat(again.bytes()).isEqualTo(sketch.bytes());
        assertThat(again.quantile(0.9)).isEqualTo(sketch.quantile(0.9));
        assertThat(again).isNotEqualTo(Samples.sketch(9));
    }

    @Test
    void passesOverWhatHasNoRank() {
        var builder = new QuantileSketch.Builder()
                .add(Double.NaN)
                .add(Double.POSITIVE_INFINITY)
                .add(Double.NEGATIVE_INFINITY);
        assertThatThrownBy(builder::build).hasMessageContaining("no finite number");
        assertThat(builder.add(5).build().count()).isEqualTo(1);
    }
}
