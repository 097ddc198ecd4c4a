package dev.perdure.guard;

import static org.assertj.core.api.Assertions.assertThat;

import dev.perdure.model.GuardProfile.Feature;
import dev.perdure.model.Preprocessing.Column;
import dev.perdure.model.QuantileSketch;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** What is learned from samples. */
class ProfileMakerTest {

    @Test
    void theSameSamplesGiveTheSameBytesHoweverManyThereAre() {
        for (int people : new int[] {1, 799, 800, 801, 30_000}) {
            assertThat(Tables.learned(people, 3).profile())
                    .isEqualTo(Tables.learned(people, 3).profile());
            assertThat(Tables.learned(people, 3).reference().orElseThrow().features())
                    .isEqualTo(
                            Tables.learned(people, 3).reference().orElseThrow().features());
        }
    }

    @Test
    void rangesMissingRatesAndCountsAreOfAllSamples() {
        var maker = ProfileMaker.ofTable(
                List.of(new Column("x", List.of()), new Column("c", List.of("a", "b", "never"))), 1);
        for (int i = 0; i < 50_000; i++) {
            maker.add(new float[] {i % 4 == 0 ? Float.NaN : i, i % 10 == 0 ? Float.NaN : i % 2});
        }
        List<Feature> features = maker.profile().orElseThrow().features();
        var numeric = (Feature.Numeric) features.get(0);
        assertThat(numeric.values().min()).isEqualTo(1);
        assertThat(numeric.values().max()).isEqualTo(49_999);
        assertThat(numeric.missingRate()).isEqualTo(0.25);
        assertThat(((Feature.Categorical) features.get(1)).counts())
                .containsExactly(
                        java.util.Map.entry("a", 20_000L),
                        java.util.Map.entry("b", 25_000L),
                        java.util.Map.entry("never", 0L));
        assertThat(features.get(1).missingRate()).isEqualTo(0.1);
    }

    @Test
    void quantilesAreRightToWithinWhatASampleOfTwentyThousandAllows() {
        var maker = ProfileMaker.ofTable(List.of(new Column("x", List.of())), 1);
        var chance = new Random(4);
        for (int i = 0; i < 60_000; i++) {
            maker.add(new float[] {chance.nextFloat()});
        }
        QuantileSketch sketch = ((Feature.Numeric)
                        maker.profile().orElseThrow().features().getFirst())
                .quantiles()
                .orElseThrow();
        assertThat(sketch.count()).isEqualTo(QuantileSketch.K);
        for (double rank = 0.01; rank < 1; rank += 0.01) {
            assertThat(sketch.quantile(rank)).isCloseTo(rank, org.assertj.core.data.Offset.offset(0.02));
        }
    }

    @Test
    void ofNothingThereIsNoProfileAndOfAnEmptyColumnNoFeature() {
        var maker = ProfileMaker.ofTable(List.of(new Column("x", List.of())), 1);
        assertThat(maker.profile()).isEmpty();
        assertThat(maker.reference()).isEmpty();
        maker.add(new float[] {Float.NaN});
        maker.add(new float[] {Float.POSITIVE_INFINITY});
        assertThat(maker.profile().orElseThrow().features()).isEmpty();
        assertThat(maker.reference()).isEmpty();
    }
}
