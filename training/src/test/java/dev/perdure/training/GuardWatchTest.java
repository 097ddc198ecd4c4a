package dev.perdure.training;

import static org.assertj.core.api.Assertions.assertThat;

import dev.perdure.training.GuardWatch.Finding;
import dev.perdure.training.TrainingEvent.EpochEnded;
import dev.perdure.training.TrainingEvent.Started;
import dev.perdure.training.TrainingEvent.StepApplied;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.IntToDoubleFunction;
import org.junit.jupiter.api.Test;

class GuardWatchTest {
    private static final int STEPS_PER_EPOCH = 40;
    private static final double CHANCE = Math.log(10);

    /** A run as functions of the epoch, from 1, with noise. */
    private record Made(
            IntToDoubleFunction train,
            IntToDoubleFunction heldOut,
            IntToDoubleFunction accuracy,
            IntToDoubleFunction norm,
            double noise,
            int samples) {

        static Made healthy() {
            return new Made(
                    e -> 2 * Math.exp(-0.5 * e) + 0.02,
                    e -> 2 * Math.exp(-0.5 * e) + 0.06,
                    e -> 0.98 - 0.6 * Math.exp(-0.7 * e),
                    e -> 1 + 2.0 / e,
                    0.1,
                    500);
        }

        List<TrainingEvent> run(int epochs, long seed) {
            var random = new Random(seed);
            var events = new ArrayList<TrainingEvent>();
            events.add(new Started("engine", "data", 4000, samples, 1000, 40L * epochs, STEPS_PER_EPOCH, CHANCE));
            for (int epoch = 1; epoch <= epochs; epoch++) {
                double before = epoch == 1 ? CHANCE : train.applyAsDouble(epoch - 1);
                for (int i = 1; i <= STEPS_PER_EPOCH; i++) {
                    double share = (double) i / STEPS_PER_EPOCH;
                    double loss = before + share * (train.applyAsDouble(epoch) - before);
                    long step = (epoch - 1L) * STEPS_PER_EPOCH + i;
                    events.add(new StepApplied(
                            step,
                            epoch,
                            loss * (1 + 3 * noise * random.nextGaussian()),
                            0.9,
                            0.001,
                            norm.applyAsDouble(epoch) * Math.exp(0.5 * random.nextGaussian()),
                            64,
                            16));
                }
                events.add(new EpochEnded(
                        epoch,
                        (long) epoch * STEPS_PER_EPOCH,
                        train.applyAsDouble(epoch) * (1 + noise * random.nextGaussian() / 3),
                        0.9,
                        heldOut.applyAsDouble(epoch) * (1 + noise * random.nextGaussian()),
                        Math.clamp(accuracy.applyAsDouble(epoch) + 0.005 * random.nextGaussian(), 0, 1),
                        1,
                        4000));
            }
            return events;
        }
    }

    private static List<Guard> fired(List<TrainingEvent> events) {
        var watch = new GuardWatch();
        return events.stream()
                .flatMap(event -> watch.hear(event).stream())
                .map(Finding::guard)
                .toList();
    }

    @Test
    void healthyRunsRaiseNothing() {
        for (long seed = 0; seed < 500; seed++) {
            assertThat(fired(Made.healthy().run(12, seed))).as("seed %d", seed).isEmpty();
        }
    }

    @Test
    void overFittingIsToldOnceWithWhatToTry() {
        for (long seed = 0; seed < 100; seed++) {
            Made healthy = Made.healthy();
            var made = new Made(
                    e -> 2 * Math.exp(-0.3 * e),
                    e -> e <= 6 ? 1 - 0.1 * e : 0.4 + 0.06 * (e - 6),
                    healthy.accuracy(),
                    healthy.norm(),
                    0.05,
                    500);
            var watch = new GuardWatch();
            List<Finding> findings = made.run(20, seed).stream()
                    .flatMap(event -> watch.hear(event).stream())
                    .toList();
            assertThat(findings).as("seed %d", seed).hasSize(1);
            Finding finding = findings.getFirst();
            assertThat(finding.guard()).isEqualTo(Guard.OVER_FITTING);
            assertThat(finding.step() / STEPS_PER_EPOCH).as("seed %d", seed).isBetween(8L, 16L);
            assertThat(finding.warning().warning())
                    .startsWith("over-fitting: held-out loss ")
                    .contains(". Try: training.early-stopping");
        }
    }

    @Test
    void aHeldOutLossThatRisesWithTheTrainingLossIsNoOverFitting() {
        Made healthy = Made.healthy();
        var made = new Made(e -> 1 + 0.01 * e, e -> 1 + 0.05 * e, healthy.accuracy(), healthy.norm(), 0.01, 500);
        assertThat(fired(made.run(15, 1))).doesNotContain(Guard.OVER_FITTING);
    }

    @Test
    void divergenceIsSeenOverEpochs() {
        Made healthy = Made.healthy();
        var made = new Made(
                e -> e < 6 ? 2 - 0.3 * e : 0.5 * Math.pow(1.3, e - 5),
                e -> 1,
                healthy.accuracy(),
                healthy.norm(),
                0.02,
                500);
        for (long seed = 0; seed < 100; seed++) {
            assertThat(fired(made.run(9, seed))).as("seed %d", seed).containsExactly(Guard.DIVERGENCE);
        }
    }

    @Test
    void divergenceIsSeenWithinTheFirstEpoch() {
        var watch = new GuardWatch();
        var found = new ArrayList<Guard>();
        for (int step = 1; step <= 200; step++) {
            double loss = step < 50 ? 2.3 : 2.3 * Math.pow(1.05, step - 50);
            watch.hear(new StepApplied(step, 1, loss, 0.1, 1, 1, 64, 16)).forEach(f -> found.add(f.guard()));
        }
        assertThat(found).containsExactly(Guard.DIVERGENCE);
    }

    @Test
    void aLossThatStaysAtChanceIsNoLearning() {
        Made healthy = Made.healthy();
        var made = new Made(e -> CHANCE, e -> CHANCE, e -> 0.1, healthy.norm(), 0.01, 500);
        for (long seed = 0; seed < 100; seed++) {
            assertThat(fired(made.run(4, seed))).as("seed %d", seed).containsExactly(Guard.NO_LEARNING);
        }
    }

    @Test
    void gradientsThatExplodeOrVanishAreSeenThroughTheirMedian() {
        Made healthy = Made.healthy();
        var exploding =
                new Made(healthy.train(), healthy.heldOut(), healthy.accuracy(), e -> e < 3 ? 1 : 1000, 0.02, 500);
        assertThat(fired(exploding.run(5, 1))).containsExactly(Guard.EXPLODING_GRADIENT);
        var vanishing = new Made(e -> 2, e -> 2, e -> 0.3, e -> e < 3 ? 1 : 1e-5, 0.005, 500);
        assertThat(fired(vanishing.run(5, 1))).containsExactly(Guard.VANISHING_GRADIENT);
        var learned =
                new Made(healthy.train(), healthy.heldOut(), healthy.accuracy(), e -> e < 8 ? 1 : 1e-5, 0.02, 500);
        assertThat(fired(learned.run(12, 1))).isEmpty();
    }

    @Test
    void singleWildNormsRaiseNothing() {
        var watch = new GuardWatch();
        for (int step = 1; step <= 400; step++) {
            double norm = step % 5 == 0 ? 1e6 : 1;
            assertThat(watch.hear(new StepApplied(step, 1, 2 - step / 400.0, 0.5, 0.1, norm, 64, 16)))
                    .isEmpty();
        }
    }

    @Test
    void aHeldOutPartThatTellsNothingApartIsNamed() {
        Made healthy = Made.healthy();
        var made = new Made(healthy.train(), healthy.heldOut(), e -> 0.8, healthy.norm(), 0.05, 40);
        assertThat(fired(made.run(5, 1))).containsExactly(Guard.HELD_OUT_TOO_SMALL);
        var large = new Made(healthy.train(), healthy.heldOut(), e -> 0.8, healthy.norm(), 0.05, 1000);
        assertThat(fired(large.run(5, 1))).isEmpty();
    }

    /** The path counts, not how often parts of it were gone. */
    @Test
    void goingBackToACheckpointChangesNothing() {
        List<TrainingEvent> calm = Made.healthy().run(8, 3);
        var watch = new GuardWatch();
        calm.forEach(watch::hear);
        var disturbed = new GuardWatch();
        calm.subList(0, 150).forEach(disturbed::hear);
        disturbed.hear(new TrainingEvent.Restored(80, 1, List.of()));
        for (TrainingEvent event : calm) {
            boolean again = (event instanceof StepApplied s && s.step() > 80)
                    || (event instanceof EpochEnded e && e.step() > 80);
            if (again) {
                disturbed.hear(event);
            }
        }
        assertThat(disturbed.report()).isEqualTo(watch.report());
    }

    @Test
    void whatWasToldBeforeIsNotToldAgain() {
        Made healthy = Made.healthy();
        var made = new Made(e -> CHANCE, e -> CHANCE, e -> 0.1, healthy.norm(), 0.01, 500);
        var watch = new GuardWatch();
        watch.hear(new TrainingEvent.Warned("no learning: as said before", Guard.NO_LEARNING));
        assertThat(made.run(6, 1).stream().flatMap(e -> watch.hear(e).stream())).isEmpty();
        assertThat(watch.report())
                .filteredOn(guarded -> guarded.state().equals("warned"))
                .extracting(RunReport.Guarded::guard)
                .containsExactly(Guard.NO_LEARNING);
    }
}
