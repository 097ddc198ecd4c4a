package dev.perdure.routing;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Whole lives of a gateway, with all that goes wrong in them, under one seed each. {@code -Dseed=S} repeats one and tells its
 * story; {@code -Dseeds=N -Dfirst=S} lives N from S on.
 */
class SimulationTest {
    private static final World.Machines REAL = (routing, _) -> routing::on;

    @Test
    void everyRequestIsAnsweredOnceAndRightlyWhateverGoesWrong() {
        Long only = Long.getLong("seed");
        if (only != null) {
            new World(only, REAL, true).run();
            return;
        }
        live(1_000);
    }

    @Test
    @Tag("soak")
    void aHundredThousandLivesAnswerEveryRequestOnce() {
        live(100_000);
    }

    /** All lives are lived to their end: a failure says how many others there are. */
    private static void live(long usually) {
        long first = Long.getLong("first", 0);
        List<String> failures = LongStream.range(first, first + Long.getLong("seeds", usually))
                .parallel()
                .mapToObj(SimulationTest::failure)
                .flatMap(Optional::stream)
                .toList();
        assertThat(failures).isEmpty();
    }

    private static Optional<String> failure(long seed) {
        try {
            new World(seed, REAL, false).run();
            return Optional.empty();
        } catch (AssertionError failure) {
            return Optional.of(String.valueOf(failure.getMessage()));
        }
    }

    @Test
    void whatWasFoundOnceIsNotFoundAgain() {
        LongStream.of(
                        62, // a replica silent before it was ever shown to be right was sent requests as a last resort
                        186, // a stuck replica that had been slow before kept a request until its deadline: no budget
                        // to hedge
                        226, // requests with a stuck replica filled the room for all others
                        3_775, // a replica that was adopted before its version was known ran on for nobody
                        4_277, // while a stuck replica was not yet found, its requests filled the queue
                        946, // failed by one and with another when that died, an item was given up while a third came
                        50_080, // what showed a replica to be wrong was looked at after its answers had left
                        649, // a replica that was late because its machine was busy was killed
                        853, // a request was refused while replicas were being replaced
                        1_023, // what was in flight at a death from outside was refused with the guilty
                        243, // a batch in flight at a death was sent to two others at once
                        1_263, // of two inputs that were together at two deaths both were found guilty
                        1_903, // what was refused with a guilty one stayed under its suspicion
                        2_563, // an innocent one was found guilty beside the guilty, of which less was known
                        314, // a replica died with more than was remembered: the guilty was forgotten, again and again
                        841, // beside other suspects no death counted, so the guilty went on for long
                        29_125, // a replica that turned wrong and then got stuck answered before it was known
                        2_244) // one that had been near a guilty one was found guilty of what another guilty one did
                .forEach(seed -> new World(seed, REAL, false).run());
    }

    @Test
    void everyKindOfFindingIsReached() {
        var kinds = new TreeSet<String>();
        int faults = 0;
        int quarantined = 0;
        int degraded = 0;
        int refused = 0;
        for (long seed = 0; seed < 200; seed++) {
            var world = new World(seed, REAL, false);
            world.run();
            kinds.addAll(world.ejections);
            faults += world.faults;
            quarantined += world.quarantined;
            degraded += world.degraded;
            refused += world.failures.getOrDefault(Status.OVERLOADED, 0);
        }
        assertThat(kinds)
                .contains(
                        "Exited",
                        "Disconnected",
                        "Ending",
                        "NotStarted",
                        "NeverReady",
                        "GoldenWrong",
                        "NotFinite",
                        "Outvoted",
                        "Silent",
                        "Stuck",
                        "Failing");
        assertThat(faults).isGreaterThan(500);
        assertThat(quarantined).isPositive();
        assertThat(degraded).isPositive();
        assertThat(refused).isPositive();
    }

    /** The same seed gives the same life, event by event: otherwise no failure could be repeated. */
    @Test
    void aSeedIsALife() {
        for (long seed = 0; seed < 20; seed++) {
            var first = new World(seed, REAL, true);
            var second = new World(seed, REAL, true);
            first.run();
            second.run();
            assertThat(first.story()).isEqualTo(second.story()).isNotEmpty();
        }
    }
}
