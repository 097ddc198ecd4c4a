package dev.perdure.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class StepPlanTest {

    @Test
    void anEpochTakesEveryPositionOnceAndInOrder() {
        for (int seed = 0; seed < 300; seed++) {
            StepPlan plan = randomPlan(seed);
            for (long epoch = 1; epoch <= plan.epochs(); epoch++) {
                long first = (epoch - 1) * plan.stepsPerEpoch() + 1;
                int[] taken = IntStream.range(0, (int) plan.stepsPerEpoch())
                        .mapToLong(i -> first + i)
                        .boxed()
                        .flatMapToInt(step -> IntStream.range(0, plan.microbatches())
                                .flatMap(m -> plan.microbatchOf(step, m).positions()))
                        .toArray();
                assertThat(taken)
                        .as("seed %d", seed)
                        .isEqualTo(IntStream.range(0, plan.samples()).toArray());
            }
        }
    }

    @Test
    void everyStepHasSamplesAndBelongsToItsEpoch() {
        for (int seed = 0; seed < 300; seed++) {
            StepPlan plan = randomPlan(seed);
            long ends = 0;
            for (long step = 1; step <= plan.steps(); step++) {
                assertThat(plan.batchOf(step).size())
                        .as("seed %d step %d", seed, step)
                        .isPositive();
                assertThat(plan.epochOf(step)).isEqualTo(ends + 1);
                ends += plan.endsEpoch(step) ? 1 : 0;
            }
            assertThat(ends).isEqualTo(plan.epochs());
        }
    }

    private static StepPlan randomPlan(int seed) {
        var random = new Random(seed);
        int batch = 1 + random.nextInt(20);
        return new StepPlan(1 + random.nextInt(100), batch, 1 + random.nextInt(batch), 1 + random.nextInt(3));
    }

    @Test
    void refusesMoreMicrobatchesThanSamples() {
        assertThatThrownBy(() -> new StepPlan(10, 4, 5, 1)).hasMessageContaining("microbatches <= batch");
    }
}
