package dev.perdure.reliability;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.Random;
import java.util.stream.DoubleStream;
import org.junit.jupiter.api.Test;

class MeanEstimateTest {

    /** Five values of mean 3, whose t quantile for 4 degrees of freedom is 2.776445. */
    @Test
    void agreesWithTheTables() {
        MeanEstimate estimate =
                MeanEstimate.of(List.of(1.0, 2.0, 3.0, 4.0, 5.0)).orElseThrow();
        assertThat(estimate.mean()).isEqualTo(3);
        assertThat(estimate.deviation()).isCloseTo(Math.sqrt(2.5), within(1e-12));
        double half = 2.776445 * Math.sqrt(2.5 / 5);
        Interval interval = estimate.interval(0.95).orElseThrow();
        assertThat(interval.low()).isCloseTo(3 - half, within(1e-5));
        assertThat(interval.high()).isCloseTo(3 + half, within(1e-5));
    }

    @Test
    void coversTheMeanAsOftenAsItSays() {
        var random = new Random(5);
        int runs = 4000;
        int covered = 0;
        for (int run = 0; run < runs; run++) {
            List<Double> values = DoubleStream.generate(() -> 7 + 2 * random.nextGaussian())
                    .limit(5)
                    .boxed()
                    .toList();
            Interval interval =
                    MeanEstimate.of(values).orElseThrow().interval(0.9).orElseThrow();
            covered += interval.contains(7) ? 1 : 0;
        }
        assertThat(covered / (double) runs).isBetween(0.885, 0.915);
    }

    @Test
    void refusesWhatIsNoNumber() {
        assertThatThrownBy(() -> MeanEstimate.of(List.of(Double.NaN))).isInstanceOf(IllegalArgumentException.class);
    }
}
