package dev.perdure.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.perdure.training.RunConfig;
import dev.perdure.training.RunFolder;
import dev.perdure.training.RunListener;
import dev.perdure.training.RunReport;
import dev.perdure.training.TeamSupervisor;
import dev.perdure.training.TrainingEvent;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The number of workers changes while they train, and nothing of it reaches the weights. */
class WorldSizesTest {
    @TempDir
    static Path folder;

    @Tag("soak")
    @Test
    void teamsOfTwoThreeAndOneInOneRunGiveOneDigest() throws Exception {
        assertOneDigest(3, 40, List.of(2, 3, 1, 3));
    }

    @Tag("soak")
    @Test
    void teamsOfOneToEightInOneRunGiveOneDigest() throws Exception {
        assertOneDigest(8, 80, List.of(8, 5, 4, 3, 2, 1, 3, 5, 8));
    }

    private static void assertOneDigest(int microbatches, int epochs, List<Integer> sizes) throws Exception {
        SmallRun small = SmallRun.in(folder);
        String[] settings = {"training.microbatches=" + microbatches, "training.epochs=" + epochs};
        RunReport alone = small.train("alone-" + microbatches, List.of(), new RunListener() {}, settings)
                .report();
        List<String> overrides = new ArrayList<>(List.of(settings));
        overrides.add("supervision.workers=" + sizes.getFirst());
        RunConfig config = RunConfig.read(small.config(), overrides);
        RunFolder run = small.folder("sizes-" + microbatches);
        run.create(config);
        var changes = new Changes(sizes, run);
        var launcher = new LocalLauncher(config, FaultyWorker.program(List.of("pace:250"))); // a start takes seconds
        var team = new TeamSupervisor(run, config, WirePort::open, launcher, changes, InstantSource.system());
        changes.team = team;
        RunReport report = team.run().report();

        assertThat(changes.left).as("sizes that the run was too short for").isEmpty();
        assertThat(report.weightsSha256()).isEqualTo(alone.weightsSha256());
        assertThat(report.samplesLost() + report.samplesRepeated()).isZero();
        assertThat(report.incidents())
                .as("going is no incident; a disk that eight processes make slow may be told of")
                .allMatch(incident -> incident.kind().equals("storage-slow"));
    }

    /** Asks for the next size as soon as a team of the last one has stepped a little. */
    private static final class Changes implements RunListener {
        private static final int STEPS_EACH = 5;

        private final Deque<Integer> left;
        private final RunFolder run;
        private @Nullable TeamSupervisor team;
        private int formed;
        private int steps;

        Changes(List<Integer> sizes, RunFolder run) {
            this.left = new ArrayDeque<>(sizes);
            this.run = run;
        }

        @Override
        public void teamFormed(int members) {
            formed = members;
            steps = 0;
        }

        @Override
        public void said(TrainingEvent event) {
            if (event instanceof TrainingEvent.StepApplied
                    && team != null
                    && !left.isEmpty()
                    && formed == left.getFirst()
                    && ++steps >= STEPS_EACH) {
                left.removeFirst();
                if (left.isEmpty()) {
                    FaultyWorker.hurry(run);
                } else {
                    team.resize(left.getFirst(), 0);
                }
            }
        }
    }
}
