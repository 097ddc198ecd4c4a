package dev.perdure.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.perdure.checkpoint.Checkpoints;
import dev.perdure.checkpoint.Weights;
import dev.perdure.training.RunFolder;
import dev.perdure.training.RunListener;
import dev.perdure.training.RunOutcome;
import dev.perdure.training.RunReport;
import dev.perdure.training.TrainingEvent;
import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Runs that stop early stop at the same epoch with the same bits, whatever happens to their processes. */
class EarlyStoppingTest {
    private static final String[] EARLY = {
        "training.epochs=40",
        "training.early-stopping.patience=3",
        "training.early-stopping.min-delta=0.02",
        "checkpoint.every=epoch",
        "checkpoint.keep.newest=100"
    };

    @TempDir
    static Path folder;

    private static SmallRun small;
    private static RunReport calm;

    @BeforeAll
    static void trainUndisturbed() throws Exception {
        small = SmallRun.in(folder);
        calm = train("calm", List.of(), new RunListener() {}).report();
    }

    private static RunOutcome train(String name, List<String> faults, RunListener listener, String... more)
            throws Exception {
        return small.train(
                name,
                faults,
                listener,
                Stream.of(EARLY, more).flatMap(Stream::of).toArray(String[]::new));
    }

    private static TrainingEvent.EarlyStop stop(RunReport report) {
        return Objects.requireNonNull(report.earlyStop(), "the report says how it stopped");
    }

    @Test
    void endsWithTheWeightsOfItsBestEpoch() throws Exception {
        assertThat(stop(calm).early()).isTrue();
        assertThat(stop(calm).epoch()).isEqualTo(stop(calm).bestEpoch() + 3).isLessThan(40);
        assertThat(calm.epochs()).isEqualTo(stop(calm).epoch());
        assertThat(calm.heldOutLoss()).isEqualTo(stop(calm).best());
        long bestStep = calm.steps() / calm.epochs() * stop(calm).bestEpoch();
        RunFolder run = small.folder("calm");
        Checkpoints checkpoints = Checkpoints.open(run.openCheckpoints(run.readConfig(), _ -> {}));
        try (Arena arena = Arena.ofShared()) {
            var best = checkpoints.list().stream()
                    .filter(checkpoint -> checkpoint.step() == bestStep)
                    .findFirst()
                    .orElseThrow();
            assertThat(Weights.sha256(checkpoints.load(best.name(), arena).state()))
                    .isEqualTo(calm.weightsSha256());
        }
    }

    @Tag("soak")
    @Test
    void killedAtEveryMomentOfItsEndItEndsTheSame() throws Exception {
        long last = calm.steps();
        long perEpoch = last / calm.epochs();
        RunOutcome outcome = train(
                "moments",
                List.of(
                        "phase:EVALUATE:" + perEpoch * stop(calm).bestEpoch(),
                        "phase:SAVE:" + perEpoch * stop(calm).bestEpoch(),
                        "phase:BOOK:" + last,
                        "phase:EVALUATE:" + last,
                        "phase:SAVE:" + last,
                        "phase:FINISH:" + last),
                new RunListener() {});
        assertSame(outcome, 6);
    }

    @Tag("soak")
    @Test
    void killedAtRandomMomentsWithTwoWorkersItEndsTheSame() throws Exception {
        var killer = new Killer(new Random(3), 4);
        RunOutcome outcome = train("killed", List.of(), killer, "supervision.workers=2");
        assertSame(outcome, 4);
    }

    private static void assertSame(RunOutcome outcome, int kills) {
        assertThat(outcome.problem()).isEmpty();
        RunReport report = outcome.report();
        assertThat(report.incidents()).hasSizeGreaterThanOrEqualTo(kills);
        assertThat(report.weightsSha256()).isEqualTo(calm.weightsSha256());
        assertThat(report.earlyStop()).isEqualTo(calm.earlyStop());
        assertThat(report.steps()).isEqualTo(calm.steps());
        assertThat(report.heldOutLoss()).isEqualTo(calm.heldOutLoss());
        assertThat(report.testLoss()).isEqualTo(calm.testLoss());
        assertThat(report.samplesLost()).isZero();
        assertThat(report.samplesRepeated()).isZero();
    }

    /** Kills a random worker a random number of steps after the last kill. */
    private static final class Killer implements RunListener {
        private final List<ProcessHandle> workers = new ArrayList<>();
        private final Random random;
        private int kills;
        private long next = 10;

        Killer(Random random, int kills) {
            this.random = random;
            this.kills = kills;
        }

        @Override
        public void trainerStarted(ProcessHandle worker) {
            workers.add(worker);
        }

        @Override
        public void said(TrainingEvent event) {
            if (event instanceof TrainingEvent.StepApplied applied && kills > 0 && applied.step() >= next) {
                List<ProcessHandle> alive =
                        workers.stream().filter(ProcessHandle::isAlive).toList();
                alive.get(random.nextInt(alive.size())).destroyForcibly();
                kills--;
                next = applied.step() + 5 + random.nextInt(15);
            }
        }
    }
}
