package dev.perdure.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.perdure.training.ExitCode;
import dev.perdure.training.Phase;
import dev.perdure.training.RunListener;
import dev.perdure.training.RunOutcome;
import dev.perdure.training.RunReport;
import dev.perdure.training.TrainingEvent;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Real training processes, really killed. */
class KilledTrainingTest {
    @TempDir
    static Path folder;

    private static SmallRun small;
    private static RunReport calm;

    @BeforeAll
    static void trainUndisturbed() throws Exception {
        small = SmallRun.in(folder);
        calm = small.undisturbed();
    }

    @Test
    void theSameConfigurationGivesTheSameWeightsAndAnotherSeedGivesOthers() throws Exception {
        assertThat(small.undisturbed("again").report().weightsSha256()).isEqualTo(calm.weightsSha256());
        var other = small.train("other-seed", List.of(), new RunListener() {}, "seed=8");
        assertThat(other.report().weightsSha256()).isNotEqualTo(calm.weightsSha256());
    }

    @Tag("soak")
    @Test
    void killedAtEveryPhaseItEndsWithTheWeightsOfAnUndisturbedRun() throws Exception {
        long epoch = calm.steps() / calm.epochs();
        var faults = new ArrayList<String>();
        for (Phase phase : Phase.values()) {
            switch (phase) {
                case START, RESTORE, MEET, COPY -> faults.add("phase:%s:0".formatted(phase));
                case DATA, GRADIENT, EXCHANGE, AWAIT_CAPTURE, APPLY, BOOK, SAVE ->
                    faults.add("phase:%s:%d".formatted(phase, 4 + 2 * faults.size()));
                case EVALUATE -> faults.add("phase:%s:%d".formatted(phase, 2 * epoch));
                case FINISH -> faults.add("phase:%s:%d".formatted(phase, calm.steps()));
            }
        }
        RunOutcome outcome = small.train("phases", faults, new RunListener() {});
        assertUndisturbed(outcome, faults.size());
        assertThat(outcome.report().stepsRedone()).isPositive();
        assertThat(outcome.report().resumes()).isPositive();
    }

    @Tag("soak")
    @Test
    void killedAtStoreOperationsItEndsWithTheWeightsOfAnUndisturbedRun() throws Exception {
        killedAtStoreOperations("operations", IntStream.iterate(0, n -> n < 60, n -> n + 9));
    }

    @Tag("soak")
    @Test
    void killedAtEveryStoreOperationItEndsWithTheWeightsOfAnUndisturbedRun() throws Exception {
        killedAtStoreOperations("all-operations", IntStream.range(0, 150));
    }

    private void killedAtStoreOperations(String name, IntStream operations) throws Exception {
        List<String> faults = operations.mapToObj(n -> "store:" + n).toList();
        RunOutcome outcome = small.train(name, faults, new RunListener() {});
        assertThat(outcome.problem()).isEmpty();
        assertThat(outcome.report().incidents()).hasSizeGreaterThan(4);
        assertSameResult(outcome.report());
    }

    @Tag("soak")
    @Test
    void killedAtRandomMomentsItEndsWithTheWeightsOfAnUndisturbedRun() throws Exception {
        killedAtRandomMoments("random", 4, 1);
    }

    @Tag("soak")
    @Test
    void killedHundredTimesAtRandomMomentsItEndsWithTheWeightsOfAnUndisturbedRun() throws Exception {
        killedAtRandomMoments("random-many", 100, 2);
    }

    private void killedAtRandomMoments(String name, int kills, long seed) throws Exception {
        var killer = new RandomKiller(new Random(seed), kills);
        RunOutcome outcome = small.train(name, List.of(), killer);
        assertUndisturbed(outcome, outcome.report().incidents().size());
        assertThat(outcome.report().incidents()).hasSizeGreaterThan(kills / 2);
    }

    private static void assertUndisturbed(RunOutcome outcome, int kills) {
        assertThat(outcome.problem()).isEmpty();
        assertThat(outcome.exitCode()).isEqualTo(ExitCode.OK);
        assertThat(outcome.report().incidents()).hasSize(kills).allSatisfy(incident -> {
            assertThat(incident.kind()).isEqualTo("worker-killed");
            assertThat(incident.evidence()).contains("SIGKILL");
            assertThat(incident.recoverMillis()).isFinite().isPositive();
        });
        assertSameResult(outcome.report());
    }

    private static void assertSameResult(RunReport report) {
        assertThat(report.weightsSha256()).isEqualTo(calm.weightsSha256());
        assertThat(report.samplesSeen()).isEqualTo(calm.samplesSeen());
        assertThat(report.samplesLost()).isZero();
        assertThat(report.samplesRepeated()).isZero();
        assertThat(report.trainLoss()).isEqualTo(calm.trainLoss());
        assertThat(report.heldOutAccuracy()).isEqualTo(calm.heldOutAccuracy());
        double booked = report.ledger().values().stream()
                .mapToDouble(seconds -> seconds)
                .sum();
        assertThat(booked).isCloseTo(report.wallSeconds(), org.assertj.core.data.Offset.offset(1e-6));
    }

    /** Kills each trainer a random while after one of its events, as long as kills are left. */
    private static final class RandomKiller implements RunListener {
        private final Random random;
        private final int kills;
        private int killed;
        private ProcessHandle trainer = ProcessHandle.current();
        private int eventsLeft;

        RandomKiller(Random random, int kills) {
            this.random = random;
            this.kills = kills;
        }

        @Override
        public void trainerStarted(ProcessHandle started) {
            trainer = started;
            eventsLeft = 1 + random.nextInt(9);
        }

        @Override
        public void said(TrainingEvent event) {
            eventsLeft--;
            if (eventsLeft == 0 && killed < kills && !(event instanceof TrainingEvent.Finished)) {
                spin(random.nextInt(5_000_000));
                killed++;
                trainer.destroyForcibly();
            }
        }

        /** Lets the moment of the kill fall anywhere between two events. */
        private static void spin(long nanos) {
            long end = System.nanoTime() + nanos;
            while (System.nanoTime() < end) {
                Thread.onSpinWait();
            }
        }
    }
}
