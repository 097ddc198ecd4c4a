package dev.perdure.reliability;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FleetTest {
    @Test
    void aHostThatFailsAgainAndAgainIsALemonAndAvoided() {
        var fleet = Fleet.empty().after("a", 1, 200).after("b", 0, 200).after("c", 2, 200);
        assertThat(fleet.choose(List.of("a", "b", "c"))).containsExactly("b", "a", "c");
        var later = fleet.after("c", 7, 20);
        assertThat(later.isLemon("c")).isTrue();
        assertThat(later.choose(List.of("a", "b", "c"))).containsExactly("b", "a");
        assertThat(later.evidence("c").orElseThrow().kind()).isEqualTo(EvidenceKind.HOST_FAILED_BEFORE);
        assertThat(later.words("c")).startsWith("c failed 9 times in 220 h, where others fail");
        assertThat(later.evidence("a")).isEmpty();
    }

    @Test
    void theFirstFailureOfANewFleetMakesNobodyALemon() {
        assertThat(Fleet.empty().after("a", 1, 0.1).isLemon("a")).isFalse();
        assertThat(Fleet.empty().lemonChance("unknown")).isCloseTo(0.0833, within(1e-4));
        assertThat(Fleet.empty().words("unknown")).isEqualTo("unknown has no record");
    }

    /** One of 16 hosts fails ten times as often as the others, about ten times in 100 hours. */
    @ParameterizedTest
    @CsvSource({"100, 0.7", "200, 0.95"})
    void healthyHostsAreSeldomCalledLemonsAndLemonsAreFoundInTime(double hours, double found) {
        int wrong = 0;
        int lemons = 0;
        int runs = 500;
        for (int run = 0; run < runs; run++) {
            var random = new Random(run);
            var fleet = Fleet.empty();
            for (int host = 0; host < 16; host++) {
                double perHour = host == 0 ? 0.1 : 0.01;
                fleet = fleet.after("h" + host, RatesTest.poisson(random, perHour * hours), hours);
            }
            for (int host = 1; host < 16; host++) {
                wrong += fleet.isLemon("h" + host) ? 1 : 0;
            }
            lemons += fleet.isLemon("h0") ? 1 : 0;
        }
        assertThat(wrong / (15.0 * runs)).as("healthy hosts called lemons").isLessThan(0.005);
        assertThat(lemons / (double) runs).as("lemons found").isGreaterThan(found);
    }

    @Test
    void timeWithoutFailureRehabilitates() {
        var fleet = Fleet.empty().after("a", 1, 500).after("b", 1, 500).after("c", 6, 50);
        assertThat(fleet.isLemon("c")).isTrue();
        assertThat(fleet.after("c", 0, 3000).isLemon("c")).isFalse();
    }
}
