package dev.perdure.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.perdure.training.ExchangePlan.Segment;
import dev.perdure.training.ExchangePlan.Subtree;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

class ExchangePlanTest {

    @Test
    void everyPlanSumsAlongTheVeryTreeOfAllMicrobatches() {
        for (int microbatches = 1; microbatches <= 40; microbatches++) {
            for (int seed = 0; seed < 25; seed++) {
                var random = new Random(1000L * microbatches + seed);
                var plan = new ExchangePlan(microbatches, shares(microbatches, random), 1);
                List<Optional<String>> leaves = leaves(microbatches, random);
                assertThat(sumAsPlanned(plan, leaves))
                        .as("%d microbatches, seed %d, %s", microbatches, seed, plan)
                        .isEqualTo(sum(leaves));
            }
        }
    }

    /** Cuts at random: uneven shares, more members than microbatches, spares in between and at the end. */
    private static List<Span> shares(int microbatches, Random random) {
        int[] cuts = random.ints(random.nextInt(microbatches + 2), 0, microbatches + 1)
                .sorted()
                .toArray();
        List<Span> shares = new ArrayList<>();
        int from = 0;
        for (int cut : cuts) {
            shares.add(new Span(from, cut));
            from = cut;
        }
        shares.add(new Span(from, microbatches));
        return shares;
    }

    private static List<Optional<String>> leaves(int microbatches, Random random) {
        int absentOfTen = random.nextInt(11);
        List<Optional<String>> leaves = new ArrayList<>();
        for (int leaf = 0; leaf < microbatches; leaf++) {
            leaves.add(random.nextInt(10) < absentOfTen ? Optional.empty() : Optional.of(leaf + "."));
        }
        return leaves;
    }

    private static Optional<String> sumAsPlanned(ExchangePlan plan, List<Optional<String>> leaves) {
        TreeSum<String> whole = tree();
        for (Subtree subtree : plan.subtrees()) {
            Span span = subtree.leaves();
            whole.add(span.size(), sum(leaves.subList(span.from(), span.to())));
        }
        return whole.finish();
    }

    private static Optional<String> sum(List<Optional<String>> leaves) {
        TreeSum<String> sum = tree();
        leaves.forEach(sum::add);
        return sum.finish();
    }

    private static TreeSum<String> tree() {
        return new TreeSum<>((left, right) -> "(" + left + right + ")");
    }

    @Test
    void everyMemberSumsTheLargestSubtreesOfItsShare() {
        var plan = new ExchangePlan(8, List.of(new Span(0, 2), new Span(2, 5), new Span(5, 8)), 1);
        assertThat(plan.subtreesOf(0)).containsExactly(new Span(0, 2));
        assertThat(plan.subtreesOf(1)).containsExactly(new Span(2, 4), new Span(4, 5));
        assertThat(plan.subtreesOf(2)).containsExactly(new Span(5, 6), new Span(6, 8));
        assertThat(ExchangePlan.alone(7, 1).subtrees()).containsExactly(new Subtree(0, new Span(0, 7)));
    }

    @Test
    void everySubtreeIsWithinItsMembersShareAndNoneCouldBeLarger() {
        for (int seed = 0; seed < 300; seed++) {
            var random = new Random(seed);
            int microbatches = 1 + random.nextInt(40);
            var plan = new ExchangePlan(microbatches, shares(microbatches, random), 1);
            int next = 0;
            for (Subtree subtree : plan.subtrees()) {
                assertThat(subtree.leaves().from()).as("seed %d", seed).isEqualTo(next);
                assertThat(plan.shares().get(subtree.rank()).contains(subtree.leaves()))
                        .isTrue();
                next = subtree.leaves().to();
            }
            assertThat(next).isEqualTo(microbatches);
            for (int rank = 0; rank < plan.members(); rank++) {
                int most = 2
                        * (32
                                - Integer.numberOfLeadingZeros(
                                        plan.shares().get(rank).size()));
                assertThat(plan.subtreesOf(rank))
                        .as("seed %d, rank %d", seed, rank)
                        .hasSizeLessThanOrEqualTo(most);
            }
        }
    }

    @Test
    void everyParameterHasOneOwnerAndSegmentsAreNearlyEqual() {
        for (long parameters : new long[] {1, 15, 16, 17, 1000, 120_000, 3_000_000_001L}) {
            for (int members = 1; members <= 9; members++) {
                List<Span> shares = new ArrayList<>(List.of(new Span(0, 1)));
                while (shares.size() < members) {
                    shares.add(new Span(1, 1));
                }
                var plan = new ExchangePlan(1, shares, parameters);
                long next = 0;
                for (int rank = 0; rank < members; rank++) {
                    Segment segment = plan.segmentOf(rank);
                    assertThat(segment.from()).isEqualTo(next);
                    assertThat(segment.to() - segment.from()).isBetween(0L, parameters / members + 32);
                    next = segment.to();
                }
                assertThat(next).isEqualTo(parameters);
            }
        }
    }

    @Test
    void twoMembersOfASmallModelExchangeInOneRoundAndManyOfALargeOneInTwo() {
        assertThat(even(2, 120_000).isDirect()).isTrue();
        assertThat(even(4, 1_000).isDirect()).isTrue();
        assertThat(even(2, 25_000_000).isDirect()).isFalse();
        assertThat(even(8, 1_000_000).isDirect()).isFalse();
    }

    @Test
    void moreParametersOrMembersNeverMakeOneRoundTheCheaperWay() {
        for (int members = 2; members <= 16; members++) {
            boolean direct = true;
            for (long parameters = 1; parameters < 1L << 40; parameters *= 2) {
                var plan = even(members, parameters);
                assertThat(plan.isDirect() && !direct)
                        .as("%d members, %d parameters", members, parameters)
                        .isFalse();
                direct = plan.isDirect();
                assertThat(direct && !even(members - 1, parameters).isDirect())
                        .as("%d members, %d parameters", members, parameters)
                        .isFalse();
            }
            assertThat(direct).isFalse();
        }
    }

    private static ExchangePlan even(int members, long parameters) {
        List<Span> shares = new ArrayList<>();
        for (int rank = 0; rank < members; rank++) {
            shares.add(new Span(rank, rank + 1));
        }
        return new ExchangePlan(members, shares, parameters);
    }

    @Test
    void refusesSharesThatAreNotEveryMicrobatchOnce() {
        for (List<Span> shares : List.of(
                List.<Span>of(),
                List.of(new Span(0, 3)),
                List.of(new Span(1, 4)),
                List.of(new Span(0, 5)),
                List.of(new Span(0, 2), new Span(1, 4)),
                List.of(new Span(0, 1), new Span(2, 4)))) {
            assertThatIllegalArgumentException().isThrownBy(() -> new ExchangePlan(4, shares, 10));
        }
        assertThatIllegalArgumentException().isThrownBy(() -> ExchangePlan.alone(4, 0));
        assertThatIllegalArgumentException().isThrownBy(() -> ExchangePlan.alone(0, 4));
        assertThatIllegalArgumentException().isThrownBy(() -> new Span(2, 1));
        assertThatIllegalArgumentException().isThrownBy(() -> new Span(-1, 1));
    }
}
