package dev.perdure.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.perdure.training.ExitCode;
import dev.perdure.training.Incident;
import dev.perdure.training.RunConfig;
import dev.perdure.training.RunFolder;
import dev.perdure.training.RunListener;
import dev.perdure.training.RunOutcome;
import dev.perdure.training.RunReport;
import dev.perdure.training.TeamSupervisor;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Real worker processes compute wrongly: it is found, whoever did it is named, and the weights are those of nobody's fault. */
class WrongNumbersTest {
    /** Steps enough for a worker that is slow to start, and for its successor, to come to work in. */
    private static final String LONG = "training.epochs=30";

    @TempDir
    static Path folder;

    private static SmallRun small;

    @BeforeAll
    static void prepare() throws Exception {
        small = SmallRun.in(folder);
    }

    private static RunOutcome train(String name, List<String> faults, String... overrides) throws Exception {
        RunConfig config = RunConfig.read(small.config(), List.of(overrides));
        RunFolder run = small.folder(name);
        run.create(config);
        var launcher = new LocalLauncher(config, WrongNumbers.program(faults));
        return new TeamSupervisor(run, config, WirePort::open, launcher, new RunListener() {}, InstantSource.system())
                .run();
    }

    private static void assertUndisturbed(RunOutcome outcome) throws Exception {
        assertSame(outcome, small.undisturbed());
    }

    private static void assertSame(RunOutcome outcome, RunReport expected) {
        assertThat(outcome.problem()).isEmpty();
        assertThat(outcome.report().weightsSha256()).isEqualTo(expected.weightsSha256());
        assertThat(outcome.report().samplesSeen()).isEqualTo(expected.samplesSeen());
        assertThat(outcome.report().samplesLost()).isZero();
        assertThat(outcome.report().samplesRepeated()).isZero();
    }

    private static List<String> kinds(RunOutcome outcome) {
        return outcome.report().incidents().stream().map(Incident::kind).toList();
    }

    @Test
    void aFlippedBitInAWorkersWeightsIsUndoneAlsoWhenThatOneSavesForAll() throws Exception {
        RunOutcome nobodys = small.undisturbed("long", LONG);
        var outcome = train("flips", List.of("flip:12:w1-1:3", "flip:21:w0-1:4"), "supervision.workers=3", LONG);
        assertSame(outcome, nobodys.report());
        assertThat(kinds(outcome))
                .filteredOn(kind -> kind.endsWith("-differ") || kind.endsWith("-differs"))
                .hasSize(2);
        assertThat(small.folder("flips").events()).content().contains("w1-1=", "were withdrawn");
    }

    @Tag("soak")
    @Test
    void ofTwoNobodyIsNamedAndTheBitsAreRightAllTheSame() throws Exception {
        RunOutcome nobodys = small.undisturbed("long-two", LONG);
        var outcome =
                train("two", List.of("flip:13:w1-1:2"), "supervision.workers=2", "supervision.compare-every=5", LONG);
        assertSame(outcome, nobodys.report());
        assertThat(kinds(outcome)).containsExactly("states-differ");
    }

    @Tag("soak")
    @Test
    void aWorkerWhoseArithmeticIsWrongFromSomeStepOnIsFoundByAnother() throws Exception {
        var outcome = train("wrong", List.of("wrong:7:w1-1"), "supervision.workers=3", "supervision.recheck-every=5");
        assertUndisturbed(outcome);
        assertThat(kinds(outcome)).contains("gradient-differs").doesNotContain("state-differs");
    }

    @Tag("soak")
    @Test
    void oneFlippedBitInOneGradientIsFoundWhenEachIsComputedTwice() throws Exception {
        var outcome = train("once", List.of("once:9:2"), "supervision.workers=3", "supervision.recheck-every=1");
        assertUndisturbed(outcome);
        assertThat(kinds(outcome)).contains("gradient-differs");
    }

    @Test
    void aNumberThatIsNoneOnceIsRedoneAndNobodyRestarts() throws Exception {
        var outcome = train("nan", List.of("nan:9"), "supervision.workers=2");
        assertUndisturbed(outcome);
        assertThat(kinds(outcome)).containsExactly("non-finite");
    }

    @Tag("soak")
    @Test
    void aBatchThatGivesNoNumbersEndsTheRunOrIsSkippedAndSkippedAgainByTheRecipe() throws Exception {
        var stopped = train("stop", List.of("bad:9"), "supervision.workers=2");
        assertThat(stopped.exitCode()).isEqualTo(ExitCode.DIVERGED);
        assertThat(stopped.problem()).contains("step 9", "training.on-divergence");

        var skipped = train("skip", List.of("bad:9"), "supervision.workers=2", "training.on-divergence=skip-batch");
        assertThat(skipped.problem()).isEmpty();
        assertThat(skipped.report().samplesLost()).isZero();
        assertThat(skipped.report().weightsSha256())
                .isNotEqualTo(small.undisturbed().weightsSha256());

        var written = small.train("written", List.of(), new RunListener() {}, "training.adjustments=[skip-batch 9]");
        assertThat(written.report().weightsSha256()).isEqualTo(skipped.report().weightsSha256());
    }
}
