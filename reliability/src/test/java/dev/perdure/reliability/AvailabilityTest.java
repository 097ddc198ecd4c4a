package dev.perdure.reliability;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class AvailabilityTest {
    @Test
    void availabilityIsTheShareOfTimeBetweenFailures() {
        var server = new Availability(999, 1);
        assertThat(server.share()).isEqualTo(0.999);
        assertThat(server.downIn(8760)).isCloseTo(8.76, within(1e-9));
        assertThat(server.failureRate()).isCloseTo(1 / 999.0, within(1e-15));
    }

    /** Against every combination of up and down. */
    @Test
    void kOutOfNIsTheSumOverAllCombinations() {
        double p = 0.83;
        for (int n = 0; n <= 10; n++) {
            for (int k = 0; k <= n; k++) {
                double sum = 0;
                for (int up = 0; up < 1 << n; up++) {
                    int count = Integer.bitCount(up);
                    sum += count >= k ? Math.pow(p, count) * Math.pow(1 - p, n - count) : 0;
                }
                assertThat(Redundancy.availability(k, n, p))
                        .as("%d of %d", k, n)
                        .isCloseTo(sum, within(1e-12));
            }
        }
    }

    @Test
    void neededIsTheSmallestThatIsEnough() {
        for (int k = 1; k < 30; k += 4) {
            int n = Redundancy.needed(k, 0.95, 0.9999).orElseThrow();
            assertThat(Redundancy.availability(k, n, 0.95)).isGreaterThanOrEqualTo(0.9999);
            assertThat(Redundancy.availability(k, n - 1, 0.95)).isLessThan(0.9999);
        }
        assertThat(Redundancy.needed(2, 1e-9, 0.9)).isEmpty();
    }

    @Test
    void capacityPlansSpareServersForThoseThatAreDown() {
        var capacity = new Capacity(950, 100, 0.99);
        assertThat(capacity.neededUp()).isEqualTo(10);
        assertThat(capacity.loadOfEach(10)).isEqualTo(95);
        Capacity.Plan plan = capacity.plan(0.9999, 3);
        assertThat(plan.servers()).isEqualTo(13);
        assertThat(plan.availability()).isGreaterThan(0.9999);
        assertThat(plan.cost()).isEqualTo(39);
        assertThat(Redundancy.availability(10, 12, 0.99)).isLessThan(0.9999);
        assertThatThrownBy(() -> new Capacity(10, 1, 0).plan(0.9, 1)).hasMessageContaining("available: 0.0");
    }

    @Test
    void everyNumberIsCheckedAndNamed() {
        assertThatThrownBy(() -> new Availability(Double.NaN, 1))
                .hasMessage("meanBetweenFailures: NaN (expected: > 0 and finite)");
        assertThatThrownBy(() -> new FailureCount(-1, 1)).hasMessageContaining("failures: -1");
        assertThatThrownBy(() -> new PoissonProcess(-1)).hasMessageContaining("rate: -1.0");
        assertThatThrownBy(() -> new FailureRate(0, 1)).hasMessageContaining("expected: > 0");
    }
}
