package dev.perdure.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.perdure.core.Shape;
import dev.perdure.core.TensorData;
import dev.perdure.engine.Batch;
import dev.perdure.engine.Collective;
import dev.perdure.engine.CollectiveFailedException;
import dev.perdure.engine.MemoryCollectives;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class GroupExchangeTest {
    private static final Duration SOON = Duration.ofSeconds(10);

    private final MemoryCollectives collectives = new MemoryCollectives();
    private long generation;

    /** Everything of a step that may reach the weights or the figures, as values. */
    private record Outcome(
            List<Integer> gradient, List<String> microbatches, double lossSum, long correct, int samples) {
        static Outcome of(StepGradient step) {
            return new Outcome(
                    bits(step.gradient()),
                    step.microbatches().stream()
                            .map(one -> "%d: %s %s %d %d"
                                    .formatted(
                                            one.index(),
                                            bits(one.statistics()),
                                            one.lossSum(),
                                            one.correct(),
                                            one.samples()))
                            .toList(),
                    step.lossSum(),
                    step.correct(),
                    step.samples());
        }

        /** A NaN is a NaN: Java does not say which of two survives an addition. */
        private static List<Integer> bits(TensorData data) {
            List<Integer> bits = new ArrayList<>();
            for (float value : data.data().toArray(ValueLayout.JAVA_FLOAT_UNALIGNED)) {
                bits.add(Float.floatToIntBits(value));
            }
            return bits;
        }
    }

    private record Case(StepPlan steps, long parameters, int statistics, long seed) {
        MadeUpModel model() {
            return new MadeUpModel(parameters, statistics, seed);
        }

        List<Outcome> alone() throws InterruptedException {
            try (var computer = new StepComputer(model(), seed)) {
                List<Outcome> outcomes = new ArrayList<>();
                for (long step = 1; step <= steps.steps(); step++) {
                    outcomes.add(Outcome.of(computer.compute(steps, step, source(step))));
                }
                return outcomes;
            }
        }

        List<Outcome> asMember(Collective group, List<Span> shares, boolean direct) throws InterruptedException {
            var plan = new ExchangePlan(steps.microbatches(), shares, parameters);
            try (var computer = new StepComputer(model(), seed);
                    var exchange = new GroupExchange(group, plan, statistics, direct)) {
                List<Outcome> outcomes = new ArrayList<>();
                for (long step = 1; step <= steps.steps(); step++) {
                    ShareGradient share = computer.computeShare(steps, step, exchange.subtrees(), source(step));
                    List<MemorySegment> notes = notes(group, step);
                    outcomes.add(Outcome.of(exchange.exchange(steps, step, share, notes)));
                    for (int rank = 0; rank < group.size(); rank++) {
                        assertThat(notes.get(rank).get(ValueLayout.JAVA_LONG, 0))
                                .isEqualTo(1000 * step + rank);
                    }
                }
                return outcomes;
            }
        }

        /** Of different lengths, and empty but for this member's own. */
        private static List<MemorySegment> notes(Collective group, long step) {
            List<MemorySegment> notes = IntStream.range(0, group.size())
                    .mapToObj(rank -> Arena.ofAuto().allocate(8L * (rank + 1), 8))
                    .toList();
            notes.get(group.rank()).set(ValueLayout.JAVA_LONG, 0, 1000 * step + group.rank());
            return notes;
        }

        private StepComputer.Source source(long step) {
            return index -> {
                int samples = steps.microbatchOf(step, index).size();
                return new Batch(
                        TensorData.of(Shape.of(samples, 1), new float[samples]),
                        TensorData.of(Shape.of(samples), new long[samples]));
            };
        }
    }

    @Test
    void everyMemberOfEveryGroupHasTheBitsOfOneThatIsAlone() throws Exception {
        for (int microbatches = 1; microbatches <= 9; microbatches++) {
            for (int workers = 1; workers <= microbatches; workers++) {
                for (int spares = 0; spares <= 2; spares++) {
                    hasTheBitsOfOneThatIsAlone(
                            microbatches,
                            shares(microbatches, workers, spares),
                            100L * microbatches + 10L * workers + spares);
                }
            }
        }
    }

    @Test
    void soDoesEveryMemberOfGroupsOfUnevenShares() throws Exception {
        for (int seed = 0; seed < 60; seed++) {
            var random = new Random(seed);
            int microbatches = 1 + random.nextInt(9);
            hasTheBitsOfOneThatIsAlone(microbatches, unevenShares(microbatches, random), 10_000 + seed);
        }
    }

    /** In one round and in two. */
    private void hasTheBitsOfOneThatIsAlone(int microbatches, List<Span> shares, long seed) throws Exception {
        var random = new Random(seed);
        // The last batch of an epoch may have fewer samples than microbatches: some are empty then.
        int batch = microbatches + random.nextInt(5);
        int samples = batch + 1 + random.nextInt(batch);
        var one = new Case(
                new StepPlan(samples, batch, microbatches, 2), 1 + random.nextInt(300), random.nextInt(4), seed);
        List<Outcome> expected = one.alone();
        for (boolean direct : new boolean[] {false, true}) {
            List<List<Outcome>> members =
                    together(collectives, ++generation, shares.size(), group -> one.asMember(group, shares, direct));
            for (int rank = 0; rank < shares.size(); rank++) {
                assertThat(members.get(rank))
                        .as("seed %d, rank %d of %s, direct: %s", seed, rank, shares, direct)
                        .isEqualTo(expected);
            }
        }
    }

    /** Cuts at random: members with and without microbatches, in any order. */
    private static List<Span> unevenShares(int microbatches, Random random) {
        int[] cuts =
                random.ints(random.nextInt(5), 0, microbatches + 1).sorted().toArray();
        List<Span> shares = new ArrayList<>();
        int from = 0;
        for (int cut : cuts) {
            shares.add(new Span(from, cut));
            from = cut;
        }
        shares.add(new Span(from, microbatches));
        return shares;
    }

    /** The order of the sum shows in these numbers: otherwise the test above could not fail. */
    @Test
    void anotherCutIntoMicrobatchesHasOtherBits() throws InterruptedException {
        var eight = new Case(new StepPlan(16, 16, 8, 1), 300, 0, 1);
        try (var computer = new StepComputer(eight.model(), 1)) {
            TensorData whole =
                    computer.compute(eight.steps(), 1, eight.source(1)).gradient();
            float[] tree = whole.data().toArray(ValueLayout.JAVA_FLOAT);
            float[] sequential = new float[300];
            for (int index = 0; index < 8; index++) {
                ShareGradient leaf =
                        computer.computeShare(eight.steps(), 1, List.of(new Span(index, index + 1)), eight.source(1));
                float[] values = leaf.whole().data().toArray(ValueLayout.JAVA_FLOAT);
                for (int i = 0; i < 300; i++) {
                    sequential[i] += values[i];
                }
            }
            assertThat(Arrays.equals(tree, sequential)).isFalse();
        }
    }

    private static List<Span> shares(int microbatches, int workers, int spares) {
        List<Span> shares = new ArrayList<>();
        for (int rank = 0; rank < workers; rank++) {
            shares.add(new Span(microbatches * rank / workers, microbatches * (rank + 1) / workers));
        }
        for (int spare = 0; spare < spares; spare++) {
            shares.add(new Span(microbatches, microbatches));
        }
        return shares;
    }

    @Test
    void computesOnAfterAGroupThatBroke() throws Exception {
        var one = new Case(new StepPlan(24, 8, 4, 1), 100, 2, 5);
        List<Outcome> expected = one.alone();
        List<Span> two = shares(4, 2, 0);
        List<Outcome> survivor = together(collectives, 1, 2, group -> {
                    if (group.rank() == 1) {
                        return List.<Outcome>of();
                    }
                    try (var computer = new StepComputer(one.model(), one.seed())) {
                        try (var exchange = new GroupExchange(group, new ExchangePlan(4, two, 100), 2)) {
                            ShareGradient share =
                                    computer.computeShare(one.steps(), 1, exchange.subtrees(), one.source(1));
                            assertThatExceptionOfType(CollectiveFailedException.class)
                                    .isThrownBy(() -> exchange.exchange(one.steps(), 1, share, Case.notes(group, 1)))
                                    .withMessageContaining("step 1");
                        }
                        return List.of(Outcome.of(computer.compute(one.steps(), 1, one.source(1))));
                    }
                })
                .getFirst();
        assertThat(survivor).containsExactly(expected.getFirst());
    }

    @Test
    void refusesAGroupOfAnotherSizeThanPlanned() throws Exception {
        together(new MemoryCollectives(), 1, 2, group -> {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> new GroupExchange(group, ExchangePlan.alone(4, 10), 0));
            return group.gatherLongs();
        });
    }

    private interface Role<T> {
        T play(Collective group) throws Exception;
    }

    private static <T> List<T> together(MemoryCollectives collectives, long generation, int size, Role<T> role)
            throws Exception {
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<T>> members = new ArrayList<>();
            for (int rank = 0; rank < size; rank++) {
                int own = rank;
                members.add(threads.submit(() -> {
                    try (Collective group = collectives.meet("test", own, size, generation, SOON)) {
                        return role.play(group);
                    }
                }));
            }
            List<T> results = new ArrayList<>();
            for (Future<T> member : members) {
                results.add(member.get(SOON.toSeconds(), TimeUnit.SECONDS));
            }
            return results;
        }
    }
}
