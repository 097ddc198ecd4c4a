package dev.perdure.supervision;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.TreeSet;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Whole runs, with all that goes wrong in them, under one seed each. {@code -Dseed=S} repeats one and tells its story. */
class SimulationTest {
    private static SimShell.Machine real(Run run, World world) {
        return Supervision.takeOver(run, world.registry.facts, world.registry.epoch)::on;
    }

    @Test
    void everyRunEndsWithEachStepAppliedOnceWhateverGoesWrong() {
        Long only = Long.getLong("seed");
        if (only != null) {
            new World(only, SimulationTest::real, true).run(only);
            return;
        }
        simulate(LongStream.range(0, Long.getLong("seeds", 1_000)));
    }

    @Test
    @Tag("soak")
    void aHundredThousandRunsEndWithEachStepAppliedOnce() {
        simulate(LongStream.range(0, Long.getLong("seeds", 100_000)).parallel());
    }

    @Test
    void whatWasFoundOnceIsNotFoundAgain() {
        simulate(LongStream.of(
                829, // a resize left the only state in a slot that was wanted no longer
                72_679, // the run was over when a group that was to come became durable, and its members were told
                86_216, // a kill came late, and a supervisor that knew nothing of it met whom it was for
                86_212)); // a supervisor came back and launched what its successor knew to be gone
    }

    @Test
    void everyKindOfFailureIsReached() {
        var kinds = new TreeSet<String>();
        int superseded = 0;
        int faults = 0;
        int spent = 0;
        for (long seed = 0; seed < 500; seed++) {
            var world = new World(seed, SimulationTest::real, false);
            spent += world.run(seed) instanceof Outcome.Spent ? 1 : 0;
            kinds.addAll(world.registry.incidents);
            superseded += world.superseded;
            faults += world.faults;
        }
        assertThat(kinds)
                .contains(
                        "worker-killed",
                        "worker-not-started",
                        "worker-never-joined",
                        "worker-not-back",
                        "connection-lost",
                        "worker-silent",
                        "worker-stuck",
                        "worker-not-ready",
                        "worker-refused",
                        "state-differs",
                        "states-differ",
                        "group-broken");
        assertThat(faults).isGreaterThan(1_000);
        assertThat(superseded).isPositive();
        assertThat(spent).isPositive();
    }

    private static void simulate(LongStream seeds) {
        List<Outcome> outcomes = seeds.mapToObj(seed -> new World(seed, SimulationTest::real, false).run(seed))
                .toList();
        assertThat(outcomes).hasOnlyElementsOfTypes(Outcome.Completed.class, Outcome.Spent.class);
    }
}
